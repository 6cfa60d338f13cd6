"""Check and fix thousands of real files in copies: nothing may fail, hang or change its mind.

    python benchmarks/crash.py                      every file of this Python, and of corpus/
    python benchmarks/crash.py FOLDER...            of these folders instead
    python benchmarks/crash.py --projects FOLDER... each folder in them as one project
    python benchmarks/crash.py --sample 100         a hundred of them, the same for the same --seed

A subject is checked with all rules as if it were a Flask module, its findings are shown in every
format, and it is fixed with unsafe fixes: by each strategy, as `auto` would, and to a factory. It
fails if a command ends with an exception, takes more than `--seconds` of CPU time (for a project,
a tenth of a second more for each file), proposes what doesn't compile, or proposes more when what
it proposed has been written. Equal files count once. `--journal FILE` is what a run that was
stopped goes on from; subjects that failed are tried again. The exit status is 0 if none fails.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import select
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crash_worker import python_files

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "corpus"
SILENCE = 300.0
"""Seconds without an answer after which a worker is ended."""

Answer = dict[str, Any]


class Worker:
    """A process that tries subjects; a new one takes the place of one that has died."""

    def __init__(self, silence: float = SILENCE) -> None:
        self._silence = silence
        self._process: subprocess.Popen[str] | None = None

    def ask(self, subject: Path) -> Answer:
        """What became of a subject."""
        process = self._process = self._process or self._started()
        assert process.stdin is not None
        process.stdin.write(json.dumps(str(subject)) + "\n")
        process.stdin.flush()
        line = self._line(process)
        if line:
            answer: Answer = json.loads(line)
            return answer
        self.end()
        died = process.returncode != -9
        how = f"died with status {process.returncode}" if died else "gave no answer"
        return {"problems": [f"the process {how}"], "seconds": {}}

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError), process:
            if process.poll() is None:
                process.kill()

    def _line(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], self._silence)
        if not ready:
            process.kill()
            return ""
        line = process.stdout.readline()
        if not line:
            process.wait()
        return line

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-B", str(HERE / "crash_worker.py")]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            preexec_fn=lambda: os.nice(10),
        )
        self._line(process)
        return process


class Journal:
    """The answers so far, a line each; kept in a file if one is named."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.answers: dict[str, Answer] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):  # the last line of a run that was killed
                    entry = json.loads(line)
                    self.answers[entry["subject"]] = entry

    def holds(self, subject: Path) -> bool:
        """Whether the subject was tried, and well."""
        return not self.answers.get(str(subject), {"problems": True})["problems"]

    def add(self, subject: Path, answer: Answer) -> None:
        """Keep an answer."""
        self.answers[str(subject)] = answer
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"subject": str(subject), **answer}) + "\n")


def default_folders() -> list[Path]:
    """This Python's standard library with its tests, the installed libraries, and the corpus."""
    paths = sysconfig.get_paths()
    named = [Path(paths["stdlib"]), Path(paths["purelib"]), CORPUS]
    return [folder for folder in named if folder.is_dir()]


def subjects_in(folders: Sequence[Path], *, projects: bool) -> list[Path]:
    """The files in these folders, each content once; or the folders in them that hold any."""
    if projects:
        return sorted({child for folder in folders for child in _projects(folder.resolve())})
    by_content: dict[bytes, Path] = {}
    for folder in folders:
        for file in python_files(folder.resolve()):
            by_content.setdefault(hashlib.sha256(file.read_bytes()).digest(), file)
    return sorted(by_content.values())


def _projects(folder: Path) -> Iterator[Path]:
    for child in folder.iterdir():
        is_own = child.name not in ("site-packages", "dist-packages", "__pycache__")
        if is_own and child.is_dir() and next(iter(python_files(child)), None):
            yield child


def slow(answer: Answer, seconds: float, *, project: bool) -> list[str]:
    """The commands that took too long."""
    allowed = seconds + (0.1 * answer.get("files", 0) if project else 0)
    took = answer["seconds"].items()
    return [f"{name}: took {spent:.1f} s" for name, spent in took if spent > allowed]


def run(options: argparse.Namespace) -> int:
    """Try every subject that the journal doesn't hold; the exit status."""
    subjects = subjects_in(options.folders or default_folders(), projects=options.projects)
    if options.sample is not None and options.sample < len(subjects):
        subjects = sorted(random.Random(options.seed).sample(subjects, options.sample))
    journal, worker = Journal(options.journal), Worker(options.silence)
    begun = time.monotonic()
    try:
        for subject in subjects:
            if not journal.holds(subject):
                answer = worker.ask(subject)
                late = slow(answer, options.seconds, project=options.projects)
                answer["problems"] += late
                journal.add(subject, answer)
                for problem in answer["problems"]:
                    print(f"{subject}: {problem}", flush=True)
    finally:
        worker.end()
    answers = [journal.answers[str(subject)] for subject in subjects]
    print(summary(answers, time.monotonic() - begun))
    return 1 if not answers or any(answer["problems"] for answer in answers) else 0


def summary(answers: Sequence[Answer], seconds: float) -> str:
    """One line about all of them."""
    failed = sum(bool(answer["problems"]) for answer in answers)
    kinds = ("files", "findings", "fixed", "changed", "dropped")
    counts = ", ".join(f"{sum(a.get(kind, 0) for a in answers)} {kind}" for kind in kinds)
    slowest = max((s for a in answers for s in a["seconds"].values()), default=0.0)
    tried = f"{len(answers)} subjects ({counts}), {failed} failed"
    return f"{tried}; slowest command {slowest:.1f} s; {seconds:.0f} s in all"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    text = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(description=text[0], epilog=text[2])
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--projects", action="store_true", help="each folder in FOLDER is one")
    parser.add_argument("--sample", type=int, metavar="N", help="try N, chosen at random")
    parser.add_argument("--seed", type=int, default=1, help="what chance goes by (default: 1)")
    parser.add_argument("--seconds", type=float, default=10.0, help="limit for a command (10)")
    parser.add_argument(
        "--silence", type=float, default=SILENCE, help="limit for all commands (300)"
    )
    parser.add_argument("--journal", type=Path, help="where answers are kept, to go on from")
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
