"""A database in memory is one for the process: each request would get an empty one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fixes.workshop import fixed, repair, verdict

APP = """\
import sqlite3
import threading
from flask import Flask

NAME = ":memory:"

{made}
db.execute("create table visits (path)")
app = Flask(__name__)


@app.get("/")
def count():
    db.execute("insert into visits values ('/')")
    db.commit()
    return str(db.execute("select count(*) from visits").fetchone()[0])
"""
MADE = {
    "by its name": 'db = sqlite3.connect(":memory:", check_same_thread=False)',
    "by a constant": "db = sqlite3.connect(NAME, check_same_thread=False)",
    "without a name": 'db = sqlite3.connect("", check_same_thread=False)',
    "shared": 'db = sqlite3.connect("file:x?mode=memory&cache=shared", uri=True, '
    "check_same_thread=False)",
}
ASK_TWICE = """\
import app
client = app.app.test_client()
print([client.get("/").text for _ in range(2)])
"""


def project(made: str) -> dict[str, str]:
    return {"app.py": APP.format(made=made)}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_requests_share_it_as_before(made: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, project(made))
    assert (fix.strategy, fix.applicability) == ("lazy", "unsafe")
    after = fixed(tmp_path, project(made), unsafe=True)["app.py"]
    (tmp_path / "app.py").write_text(after)
    asked = [sys.executable, "-c", ASK_TWICE]
    ran = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout == "['1', '2']\n"


def test_it_does_not_go_to_g_though_that_was_asked_for(tmp_path: Path) -> None:
    files = project(MADE["by its name"])
    assert fixed(tmp_path, files, unsafe=True, strategy="g") == {}
    (left,) = repair(tmp_path, files, unsafe=True, strategy="g").outcomes
    assert "every request would get an empty one" in left.reason


def test_database_in_a_file_goes_to_g(tmp_path: Path) -> None:
    files = project('db = sqlite3.connect("visits.db")')
    files["app.py"] = files["app.py"].replace("create table", "create table if not exists")
    assert verdict(tmp_path, files).strategy == "g"


SERVER = {
    "app.py": """\
        import pymysql.cursors
        from flask import Flask

        conn = pymysql.connect(host="localhost", cursorclass=pymysql.cursors.DictCursor)
        app = Flask(__name__)

        @app.get("/")
        def index():
            with conn.cursor() as cursor:
                cursor.execute("select 1")
                return str(cursor.fetchone())
    """,
    "cache.py": """\
        import sqlite3
        from flask import g

        def get_cache():
            if "cache" not in g:
                g.cache = sqlite3.connect(":memory:")
            return g.cache
    """,
}


def test_connection_to_a_server_is_no_database_in_memory(tmp_path: Path) -> None:
    files = {name: dedent(text) for name, text in SERVER.items()}
    found = (outcome.finding for outcome in repair(tmp_path, files).outcomes)
    (fix,) = (finding.fix for finding in found if finding.code == "RL102")
    assert (fix.strategy, fix.reason) == ("g", None)
