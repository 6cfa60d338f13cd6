"""Tries files and folders that `crash.py` names, one a line, and answers each with a line of JSON.

A process of its own: what overflows the stack or never ends takes this one along, and not the run.
Each subject is copied to an empty project, so nothing is written where it comes from; of a copy
only the Python files are taken. No code of it is imported or run.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import reloadlint
from reloadlint.fixer import fix_project
from reloadlint.fixes.draft import Wishes
from reloadlint.linter import check_project
from reloadlint.reporting import FORMATS, Style, render
from reloadlint.settings import Settings

T = TypeVar("T")

SETTINGS = Settings(all_modules=True, cache=False, follow_installed=False, exclude=())
STRATEGIES = (Wishes("g"), Wishes("pool"), Wishes("lazy"), Wishes("defer"), Wishes("guard"))


class Trial:
    """What became of one subject: what is wrong with it, and how long each command took."""

    def __init__(self, folder: Path) -> None:
        self._paths = [folder]
        self._folder = folder
        self.problems: list[str] = []
        self.seconds: dict[str, float] = {}
        self.counts = {"files": 0, "findings": 0, "fixed": 0, "changed": 0, "dropped": 0}

    def run(self) -> None:
        """Check, show what was found in each format, and fix until nothing is left to write."""
        result = self._timed("check", lambda: check_project(self._paths, SETTINGS))
        if result is None:
            return
        self.counts |= {"files": result.summary.files, "findings": len(result.findings)}
        if result.findings:
            for name in FORMATS:
                self._timed(f"render {name}", lambda: render(name, result, Style()))  # noqa: B023
            for wishes in STRATEGIES:
                self._fix(f"fix --strategy {wishes.strategy}", wishes)
            self._fix_twice("fix", Wishes())
        if self._mentions(b"Flask("):
            self._fix_twice("fix --app-factory", Wishes(app_factory=True))

    def _fix_twice(self, name: str, wishes: Wishes) -> None:
        """Write what is proposed; a second time nothing may be proposed any more."""
        if self._fix(name, wishes, write=True) and self._fix(f"second {name}", wishes):
            self.problems.append(f"{name}: a second pass proposes another change")

    def _fix(self, name: str, wishes: Wishes, *, write: bool = False) -> bool:
        """Whether anything is proposed; all of it must compile."""
        fixing = self._timed(
            name, lambda: fix_project(self._paths, SETTINGS, wishes=wishes, unsafe=True)
        )
        if fixing is None:
            return False
        self.counts["dropped"] += sum("was dropped" in (o.reason or "") for o in fixing.outcomes)
        for change in fixing.changes:
            self._compiles(name, change.after)
            if write:
                change.source.path.write_bytes(change.after)
        if write:
            self.counts["fixed"] += sum(outcome.reason is None for outcome in fixing.outcomes)
            self.counts["changed"] += len(fixing.changes)
        return bool(fixing.changes)

    def _compiles(self, name: str, text: bytes) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, "<fixed>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            self.problems.append(f"{name}: its result does not compile: {error}")

    def _timed(self, name: str, run: Callable[[], T]) -> T | None:
        """What `run` returns, or None if it fails. CPU time: neighbours don't count."""
        begun = time.process_time()
        try:
            return run()
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            text = " ".join(str(error).split())[:200]
            self.problems.append(f"{name}: {type(error).__name__} at {place}: {text}")
            return None
        finally:
            self.seconds[name] = round(time.process_time() - begun, 3)

    def _mentions(self, word: bytes) -> bool:
        return any(word in file.read_bytes() for file in self._folder.rglob("*.py"))


def copied(subject: Path, folder: Path) -> None:
    """Copy a file, or the Python files of a folder, to an empty project."""
    (folder / "pyproject.toml").touch()
    if subject.is_file():
        shutil.copyfile(subject, folder / subject.name)
        return
    for file in python_files(subject):
        target = folder / subject.name / file.relative_to(subject)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def python_files(folder: Path) -> Iterable[Path]:
    """The Python files below a folder, links left out."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(top, name)
            if name.endswith(".py") and path.is_file() and not path.is_symlink():
                yield path


def answer(subject: Path) -> dict[str, object]:
    """What became of a subject, for the journal."""
    with tempfile.TemporaryDirectory(prefix="crash-") as scratch:
        folder = Path(scratch).resolve()
        copied(subject, folder)
        os.chdir(folder)
        trial = Trial(folder)
        trial.run()
        os.chdir("/")
    return {"problems": trial.problems, "seconds": trial.seconds, **trial.counts}


def main() -> None:
    """Answer each line of standard input; the first line out says that this can begin."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    print(json.dumps({"ready": reloadlint.__version__}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(Path(json.loads(line)))), file=answers, flush=True)


if __name__ == "__main__":
    main()
