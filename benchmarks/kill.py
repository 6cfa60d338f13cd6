"""Kill `fix --write` at random moments: each file is old or new, and the next run finishes.

    python benchmarks/kill.py                  500 times, in a project of a temporary folder
    python benchmarks/kill.py --times 10       the short run; `--seed` chooses the moments

The project has fixes over one, two and three files. A process of its own begins to write what was
worked out, and gets SIGKILL at a random moment of about twice the time that writing takes. Then
each file must be old or new, byte for byte. A run that isn't killed has to bring all files to the
new text and leave nothing else behind. The exit status is 0 if all that held; 1 too if no run was
killed between the first file and the last, for then nothing was tried.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from reloadlint.fixer import Repair, finish_project, fix_project
from reloadlint.settings import Settings

SETTINGS = Settings(cache=False, follow_installed=False)
APP = """\
import sqlite3
from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("{name}.sqlite3")


@app.get("/{name}")
def {name}():
    return list(db.execute("SELECT 1"))
"""
USER = """\
from {name} import app, db


@app.get("/{name}/{number}")
def page_{number}():
    return list(db.execute("SELECT {number}"))
"""
Files = Mapping[str, bytes]


def project() -> Files:
    """The files of the project, as they are before."""
    files = {"pyproject.toml": ""}
    for name, users in (("shop", 2), ("news", 1), ("forum", 0)):
        files[f"{name}.py"] = APP.format(name=name)
        for number in range(users):
            files[f"{name}_{number}.py"] = USER.format(name=name, number=number)
    return {path: text.encode() for path, text in files.items()}


def put(folder: Path, files: Files) -> None:
    """Make the folder hold these files and no others."""
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def files_in(folder: Path) -> dict[str, bytes]:
    """What the folder holds."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def repair_of(folder: Path) -> Repair:
    """What a run would write."""
    return fix_project([folder], SETTINGS, unsafe=True)


def write(folder: Path) -> None:
    """A run that isn't killed."""
    finish_project([folder], SETTINGS)
    failures = repair_of(folder).write()
    if failures:
        raise SystemExit(f"a run that was not killed failed: {failures}")


def killed(repair: Repair, moment: float) -> None:
    """Write in a process of its own, which is killed at that moment, in seconds, after it began."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b".")
        repair.write()
        os._exit(0)
    os.read(reader, 1)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)
    os.close(writer)


def faults(folder: Path, old: Files, new: Files) -> list[str]:
    """What is wrong after a kill, and after the run that follows."""
    now = files_in(folder)
    found = [f"{name} is neither" for name in old if now.get(name) not in (old[name], new[name])]
    write(folder)
    after = files_in(folder)
    found += [f"{name} is not finished" for name in new if after.get(name) != new[name]]
    return [*found, *(f"{name} is left behind" for name in after.keys() - new.keys())]


def state(folder: Path, old: Files, new: Files) -> str:
    """How far a run had come: nothing, something or everything is new."""
    now = files_in(folder)
    changed = [name for name in old if old[name] != new[name]]
    done = sum(now.get(name) == new[name] for name in changed)
    return "none" if not done else "all" if done == len(changed) else "some"


def run(times: int, seed: int) -> int:
    """Kill that often; the exit status."""
    chance, states, wrong = random.Random(seed), Counter[str](), 0
    with tempfile.TemporaryDirectory(prefix="kill-") as scratch:
        folder, old = Path(scratch).resolve(), project()
        put(folder, old)
        repair = repair_of(folder)
        begun = time.monotonic()
        repair.write()
        long, new = time.monotonic() - begun, files_in(folder)
        for number in range(times):
            put(folder, old)
            killed(repair, chance.uniform(0, 2 * long))
            states[state(folder, old, new)] += 1
            found = faults(folder, old, new)
            wrong += bool(found)
            for fault in found:
                print(f"kill {number}: {fault}")
    counts = ", ".join(f"{states[name]} with {name} of the files new" for name in STATES)
    print(f"{times} kills ({counts}), {wrong} with a fault")
    return 1 if wrong or not states["some"] else 0


STATES = ("none", "some", "all")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=500, help="how often (default: 500)")
    parser.add_argument("--seed", type=int, default=1, help="what chance goes by (default: 1)")
    options = parser.parse_args(arguments)
    return run(options.times, options.seed)


if __name__ == "__main__":
    sys.exit(main())
