"""Flask applications whose views use planted objects in every way that a view can.

Objects with a thread, a socket or a database, of classes of the program's own or of the standard
library's, are made while the program is loaded: in the application's module, in another one, by a
factory, by an heir. The views of `planting_uses.py` use them. All answers are fixed by the text
alone, so an application must answer the same whatever becomes of the objects; only what is marked
as doubtful (an object that counts, a rebound name) may be changed by an unsafe fix.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from planting_uses import USES

THINGS = '''\
import os
import socket
import sqlite3
import threading


class Pulse:
    """Has a thread of its own."""

    def __init__(self, name="pulse"):
        self.name = name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._stop.wait, daemon=True)
        self._thread.start()

    def answer(self, number):
        if self._stop.is_set():
            raise RuntimeError("closed")
        return f"{self.name} {number}"

    def close(self):
        self._stop.set()
        self._thread.join()


class Line:
    """Has a connection of its own."""

    def __init__(self, name="line"):
        self.name = name
        self._socket = socket.create_connection(("127.0.0.1", int(os.environ["PLANTS_PORT"])))

    def answer(self, number):
        self._socket.getpeername()
        return f"{self.name} {number}"

    def close(self):
        self._socket.close()


class Book:
    """Has a database of its own."""

    def __init__(self, name="book"):
        self.name = name
        self._database = sqlite3.connect(f"{name}.sqlite3")

    def answer(self, number):
        (found,) = self._database.execute("SELECT ?", (number,)).fetchone()
        return f"{self.name} {found}"

    def close(self):
        self._database.close()


class Counter(Line):
    """Remembers what it was asked."""

    def __init__(self, name="counter"):
        super().__init__(name)
        self.asked = 0

    def answer(self, number):
        self.asked += 1
        return f"{super().answer(number)} {self.asked}"
'''
HEIRS = """\
import things
from things import Book as Base


class Tape(things.Line):
    def __init__(self, name="tape"):
        super().__init__(name)
        self.label = f"[{name}]"

    def answer(self, number):
        return self.label + super().answer(number)


class Shelf(Base):
    pass


def make(kind, name):
    return kind(name)


def pulse(name):
    made = things.Pulse(name)
    return made
"""
HEAD = """\
import atexit
import functools
import os
import threading

from flask import Blueprint, Flask, Response, current_app, g, render_template_string
from flask import request, stream_with_context
from flask.views import MethodView

"""
IMPORTS = """\
import heirs
import things
from heirs import Shelf, Tape, make, pulse
from things import Book, Counter, Line, Pulse
from things import Line as Wire
"""
MAKING = (
    "Pulse('{n}')",
    "Line('{n}')",
    "Book('{n}')",
    "things.Pulse('{n}')",
    "Wire(name='{n}')",
    "Tape('{n}')",
    "heirs.Shelf('{n}')",
    "make(Line, '{n}')",
    "make(kind=Book, name='{n}')",
    "pulse('{n}')",
)
COUNTING = "Counter('{n}')"
BINDING = (
    "{n} = {make}  # plant",
    "{n} = {make}  # plant",
    "{n} = {make}  # plant",
    "{n}: object = {make}  # plant",
    "{n} = {n}_too = {make}  # plant",
    "{n}, {n}_size = {make}, 3  # plant",
    "({n} := {make})  # plant",
    "if os.environ.get('PLANTS_SET'):\n    {n} = {make}  # plant\nelse:\n    {n} = None",
    "try:\n    {n} = {make}  # plant\nexcept OSError:\n    {n} = None",
    "{n} = (\n    # by hand\n    {make}  # plant\n)",
    "def {n}_setup():\n    global {n}\n    {n} = {make}\n\n\n{n}_setup()  # plant",
    "for _ in range(1):\n    {n} = {make}  # plant",
    "{n} = {make}; {n}_limit = 5  # plant",
)
REFERRING = {
    "from resources import {n}": "{n}",
    "import resources": "resources.{n}",
    "import resources as store": "store.{n}",
    "from resources import {n} as the_{n}": "the_{n}",
    "from resources import *": "{n}",
}


class Served(NamedTuple):
    """An application: its files, where Flask finds it, what is asked, and where its plants are."""

    files: dict[str, str]
    app: str
    paths: tuple[str, ...]
    truth: set[tuple[str, int]]
    doubtful: bool


class Object(NamedTuple):
    """A planted object: the statement that makes it, and how a view names it."""

    name: str
    statement: str
    imported: str
    expression: str
    doubtful: bool


def planted(chance: random.Random, name: str, *, apart: bool) -> Object:
    """An object, in the module of the views or in another one."""
    counts = chance.random() < 0.1
    make = (COUNTING if counts else chance.choice(MAKING)).format(n=name)
    statement = chance.choice(BINDING).format(n=name, make=make)
    if not apart:
        return Object(name, statement, "", name, counts)
    imported, expression = chance.choice(list(REFERRING.items()))
    return Object(name, statement, imported.format(n=name), expression.format(n=name), counts)


def views(
    chance: random.Random, objects: list[Object], *, factory: bool
) -> tuple[str, list[str], bool]:
    """The views that use these objects: their text, what to ask, and whether any is doubtful."""
    text, paths, doubtful = "", [], any(each.doubtful for each in objects)
    for number in range(chance.randint(1, 5)):
        each, use = chance.choice(objects), chance.choice(USES)
        if (use.bare and each.expression != each.name) or (factory and use.needs_app):
            use = USES[0]
        name = f"v{number}"
        text += "\n\n" + use.text.format(v=name, e=each.expression, n=each.name) + "\n"
        paths.append(use.path.format(v=name))
        doubtful = doubtful or use.doubtful
    return text, paths, doubtful


def application(seed: int) -> Served:
    """The application of this seed."""
    chance = random.Random(seed)
    apart, factory = chance.random() < 0.5, chance.random() < 0.35
    names = [f"n{number}" for number in range(chance.randint(1, 3))]
    objects = [planted(chance, name, apart=apart) for name in names]
    made = "\n".join(each.statement for each in objects)
    text, paths, doubtful = views(chance, objects, factory=factory)
    imports = "\n".join(dict.fromkeys(each.imported for each in objects if each.imported))
    files = {"things.py": THINGS, "heirs.py": HEIRS}
    if apart:
        files["resources.py"] = f"import os\n\n{IMPORTS}\n\n{made}\n"
    own = "" if apart else f"{made}\n"
    if factory:
        pages = text.replace("@app.", "@bp.").replace("app.add_url_rule", "bp.add_url_rule")
        bp = "bp = Blueprint('pages', __name__, cli_group=None)\n"
        files["pages.py"] = f"{HEAD}{IMPORTS}{imports}\n\n{bp}{own}{pages}"
        files["app.py"] = FACTORY
    else:
        files["app.py"] = f"{HEAD}{IMPORTS}{imports}\n\napp = Flask(__name__)\n{own}{text}"
    truth = {
        (file, number)
        for file, body in files.items()
        for number, line in enumerate(body.splitlines(), start=1)
        if line.endswith("# plant")
    }
    files = {file: body.replace("  # plant", "") for file, body in files.items()}
    return Served(
        files, "app:create_app()" if factory else "app:app", tuple(paths), truth, doubtful
    )


FACTORY = """\
from flask import Flask


def create_app():
    from pages import bp

    app = Flask(__name__)
    app.register_blueprint(bp)
    return app
"""
