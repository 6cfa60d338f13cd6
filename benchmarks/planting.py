"""Programs with planted hazards: what is planted, and in what it is wrapped, at random.

A hazard stands in functions, classes, heirs, other modules, aliases, blocks and conditions that
keep it, or in what takes it away: a function that nobody calls, a shadowed name, a branch that
isn't taken, a guard, a closed resource. What must be said of a program is known from how it was
made.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

HEAD = """\
import os
import socket
import sqlite3
import threading
import threading as workers
from contextlib import closing, nullcontext
from functools import partial
from sqlite3 import connect as open_database
from threading import Thread as Worker

PORT = int(os.environ.get("PLANTS_PORT", "9"))
forever = threading.Event().wait


class Lookalike:
    def __init__(self, *arguments, **options):
        pass

    def start(self):
        return self


class Fake:
    Thread = Timer = connect = create_connection = Lookalike


"""
APP = "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
ATOMS = (
    ("RL101", "threading.Thread(target=forever).start()"),
    ("RL101", "Worker(target=forever, daemon=True).start()"),
    ("RL101", "workers.Timer(999, forever).start()"),
    ("RL102", "{name} = socket.create_connection(('127.0.0.1', PORT))"),
    ("RL106", "{name} = sqlite3.connect('{name}.sqlite3')"),
    ("RL106", "{name} = open_database('{name}.sqlite3')"),
)


class Plant(NamedTuple):
    """Definitions, then the statement that acts when it runs, and what must be said of its line.

    `modules` are others that it needs, by name.
    """

    above: tuple[str, ...]
    statement: str
    code: str | None
    modules: tuple[tuple[str, str], ...] = ()


Wrapper = Callable[[Plant, str], Plant]


def indented(text: str) -> str:
    """A text four columns further right."""
    return "".join(f"    {line}\n" for line in text.splitlines()).rstrip("\n")


def kept(plant: Plant) -> str:
    """The statement where what it makes outlives the call: in a function, as an attribute."""
    return plant.statement.replace("  # plant\n", "\n").removesuffix("  # plant")


def bound_in(body: str) -> list[str]:
    """The names that a statement binds: those of the atoms, in any block."""
    return [line.split(" = ")[0].strip() for line in body.splitlines() if " = " in line]


def block(header: str, end: str = "") -> Wrapper:
    """A block around the statement, whose line stays the one that is reported."""

    def wrap(plant: Plant, name: str) -> Plant:
        opening = header.format(name=name)
        deeper = opening.splitlines()[-1].startswith("    ")
        body = indented(indented(plant.statement) if deeper else plant.statement)
        return plant._replace(statement=f"{opening}\n{body}{end}")

    return wrap


def called(definition: str, call: str, *, shared: bool = True) -> Wrapper:
    """A definition around the statement, and a call, whose line is the one that is reported.

    `shared`: what the statement binds is global.
    """

    def wrap(plant: Plant, name: str) -> Plant:
        body = kept(plant)
        bound = bound_in(body)
        first = "".join(f"global {each}\n" for each in bound) if shared else ""
        text = definition.format(name=name, body="{body}", bound=(bound or ["None"])[-1])
        column = next(line.index("{body}") for line in text.splitlines() if "{body}" in line)
        lines = (first + body).splitlines()
        inner = "\n".join([lines[0], *(" " * column + line for line in lines[1:])])
        made = text.replace("{body}", inner)
        opening, _, rest = call.format(name=name).partition("\n")
        statement = f"{opening}  # plant" + (f"\n{rest}" if rest else "")
        return plant._replace(above=(*plant.above, made), statement=statement)

    return wrap


def moved(imported: str, call: str) -> Wrapper:
    """A function around the statement, in a module of its own, and a call of it."""
    inside = called("def {name}():\n    {body}", "{name}()")

    def wrap(plant: Plant, name: str) -> Plant:
        made = inside(plant, name)
        text = HEAD + "\n\n\n".join(made.above) + "\n"
        above = imported.format(name=name)
        modules = (*plant.modules, (f"m_{name}", text))
        return Plant((above,), f"{call.format(name=name)}  # plant", plant.code, modules)

    return wrap


def inherited(plant: Plant, name: str) -> Plant:
    """The statement in the constructor of a class in another module, and an heir of it here."""
    inside = called("class {name}_base:\n    def __init__(self):\n        {body}", "")
    text = HEAD + "\n\n\n".join(inside(plant, name).above) + "\n"
    heir = f"from m_{name} import {name}_base\n\n\nclass {name}({name}_base):\n    pass"
    modules = (*plant.modules, (f"m_{name}", text))
    return Plant((heir,), f"{name}()  # plant", plant.code, modules)


FUNCTION = "def {name}():\n    {body}"
METHOD = "class {name}:\n    def {method}(self):\n        {{body}}"
KEEPING: tuple[Wrapper, ...] = (
    block("if True:"),
    block("if os.environ.get('PLANTS_SET'):"),
    block("if not os.environ.get('PLANTS_SET'):\n    pass\nelse:"),
    block("for _ in range(1):"),
    block("while True:", "\n    break"),
    block("with nullcontext():"),
    block("try:", "\nfinally:\n    pass"),
    block("try:\n    pass\nfinally:"),
    block("try:\n    pass\nexcept OSError:\n    pass\nelse:"),
    block("match 1:\n    case 1:"),
    called(FUNCTION, "{name}()"),
    called("class {name}:\n    def __init__(self):\n        {body}", "{name}()"),
    called(
        "class Base_{name}:\n    def __init__(self):\n        {body}\n\n\n"
        "class {name}(Base_{name}):\n    pass",
        "{name}()",
    ),
    called(
        "class Base_{name}:\n    def __init__(self):\n        self.go()\n\n\n"
        "class {name}(Base_{name}):\n    def go(self):\n        {body}",
        "{name}()",
    ),
    called("class {name}:\n    @staticmethod\n    def go():\n        {body}", "{name}.go()"),
    called("class {name}:\n    @classmethod\n    def go(cls):\n        {body}", "{name}.go()"),
    called("class {name}:\n    @property\n    def go(self):\n        {body}", "{name}().go"),
    called("class {name}:\n    def __call__(self):\n        {body}", "{name}()()"),
    called(f"{FUNCTION}\n\n\n{{name}}_alias = {{name}}", "{name}_alias()"),
    called(f"{FUNCTION}\n\n\n{{name}}_table = {{{{'go': {{name}}}}}}", "{name}_table['go']()"),
    called(FUNCTION, "partial({name})()"),
    called(FUNCTION, "(lambda: {name}())()"),
    called(FUNCTION, "[{name}() for _ in range(1)]"),
    called("def {name}(callback=None):\n    {body}\n    return callback", "{name}(callback=print)"),
    called(
        "def {name}_run(callback):\n    callback()\n\n\ndef {name}():\n    {body}",
        "{name}_run({name})",
    ),
    called(
        "def {name}():\n    def inner():\n        {body}\n    return inner",
        "{name}()()",
    ),
    called(
        "def {name}(function):\n    {body}\n    return function",
        "@{name}\ndef {name}_decorated():\n    pass",
    ),
    called(
        "class {name}:\n    def __init_subclass__(cls):\n        {body}",
        "class {name}_heir({name}):\n    pass",
    ),
    called(
        "class {name}:\n    def __enter__(self):\n        {body}\n\n"
        "    def __exit__(self, *error):\n        pass",
        "with {name}():\n    pass",
    ),
    called("def {name}():\n    {body}\n    return {bound}", "{name}_made = {name}()", shared=False),
    moved("from m_{name} import {name}", "{name}()"),
    moved("import m_{name}", "m_{name}.{name}()"),
    moved("import m_{name} as {name}_module", "{name}_module.{name}()"),
    moved("from m_{name} import {name} as {name}_renamed", "{name}_renamed()"),
    moved("from m_{name} import *", "{name}()"),
    inherited,
)


def silent(definition: str) -> Wrapper:
    """A definition or block in which the statement never runs."""
    wrap = called(definition, "")

    def hide(plant: Plant, name: str) -> Plant:
        return Plant(wrap(plant, name).above, "", None, plant.modules)

    return hide


TRAPS: tuple[Wrapper, ...] = (
    silent(FUNCTION),
    silent("@app.get('/{name}')\ndef {name}():\n    {body}\n    return 'done'"),
    silent("class {name}:\n    def run(self):\n        {body}"),
    silent("def {name}():\n    {body}\n    yield 1\n\n\n{name}()"),
    silent("def {name}():\n    def inner():\n        {body}\n    return inner\n\n\n{name}()"),
    silent("async def {name}():\n    {body}"),
    silent("def {name}():\n    {body}\n\n\ndef {name}():\n    pass\n\n\n{name}()"),
    silent("{name}_unused = partial(print)\n\n\ndef {name}():\n    {body}"),
    silent(
        "class {name}_base:\n    def go(self):\n        {body}\n\n\n"
        "class {name}({name}_base):\n    def go(self):\n        pass\n\n\n{name}().go()"
    ),
)
GUARDS = (
    block("if False:"),
    block("if not True:"),
    block("if os.environ.get('WERKZEUG_RUN_MAIN') == 'true':"),
    block("for _ in ():"),
    block("while False:"),
)
HARMLESS = (
    "{name} = sqlite3.connect('x')\n{name}.close()",
    "with closing(sqlite3.connect('x')) as {name}:\n    pass",
    "{name} = threading.Thread(target=print)\n{name}.start()\n{name}.join()",
    "{name} = threading.Thread(target=print)",
    "Lookalike(target=print).start()",
    "{name} = lambda: threading.Thread(target=print).start()",
    "def {name}(sqlite3=Fake):\n    return sqlite3.connect('x')\n\n\n{name}()",
    "def {name}():\n    Worker = Lookalike\n    Worker(target=print).start()\n\n\n{name}()",
    "def {name}():\n    found = sqlite3.connect('x')\n    found.close()\n\n\n{name}()",
    "class {name}:\n    threading = Fake\n    threading.Thread(target=print).start()",
    "[threading.Timer(9, print).start() for threading in [Fake]]",
    "sqlite3.connect('x').close()",
    "def {name}():\n    return sqlite3.connect('x')\n\n\n{name}().close()",
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
        made = made._replace(statement=kept(made), code=None)
    return made


def program(seed: int) -> tuple[dict[str, str], set[tuple[int, str]]]:
    """The files of a program, and line and code of what must be found in `app.py`."""
    chance = random.Random(seed)
    plants = [plant(chance, f"n{number}") for number in range(chance.randint(1, 6))]
    text, truth = HEAD + APP, set()
    for each in plants:
        text += "".join(f"{above}\n\n\n" for above in each.above)
        start = text.count("\n")
        for number, line in enumerate(each.statement.splitlines(), start=1):
            if each.code and line.endswith("# plant"):
                truth.add((start + number, each.code))
        text += kept(each) + "\n"
    modules = {f"{name}.py": body for each in plants for name, body in each.modules}
    return {"app.py": text, **modules}, truth
