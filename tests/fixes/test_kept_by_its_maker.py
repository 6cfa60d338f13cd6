"""What is handed out again when it is asked for again can't be closed after each request."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fixes.workshop import fixed, repair, verdict

HEAD = """\
import functools
import sqlite3
from flask import Flask

app = Flask(__name__)


"""
VIEW = """

@app.route("/")
def index():
    return str(db.execute("select 1").fetchone()[0])
"""
CONNECT = 'sqlite3.connect(":memory:", check_same_thread=False)'
ASK_TWICE = """\
import app
client = app.app.test_client()
print([client.get("/").text for _ in range(2)])
"""

KEEPING = {
    "a global": f"""\
        _connection = None

        def connect():
            global _connection
            if _connection is None:
                _connection = {CONNECT}
            return _connection

        db = connect()
    """,
    "a cached function": f"""\
        @functools.lru_cache(maxsize=None)
        def connect(name):
            return {CONNECT}

        db = connect("x")
    """,
    "a dictionary": f"""\
        _connections = {{}}

        def connect(name):
            if name not in _connections:
                _connections[name] = {CONNECT}
            return _connections[name]

        db = connect("x")
    """,
    "a class attribute": f"""\
        class Database:
            _only = None

            def __new__(cls):
                if cls._only is None:
                    cls._only = super().__new__(cls)
                    cls._only.connection = {CONNECT}
                return cls._only

            def execute(self, query):
                return self.connection.execute(query)

            def close(self):
                self.connection.close()

        db = Database()
    """,
    "a decorator's closure": f"""\
        def singleton(cls):
            made = {{}}

            @functools.wraps(cls)
            def get():
                if cls not in made:
                    made[cls] = cls()
                return made[cls]

            return get

        @singleton
        class Database:
            def __init__(self):
                self.connection = {CONNECT}

            def execute(self, query):
                return self.connection.execute(query)

            def close(self):
                self.connection.close()

        db = Database()
    """,
    "something inside of it": f"""\
        @functools.cache
        def shared():
            return {CONNECT}

        class Database:
            def __init__(self):
                self.connection = shared()

            def execute(self, query):
                return self.connection.execute(query)

            def close(self):
                self.connection.close()

        db = Database()
    """,
}


def project(text: str) -> dict[str, str]:
    return {"app.py": HEAD + dedent(text) + VIEW}


@pytest.mark.parametrize("text", KEEPING.values(), ids=KEEPING)
def test_what_is_kept_is_not_closed_after_each_request(text: str, tmp_path: Path) -> None:
    (refused,) = repair(tmp_path, project(text), unsafe=True, strategy="g").outcomes
    assert refused.finding.fix is not None
    assert "keeps what it opens and hands that out again" in refused.reason
    assert fixed(tmp_path, project(text), unsafe=True, strategy="g") == {}


@pytest.mark.parametrize("text", KEEPING.values(), ids=KEEPING)
def test_what_is_kept_is_made_once_per_process_as_before(text: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, project(text)).strategy == "lazy"
    after = fixed(tmp_path, project(text), unsafe=True)["app.py"]
    (tmp_path / "app.py").write_text(after)
    ran = subprocess.run(
        [sys.executable, "-c", ASK_TWICE], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "['1', '1']\n"


REGISTERING = {
    "Database.all": """\
        class Database:
            all = []

            def __init__(self):
                self.all.append(self)
                self.connection = sqlite3.connect("shop.db")
    """,
    "pages": """\
        class Pages:
            def __init__(self):
                self.sources = {}

            def add(self, source):
                self.sources[id(source)] = source

        pages = Pages()

        class Database:
            def __init__(self):
                self.connection = sqlite3.connect("shop.db")
                pages.add(self)
    """,
}
METHODS = """
            def execute(self, query):
                return self.connection.execute(query)

            def close(self):
                self.connection.close()

        db = Database()
"""


@pytest.mark.parametrize("keeper", REGISTERING)
def test_list_of_all_that_are_made_would_grow_with_each_request(
    keeper: str, tmp_path: Path
) -> None:
    fix = verdict(tmp_path, project(REGISTERING[keeper] + METHODS))
    assert (fix.strategy, fix.applicability) == ("g", "unsafe")
    assert f"`{keeper}` keeps each one that is made" in (fix.reason or "")


@pytest.mark.parametrize(
    "text",
    [
        f"""\
        made = 0

        def connect():
            global made
            made += 1
            return {CONNECT.replace(":memory:", "shop.db")}

        db = connect()
        """,
        """\
        @functools.cache
        def settings():
            return {"name": "shop.db"}

        def connect():
            return sqlite3.connect(settings()["name"])

        db = connect()
        """,
        """\
        class Database:
            names = []

            def __init__(self, name):
                self.names.append(name)
                self.connection = sqlite3.connect(name)

            def execute(self, query):
                return self.connection.execute(query)

            def close(self):
                self.connection.close()

        db = Database("shop.db")
        """,
        """\
        class Database:
            def __init__(self):
                self.connection = None

            def connect(self):
                if self.connection is None:
                    self.connection = sqlite3.connect("shop.db")

            def execute(self, query):
                return self.connection.execute(query)

            def close(self):
                self.connection.close()

        db = Database()
        db.connect()
        """,
    ],
    ids=["counted", "cached settings", "names that are kept", "connected by a method"],
)
def test_what_is_made_anew_goes_to_g(text: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, project(text))
    assert (fix.strategy, "keeps" in (fix.reason or "")) == ("g", False)
