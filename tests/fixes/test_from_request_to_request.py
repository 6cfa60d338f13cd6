"""What one request leaves for the next in an object: one for each request wouldn't have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import verdict

APP = """\
import csv, sqlite3
from flask import Flask

app = Flask(__name__)


class Breaker:
    limit = 3

    def __init__(self):
        self.failures = 0

    def {failing}(self):
        self.failures += 1

    def is_open(self):
        return self.failures > self.limit


class Store:
    def __init__(self):
        self.conn = sqlite3.connect("shop.db")
        {making}

    def ask(self, name):
        {asking}

    def close(self):
        self.conn.close()


store = Store()


@app.route("/<name>")
def index(name):
    return str(store.ask(name))
"""


def of_class(folder: Path, making: str, asking: list[str], failing: str = "fail") -> str:
    lines = f"\n{8 * ' '}".join(asking)
    fix = verdict(folder, {"app.py": APP.format(making=making, asking=lines, failing=failing)})
    assert (fix.strategy, fix.applicability == "safe") == ("g", fix.reason is None)
    return fix.reason or ""


KEPT = {
    "a local name": ("self.stats = {}", ["stats = self.stats", "stats['n'] = 1"]),
    "an item": ("self.seen = {}", ["old = self.seen.setdefault(name, [])", "old.append(1)"]),
    "a local list": ("self.lines = []", ["lines = self.lines", "lines += [name]"]),
    "taken away": ("self.lines = [1]", ["del self.lines[:]"]),
    "the order": ("self.seen = {}", ["self.seen.move_to_end(name)"]),
    "a heap": ("self.heap = []", ["import heapq", "heapq.heappush(self.heap, name)"]),
    "another object": ("self.breaker = Breaker()", ["self.breaker.fail()"]),
    "one of two": ("self.n = 0", ["self.last, self.n = name, self.n + 1"]),
    "with its kind": ("self.n = 0", ["self.n: int = 1"]),
    "a loop's": ("self.n = 0", ["for self.n in range(3): pass"]),
    "a finalizer": ("import weakref; weakref.finalize(self, print)", ["return name"]),
    "by name": ("self.limit = 1", ["setattr(self, name, 2)"]),
    "at work": (
        "self.limit = 1",
        ["import threading", "threading.Thread(target=self.close).start()"],
    ),
    "a closure at work": (
        "self.limit = 1",
        [
            "import threading",
            "def work():",
            "    self.conn.execute('select 1')",
            "threading.Timer(1, work).start()",
        ],
    ),
    "a result": ("self.rows = self.conn.execute('select 1')", ["return self.rows.fetchone()"]),
    "a file": ("self.log = open('x.log')", ["return [line for line in self.log]"]),
    "a table": ("self.table = csv.reader(open('x.csv'))", ["return next(self.table)"]),
}
GONE = {
    "a copy": ("self.stats = {}", ["stats = dict(self.stats)", "stats['n'] = 1"]),
    "another name": ("self.stats = {}", ["stats = self.stats", "stats = {}", "other = [stats]"]),
    "a number": ("self.first = 1", ["first = self.first", "first += 1", "return first"]),
    "the last answer": ("self.rows = None", ["return self.conn.execute('select 1').fetchone()"]),
    "from the beginning": (
        "self.log = open('x.log')",
        ["self.log.seek(0)", "return self.log.read()"],
    ),
    "with the cursor": (
        "self.cursor = self.conn.cursor()",
        ["self.cursor.execute('select 1')", "return self.cursor.fetchone()"],
    ),
    "only said": ("self.n = 0", ["self.n: int"]),
    "local ones": ("self.n = 0", ["last, n = name, self.n", "for n in range(3): pass"]),
    "waited for": (
        "self.limit = 1",
        [
            "import threading",
            "one = threading.Thread(target=self.close)",
            "one.start()",
            "one.join()",
        ],
    ),
    "at work without it": (
        "self.limit = 1",
        ["import threading", "threading.Thread(target=print, args=(name,)).start()"],
    ),
    "another's": ("self.limit = 1", ["setattr(app, name, 2)"]),
    "not asked": ("self.rows = self.conn.execute('select 1')", ["return name"]),
}


@pytest.mark.parametrize(("making", "asking"), KEPT.values(), ids=KEPT)
def test_what_a_method_leaves_in_the_object_is_told(
    making: str, asking: list[str], tmp_path: Path
) -> None:
    assert of_class(tmp_path, making, asking)


@pytest.mark.parametrize(("making", "asking"), GONE.values(), ids=GONE)
def test_what_is_gone_with_the_call_is_no_doubt(
    making: str, asking: list[str], tmp_path: Path
) -> None:
    assert of_class(tmp_path, making, asking) == ""


def test_other_object_that_only_closing_changes_is_no_doubt(tmp_path: Path) -> None:
    making, asking = "self.breaker = Breaker()", ["return self.breaker.is_open()"]
    assert of_class(tmp_path, making, asking, failing="close") == ""


VIEWS = """\
import sqlite3
from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("shop.db", isolation_level=None)


def first():
    {first}


def second(name="n", value=0):
    {second}


@app.route("/first")
def one():
    return str(first())


@app.route("/both")
def both():
    {both}
    return "done"
"""
ASKED_LATER = [
    ("return db.execute('SELECT last_insert_rowid()').fetchone()", "pass"),
    ("return db.execute('select changes()').fetchone()", "db.execute('DELETE FROM item')"),
    ("db.execute('BEGIN')", "db.execute('COMMIT')"),
    ("db.execute('SAVEPOINT a')", "pass"),
    ("pass", "db.execute(f'PRAGMA {name} = {value}')"),
    ("sql = 'PRAGMA foreign_keys = ON'; db.execute(sql)", "pass"),
]
SETTLED = [
    ("db.execute('INSERT INTO t DEFAULT VALUES'); db.execute('SELECT last_insert_rowid()')", ""),
    ("db.execute('BEGIN'); db.execute('COMMIT')", "pass"),
    ("db.execute('BEGIN'); db.commit()", "pass"),
    ("return 'BEGIN'", "return db.execute('SELECT 1').fetchone()"),
    ("pass", "db.execute(f'PRAGMA table_info({name})').fetchall()"),
]


@pytest.mark.parametrize(("first", "second"), ASKED_LATER)
def test_what_a_later_request_asks_the_connection_for_is_told(
    first: str, second: str, tmp_path: Path
) -> None:
    text = VIEWS.format(first=first, second=second, both="second()")
    assert verdict(tmp_path, {"app.py": text}).applicability == "unsafe"


@pytest.mark.parametrize(("first", "second"), SETTLED)
def test_what_the_same_function_begins_and_ends_is_no_doubt(
    first: str, second: str, tmp_path: Path
) -> None:
    text = VIEWS.format(first=first, second=second or "pass", both="second()")
    assert verdict(tmp_path, {"app.py": text}).applicability == "safe"


def test_what_every_caller_ends_is_no_doubt(tmp_path: Path) -> None:
    text = VIEWS.format(
        first="return 1", second="db.execute('BEGIN')", both="second(); db.execute('COMMIT')"
    )
    assert verdict(tmp_path, {"app.py": text}).applicability == "safe"
