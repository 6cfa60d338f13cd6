"""Writes through a connection that another function has named: lost, if nobody commits them."""

from __future__ import annotations

import pytest

from fixes.workshop import fixed, verdict

HEAD = """\
import sqlite3
from contextlib import closing, contextmanager

from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("guests.sqlite3", check_same_thread=False)


"""
VIEW = '\n\n@app.post("/")\ndef add():\n    {}\n    return "added"\n'
INSERT = """execute("INSERT INTO guests VALUES ('Ann')")"""

YIELDS = "@contextmanager\ndef work():\n    yield db\n"
YIELDS_CURSOR = (
    "@contextmanager\ndef work():\n    with closing(db.cursor()) as cursor:\n        yield cursor\n"
)
COMMITS = (
    "@contextmanager\ndef work():\n    cursor = db.cursor()\n    try:\n        yield cursor\n"
    "    except Exception:\n        db.rollback()\n        raise\n    else:\n        db.commit()\n"
)
COMMITS_FIRST = "@contextmanager\ndef work():\n    db.commit()\n    yield db\n"
RETURNS = "def work():\n    print('asked for')\n    return db\n"
RETURNS_CURSOR = "def work():\n    cursor = db.cursor()\n    return cursor\n"
PASSES = "def inner():\n    return db\n\n\ndef work():\n    return inner()\n"
TAKES = f"def add_guest(connection):\n    connection.{INSERT}\n"
KEEPS = (
    "class Guests:\n    def __init__(self, c):\n        self.c = c\n\n"
    f"    def put(self):\n        self.c.{INSERT}\n"
)


def project(helper, *lines):
    return {"app.py": HEAD + helper + VIEW.format("\n    ".join(lines))}


@pytest.mark.parametrize(
    ("helper", "lines"),
    [
        (YIELDS, ("with work() as c:", f"    c.{INSERT}")),
        (YIELDS_CURSOR, ("with work() as c:", f"    c.{INSERT}")),
        (COMMITS_FIRST, ("with work() as c:", f"    c.{INSERT}")),
        (RETURNS, (f"work().{INSERT}",)),
        (RETURNS_CURSOR, ("c = work()", f"c.{INSERT}")),
        (PASSES, (f"work().{INSERT}",)),
        (TAKES, ("add_guest(db)",)),
        (TAKES, ("connection = db", "add_guest(connection)")),
        (TAKES, ("add_guest(connection=db.cursor())",)),
        (KEEPS, ("Guests(db).put()",)),
    ],
)
def test_unsafe_where_nobody_commits(tmp_path, helper, lines):
    fix = verdict(tmp_path, project(helper, *lines))
    assert fix.applicability == "unsafe"
    assert "writes without a commit" in fix.reason


@pytest.mark.parametrize(
    ("helper", "lines"),
    [
        (YIELDS, ("with work() as c:", f"    c.{INSERT}", "    c.commit()")),
        (YIELDS_CURSOR, ("with work() as c:", f"    c.{INSERT}", "db.commit()")),
        (YIELDS, ("with work() as c, c:", f"    c.{INSERT}")),
        (COMMITS, ("with work() as c:", f"    c.{INSERT}")),
        (RETURNS, (f"work().{INSERT}", "work().commit()")),
        (RETURNS, ('work().execute("SELECT 1")',)),
        (RETURNS_CURSOR, ("c = work()", f"c.{INSERT}", "db.commit()")),
        (TAKES, ("add_guest(db)", "db.commit()")),
        (KEEPS, ("with db:", "    Guests(db).put()")),
    ],
)
def test_safe_where_somebody_does(tmp_path, helper, lines):
    assert "get_db()" in fixed(tmp_path, project(helper, *lines))["app.py"]


def test_function_of_the_project_keeps_nothing_because_of_its_name(tmp_path):
    helper = 'def add(connection):\n    connection.execute("SELECT 1")\n'
    text = fixed(tmp_path, project(helper.replace("def add", "def insert"), "insert(db)"))
    assert "insert(get_db())" in text["app.py"]


def test_method_of_a_list_keeps_what_it_is_given(tmp_path):
    fix = verdict(tmp_path, project("held = []\n", "held.append(db)"))
    assert (fix.applicability, "kept by `append`" in fix.reason) == ("unsafe", True)
