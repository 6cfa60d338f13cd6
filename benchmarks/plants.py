"""Make Flask programs with planted hazards and traps, and compare what is found with the truth.

    python benchmarks/plants.py                  500 programs
    python benchmarks/plants.py --programs 40    fewer; `--seed` is where chance begins

A hazard is wrapped at random, and several times: in functions, classes, heirs, another module,
aliases, blocks and conditions that keep it, or in one that takes it away (a function that nobody
calls, a shadowed name, a branch that isn't taken, a guard, a closed resource). Each program is
checked; its findings must be the plants, by line and code. What `fix --unsafe-fixes` makes of it
must compile, and be final. The exit status is 0 if all that holds for all programs.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from reloadlint.fixer import fix_project
from reloadlint.linter import check_project
from reloadlint.settings import Settings

SETTINGS = Settings(cache=False, follow_installed=False, select=("RL101", "RL102", "RL106"))
HEAD = """\
import os
import socket
import sqlite3
import threading
import threading as workers
from contextlib import closing
from sqlite3 import connect as open_database
from threading import Thread as Worker

from flask import Flask

app = Flask(__name__)


class Lookalike:
    def __init__(self, target=None):
        pass

    def start(self):
        return self


"""
ATOMS = (
    ("RL101", "threading.Thread(target=print).start()"),
    ("RL101", "Worker(target=print).start()"),
    ("RL101", "workers.Timer(9, print).start()"),
    ("RL102", "{name} = socket.create_connection(('localhost', 9))"),
    ("RL106", "{name} = sqlite3.connect('{name}.sqlite3')"),
    ("RL106", "{name} = open_database('{name}.sqlite3')"),
)


class Plant(NamedTuple):
    """Definitions, then the statement that acts when it runs, and what must be said of its line."""

    above: tuple[str, ...]
    statement: str
    code: str | None


def indented(text: str) -> str:
    """A text four columns further right."""
    return "".join(f"    {line}\n" for line in text.splitlines()).rstrip("\n")


def kept(plant: Plant) -> str:
    """The statement where what it makes outlives the call: in a function, as an attribute."""
    return plant.statement.replace("# plant\n", "\n").removesuffix("  # plant")


def block(header: str) -> Callable[[Plant, str], Plant]:
    """A block around the statement, whose line stays the one that is reported."""
    end = "\nfinally:\n    pass" if header == "try:" else ""

    def wrap(plant: Plant, name: str) -> Plant:  # noqa: ARG001 - all wrappers get one
        return plant._replace(statement=f"{header}\n{indented(plant.statement)}{end}")

    return wrap


def called(definition: str, call: str) -> Callable[[Plant, str], Plant]:
    """A definition around the statement, and a call, whose line is the one that is reported."""

    def wrap(plant: Plant, name: str) -> Plant:
        body = kept(plant)
        bound = [line.split(" = ")[0].strip() for line in body.splitlines() if " = " in line]
        shared = "".join(f"global {each}\n" for each in bound)
        text = definition.format(name=name, body="{body}")
        column = next(line.index("{body}") for line in text.splitlines() if "{body}" in line)
        lines = (shared + body).splitlines()
        inner = "\n".join([lines[0], *(" " * column + line for line in lines[1:])])
        made = text.replace("{body}", inner)
        return Plant((*plant.above, made), f"{call.format(name=name)}  # plant", plant.code)

    return wrap


KEEPING = (
    block("if True:"),
    block("if os.environ.get('SET'):"),
    block("for _ in range(1):"),
    block("try:"),
    called("def {name}():\n    {body}", "{name}()"),
    called("class {name}:\n    def __init__(self):\n        {body}", "{name}()"),
    called(
        "class Base_{name}:\n    def __init__(self):\n        {body}\n\n\n"
        "class {name}(Base_{name}):\n    pass",
        "{name}()",
    ),
    called("class {name}:\n    @staticmethod\n    def go():\n        {body}", "{name}.go()"),
    called("def {name}():\n    {body}\n\n\n{name}_alias = {name}", "{name}_alias()"),
    called("def {name}(callback=None):\n    {body}\n    return callback", "{name}(callback=print)"),
)


def silent(definition: str) -> Callable[[Plant, str], Plant]:
    """A definition or block in which the statement never runs."""
    wrap = called(definition, "")

    def hide(plant: Plant, name: str) -> Plant:
        above = wrap(plant, name).above
        return Plant(above, "", None)

    return hide


TRAPS = (
    silent("def {name}():\n    {body}"),
    silent("@app.get('/{name}')\ndef {name}():\n    {body}\n    return 'done'"),
    silent("class {name}:\n    def run(self):\n        {body}"),
    silent("def {name}():\n    {body}\n    yield 1\n\n\n{name}()"),
    silent("def {name}():\n    def inner():\n        {body}\n    return inner\n\n\n{name}()"),
)
GUARDS = (
    block("if False:"),
    block("if os.environ.get('WERKZEUG_RUN_MAIN') == 'true':"),
)
HARMLESS = (
    "{name} = sqlite3.connect('x')\n{name}.close()",
    "with closing(sqlite3.connect('x')) as {name}:\n    pass",
    "{name} = threading.Thread(target=print)\n{name}.start()\n{name}.join()",
    "{name} = threading.Thread(target=print)",
    "Lookalike(target=print).start()",
    "{name} = lambda: threading.Thread(target=print).start()",
)


def plant(chance: random.Random, name: str) -> Plant:
    """A hazard that is kept or taken away, or what only looks like one."""
    if chance.random() < 0.25:
        return Plant((), chance.choice(HARMLESS).format(name=name), None)
    code, text = chance.choice(ATOMS)
    made = Plant((), f"{text.format(name=name)}  # plant", code)
    for depth in range(chance.randrange(4)):
        made = chance.choice(KEEPING)(made, f"{name}_{depth}")
    if chance.random() < 0.35:
        made = chance.choice((*TRAPS, *GUARDS))(made, f"{name}_trap")
        made = Plant(made.above, kept(made).replace("  # plant", ""), None)
    return made


def program(seed: int) -> tuple[dict[str, str], set[tuple[int, str]]]:
    """The files of a program, and line and code of what must be found in `app.py`."""
    chance = random.Random(seed)
    plants = [plant(chance, f"n{number}") for number in range(chance.randint(1, 6))]
    text, truth = HEAD, set()
    for each in plants:
        text += "".join(f"{above}\n\n\n" for above in each.above)
        start = text.count("\n")
        for number, line in enumerate(each.statement.splitlines(), start=1):
            if each.code and line.endswith("# plant"):
                truth.add((start + number, each.code))
        text += each.statement.replace("  # plant", "") + "\n"
    return {"app.py": text}, truth


def faults(files: dict[str, str], truth: Iterable[tuple[int, str]], folder: Path) -> list[str]:
    """Where findings and truth differ, and what is wrong with the fixed program."""
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        (folder / name).write_text(text)
    findings = check_project([folder], SETTINGS).findings
    found = {(finding.line, finding.code) for finding in findings}
    wrong = [f"app.py:{line} {code} is not found" for line, code in set(truth) - found]
    wrong += [f"app.py:{line} {code} is found, and is none" for line, code in found - set(truth)]
    repair = fix_project([folder], SETTINGS, unsafe=True)
    for change in repair.changes:
        compile(change.after, "<fixed>", "exec", dont_inherit=True)
        change.source.path.write_bytes(change.after)
    if repair.changes and fix_project([folder], SETTINGS, unsafe=True).changes:
        wrong.append("a second fix proposes another change")
    return wrong + [f"{o.reason}" for o in repair.outcomes if "was dropped" in (o.reason or "")]


def run(programs: int, seed: int) -> int:
    """Try so many programs; the exit status."""
    failed = planted = 0
    for number in range(seed, seed + programs):
        files, truth = program(number)
        planted += len(truth)
        with tempfile.TemporaryDirectory(prefix="plants-") as scratch:
            wrong = faults(files, truth, Path(scratch).resolve())
        failed += bool(wrong)
        for line in wrong:
            print(f"seed {number}: {line}")
    print(f"{programs} programs, {planted} plants, {failed} with a fault")
    return 1 if failed or not planted else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--programs", type=int, default=500, help="how many (default: 500)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--show", type=int, metavar="SEED", help="print that program")
    options = parser.parse_args(arguments)
    if options.show is not None:
        files, truth = program(options.show)
        print("".join(files.values()), *sorted(truth), sep="\n")
        return 0
    return run(options.programs, options.seed)


if __name__ == "__main__":
    sys.exit(main())
