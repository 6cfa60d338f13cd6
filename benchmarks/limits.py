"""Programs that are out of all proportion: `check` and `fix` end, in bounded time and memory.

    python benchmarks/limits.py            100,000 files, a line of 50 MB, nesting of 10,000, ...
    python benchmarks/limits.py --short    the same shapes, smaller

Each runs in a process of its own, with the memory it may have as the system's limit. It fails if
it takes more CPU time than it may, if it ends with another status than 0 or 1, if it writes
anything but a report and what was left out, if it doesn't say that, or if the hazard in a second,
plain file is not found. The exit status is 0 if none fails.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

PLAIN = "import flask, threading\nthreading.Thread(target=print).start()\n"
MEGABYTE = 1_000_000
OPTIONS = ("--isolated", "--no-cache", "-q")
CHECK = ("check", "--config", "all-modules=true", "--output-format", "json", *OPTIONS)
FIX = ("fix", "--unsafe-fixes", *OPTIONS)


class Case(NamedTuple):
    """A shape: what makes it, in which size, and what may be spent on it."""

    name: str
    make: Callable[[Path, int], object]
    size: int
    short: int
    seconds: float
    megabytes: int
    said: str = ""


class Spent(NamedTuple):
    """What a run took, and what is wrong with it."""

    seconds: float
    megabytes: float
    faults: list[str]


def files(folder: Path, size: int) -> None:
    """Very many tiny files, a hundred in a folder."""
    for number in range(size):
        inner = folder / f"p{number // 100}"
        if number % 100 == 0:
            inner.mkdir()
        (inner / f"m{number}.py").write_text(f"x = {number}\n")


def one_line(folder: Path, size: int) -> None:
    """A line of so many megabytes."""
    (folder / "long.py").write_text("x = '" + "a" * (size * MEGABYTE) + "'\n")


def one_list(folder: Path, size: int) -> None:
    """A line of so many megabytes that is a list."""
    (folder / "list.py").write_text("x = [" + "1, " * (size * MEGABYTE // 3) + "]\n")


def nested(folder: Path, size: int) -> None:
    """Code nested so deep, in five ways."""
    shapes = {
        "brackets": f"x = {'(' * size}1{')' * size}\n",
        "signs": f"x = {'-' * size}1\n",
        "calls": f"x = f{'()' * size}\n",
        "sum": f"x = {'1 + ' * size}1\n",
        "branches": "if a: pass\n" + "elif a: pass\n" * size,
    }
    for name, text in shapes.items():
        (folder / f"{name}.py").write_text(text)


def hierarchy(folder: Path, size: int) -> None:
    """Classes of which each has the two before it as bases, and calls both in its constructor."""
    lines = [PLAIN, "class C0: pass", "class D0: pass"]
    for number in range(1, size):
        below = number - 1
        for kind in "CD":
            lines += [
                f"class {kind}{number}(C{below}, D{below}):",
                "    def __init__(self):",
                f"        C{below}(); D{below}(); super().__init__()",
            ]
    (folder / "classes.py").write_text("\n".join([*lines, f"x = C{size - 1}()", ""]))


def doubling(folder: Path, size: int) -> None:
    """Functions of which each calls the one before twice."""
    lines = [PLAIN, "def f0(): pass"]
    lines += [f"def f{n}():\n    f{n - 1}()\n    f{n - 1}()" for n in range(1, size)]
    (folder / "doubling.py").write_text("\n".join([*lines, f"f{size - 1}()", ""]))


def hazards(folder: Path, size: int) -> None:
    """A module with very many hazards."""
    lines = [f"db{n} = sqlite3.connect('{n}')" for n in range(size)]
    (folder / "many.py").write_text("\n".join(["import flask, sqlite3", *lines, ""]))


CASES = (
    Case("files", files, 100_000, 2_000, 240, 2_000),
    Case("one line", one_line, 50, 2, 60, 2_000),
    Case("one list", one_list, 10, 4, 20, 500, "too large"),
    Case("nested", nested, 10_000, 10_000, 60, 2_000, "nested too deeply"),
    Case("just fits", one_list, 2, 1, 60, 2_500),
    Case("hierarchy", hierarchy, 200, 60, 120, 2_000, "than is followed"),
    Case("doubling", doubling, 200, 60, 120, 2_000, "than is followed"),
    Case("hazards", hazards, 300, 30, 120, 2_000),
)


def measured(case: Case, command: Sequence[str], size: int) -> Spent:
    """Run a command over a case."""
    with tempfile.TemporaryDirectory(prefix="limits-") as scratch:
        folder = Path(scratch).resolve()
        (folder / "pyproject.toml").touch()
        (folder / "plain.py").write_text(PLAIN)
        case.make(folder, size)
        return run(case, command, folder)


def run(case: Case, command: Sequence[str], folder: Path) -> Spent:
    """Run a command in a folder that has been filled; the limits are the system's."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (case.megabytes * MEGABYTE,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (int(case.seconds) + 1,) * 2)

    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "reloadlint", *command],
            cwd=folder,
            stdout=stdout,
            stderr=stderr,
            preexec_fn=limit,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    faults = faults_of(process.returncode, out.read_text(), err.read_text(), case.said, command[0])
    seconds = usage.ru_utime + usage.ru_stime
    if seconds > case.seconds:
        faults.append(f"took {seconds:.0f} s, and may take {case.seconds:.0f}")
    return Spent(seconds, usage.ru_maxrss * 1024 / MEGABYTE, faults)


def faults_of(status: int, out: str, err: str, said: str, command: str) -> list[str]:
    """What is wrong with how a run ended and what it wrote."""
    faults = [] if status in (0, 1) else [f"ended with {status}"]
    told = [line for line in err.splitlines() if said and said in line]
    faults += [f"wrote {line!r:.200}" for line in err.splitlines() if line not in told][:1]
    if command == "check" and not faults:
        found = json.loads(out)["findings"]
        if not any(f["path"] == "plain.py" for f in found):
            faults.append("the hazard in plain.py is lost")
        if said and not told and not any(said in f["message"] for f in found):
            faults.append(f"does not say {said!r}")
    return faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--short", action="store_true", help="smaller sizes")
    parser.add_argument("names", nargs="*", metavar="CASE", help="only these")
    options = parser.parse_args(arguments)
    failed = False
    for case in CASES:
        if options.names and case.name not in options.names:
            continue
        size = case.short if options.short else case.size
        for command in (CHECK,) if case.name == "files" or options.short else (CHECK, FIX):
            spent = measured(case, command, size)
            failed |= bool(spent.faults)
            cost = f"{spent.seconds:6.1f} s {spent.megabytes:6.0f} MB"
            print(
                f"{case.name:10} {size:7} {command[0]:5} {cost}  {'; '.join(spent.faults)}",
                flush=True,
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
