"""Fix copies of real packages and see that nothing else changes and that they still load.

For each package: `fix --write --unsafe-fixes` in a scratch copy. Then

- every file that the fix doesn't name is as it was, byte for byte;
- every changed file compiles;
- each line that is gone comes back (further to the right, or elsewhere in the file), or names what
  was fixed or an import of it;
- with an environment in which its dependencies are installed, each changed module is imported
  before and after, in a process of its own: both end in the same way.

The last runs code of the package; nothing else does.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CHECK = ("check", "--output-format", "json", "--exit-zero", "--isolated", "--no-cache")
FIX = ("fix", "--write", "--unsafe-fixes", "--isolated", "--no-cache")
TIMEOUT = 1800.0
IMPORT_TIMEOUT = 120.0
ERROR = 2
LARGE = 1_000_000
_OTHERS = frozenset({".git", "__pycache__", "node_modules"})

_CHANGED = re.compile(r"^\+\+\+ b/(.+?)\t?$", re.MULTILINE)
_FIXED = re.compile(r"^(?P<path>.+):\d+: RL\d+ fixed: (?P<note>.*)$", re.MULTILINE)
_DEFINED = re.compile(r"^\+[ \t]*def (\w+)\(", re.MULTILINE)
_NAME = re.compile(r"[^\W\d]\w*")
_ORDINARY = re.compile(r"^(?:(?:from|import|global|nonlocal|pass)\b.*|[)\]}]*,?)$")
_IMPORT = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
try:
    importlib.import_module(sys.argv[2])
except BaseException as error:
    print(type(error).__name__, str(error).replace(sys.argv[1], ""))
else:
    print("imported")
"""


@dataclass
class Trial:
    """What became of one package: fixes, changed files, imports compared, and what is wrong."""

    name: str
    fixes: int = 0
    changed: list[str] = field(default_factory=list)
    imported: int = 0
    failed: int = 0
    wrong: list[str] = field(default_factory=list)


def attempt(name: str, folder: Path, python: Path | None, libraries: Sequence[str]) -> Trial:
    """Fix a copy of a folder and look at what has become of it."""
    trial = Trial(name)
    with tempfile.TemporaryDirectory(prefix="fixing-") as scratch:
        before, after = Path(scratch) / "before", Path(scratch) / "after"
        for copy in (before, after):
            shutil.copytree(folder, copy, symlinks=True, ignore=_not_needed)
        done = _reloadlint((*FIX, "--diff", *libraries, "."), after)
        if done.returncode >= ERROR:
            trial.wrong.append(f"exit status {done.returncode}: {done.stderr.strip()[-500:]}")
            return trial
        said = done.stdout + done.stderr
        trial.fixes = len(_FIXED.findall(said))
        trial.changed = sorted(set(_CHANGED.findall(said)))
        words = words_of(said) | targets_in(before, libraries)
        trial.wrong += list(unrelated(before, after, trial.changed, words))
        trial.wrong += list(uncompiled(after, trial.changed))
        if python is not None:
            compare_imports(trial, before, after, python)
    return trial


def _reloadlint(options: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-I", "-m", "reloadlint", *options),
        cwd=folder,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=TIMEOUT,
    )


def targets_in(folder: Path, libraries: Sequence[str]) -> set[str]:
    """The names to which what is reported is assigned, and those that it is called by."""
    done = _reloadlint((*CHECK, *libraries, "."), folder)
    findings = json.loads(done.stdout)["findings"]
    words = [f"{finding['target']} {finding['call']}" for finding in findings]
    return {name.lower().strip("_") for name in _NAME.findall(" ".join(words))} - {"none"}


def _not_needed(folder: str, names: list[str]) -> set[str]:
    """What is large and no source: it takes long to copy, and nobody imports it."""
    files = (name for name in names if not name.endswith(".py"))
    sizes = {name: os.lstat(Path(folder, name)).st_size for name in files}
    return {name for name, size in sizes.items() if name in _OTHERS or size > LARGE}


def words_of(said: str) -> set[str]:
    """The names that a summary and its patch are about: what was fixed, and its accessors."""
    notes = " ".join(match["note"] for match in _FIXED.finditer(said))
    accessors = set(_NAME.findall(" ".join(re.findall(r"`([^`]*)`", notes))))
    accessors |= set(_DEFINED.findall(said))
    stems = {name.partition("_")[2] for name in accessors if "_" in name}
    return {word.lower() for word in accessors | stems if word}


# --- what has changed ---------------------------------------------------------------------------


def unrelated(before: Path, after: Path, changed: Sequence[str], words: set[str]) -> Iterator[str]:
    """Files that have changed without being named, and lines that no fix can have touched."""
    old, new = _files(before), _files(after)
    for path in sorted(old.keys() | new.keys()):
        if path not in changed and old.get(path) != new.get(path):
            yield f"{path} has changed, and the patch doesn't say so"
    for path in changed:
        if path in old and path in new:
            yield from (f"{path}: {line}" for line in lost(old[path], new[path], words))


def _files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def lost(before: bytes, after: bytes, words: set[str]) -> Iterator[str]:
    """The lines that are gone for good though they name nothing that was fixed."""
    encoding = "utf-8" if _is_utf8(before) else "latin-1"
    old, new = (text.decode(encoding).splitlines() for text in (before, after))
    changes = list(difflib.ndiff(old, new))
    added = Counter("".join(line[2:].split()) for line in changes if line.startswith("+ "))
    for line in (line[2:] for line in changes if line.startswith("- ")):
        bare = "".join(line.split())
        if added[bare]:
            added[bare] -= 1
        elif not _is_about(line, words) and not _has_grown(bare, added):
            yield f"the line {line.strip()!r} is gone"


def _has_grown(line: str, added: Iterable[str]) -> bool:
    """Whether a call has got another argument."""
    return line.endswith(")") and any(one.startswith(line[:-1]) for one in added)


def _is_about(line: str, words: set[str]) -> bool:
    names = {name.lower().strip("_") for name in _NAME.findall(line)}
    return bool(names & words) or bool(_ORDINARY.match(line.strip()))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


# --- whether it still works ---------------------------------------------------------------------


def uncompiled(folder: Path, changed: Sequence[str]) -> Iterator[str]:
    """The changed files that don't compile."""
    for path in changed:
        fault = _fault((folder / path).read_bytes())
        if fault is not None:
            yield f"{path} doesn't compile any more: {fault}"


def _fault(text: bytes) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<changed>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return None


def compare_imports(trial: Trial, before: Path, after: Path, python: Path) -> None:
    """Import each changed module before and after."""
    for path in trial.changed:
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        was, now = (imported(folder, name, python) for folder in (before, after))
        trial.imported += now == "imported"
        trial.failed += now == was != "imported"
        if was == "imported" and now != was:
            trial.wrong.append(f"{path} can't be imported any more: {now}")
        elif now not in (was, "imported"):
            trial.wrong.append(f"{path} fails otherwise than before: {was!r}, now {now!r}")


def imported(folder: Path, module: str, python: Path) -> str:
    """How the import of a module ends: `imported`, the error, or that it takes too long."""
    program = python if python.is_file() else python / "bin" / "python"
    try:
        done = subprocess.run(
            (str(program), "-B", "-c", _IMPORT, str(folder), module),
            cwd=folder,
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=IMPORT_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return "takes too long"
    return (done.stdout.strip().splitlines() or [f"exit status {done.returncode}"])[-1]


# --- printing -----------------------------------------------------------------------------------


def lines_of(trial: Trial, width: int) -> list[str]:
    """One line for a package, and below it what is wrong."""
    counts = f"{trial.fixes:5}  {len(trial.changed):5}  {trial.imported:8}  {trial.failed:9}"
    return [f"{trial.name:{width}}  {counts}", *(f"  {line}" for line in trial.wrong)]


def header(width: int) -> str:
    """What stands above those lines."""
    return f"{'package':{width}}  fixes  files  imported  as before"
