"""A pool once per process: its connections go through `g`, and every one of them comes back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fixes.harness import FIXTURES
from fixes.workshop import fixed, repair, verdict

PATIENCE = 60

COUNTING = """
import sqlite3, sys, threading
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

with sqlite3.connect("guests.sqlite3") as database:
    database.executescript("CREATE TABLE guests (name); INSERT INTO guests VALUES (1), (2);")
database.close()

import pools

lock = threading.Lock()
out, flying, broken = [], [], []
acquire, release = pools.Pool.acquire, pools.Pool.release

def acquiring(self):
    connection = acquire(self)
    with lock:
        out.append(connection)
        if len(out) > len(flying):
            broken.append((len(out), len(flying)))
    return connection

def releasing(self, connection):
    with lock:
        out.remove(connection)
    release(self, connection)

pools.Pool.acquire, pools.Pool.release = acquiring, releasing
import app

def ask(path):
    with lock:
        flying.append(path)
    status = app.app.test_client().get(path).status_code
    with lock:
        flying.remove(path)
    return status
"""


def test_never_more_connections_out_than_requests_in_flight(tmp_path: Path) -> None:
    said = _run(
        tmp_path,
        "pool_of_the_project_with_acquire_and_release",
        """
        CROWD, ROUNDS = 12, 8
        start = threading.Barrier(CROWD)

        def visit(number):
            start.wait()
            for turn in range(ROUNDS):
                ask("/fail" if (number + turn) % 2 else "/")

        visitors = [threading.Thread(target=visit, args=(n,)) for n in range(CROWD)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        print(broken, out)
    """,
    )
    assert said == ["[] []"]


def test_view_that_raises_gives_its_connection_back(tmp_path: Path) -> None:
    said = _run(
        tmp_path,
        "pool_of_the_project_with_acquire_and_release",
        """
        print([ask("/fail") for _ in range(20)], out, broken)  # the pool has eight
    """,
    )
    assert said == [f"{[500] * 20} [] []"]


def test_request_that_asks_for_none_takes_none(tmp_path: Path) -> None:
    said = _run(
        tmp_path,
        "pool_of_the_project_with_acquire_and_release",
        """
        print(ask("/nowhere"), app._pool, out)
    """,
    )
    assert said == ["404 None []"]


@pytest.mark.parametrize(
    ("project", "reason"),
    [
        ("with_blocks", "takes one and gives it no name"),
        ("threads", "hands `count` to a thread's target"),
        ("two_in_one_request", "beside that of its caller"),
        ("two_in_one_function", "`index` takes several (line"),
        ("goes_on", "goes on after an error in it"),
        ("error_handler", "handles errors with a connection of its own"),
        ("condition", "gives it back under a condition"),
        ("two_names", "is bound more than once"),
        ("kept", "is kept in `kept`"),
        ("another_function", "another function has `conn`"),
        ("uncommitted", "writes without a commit in the same function"),
        ("something_else", "does something else with it"),
        ("closes_for_good", "gives it back in its own way"),
    ],
)
def test_uses_that_cannot_be_told_apart_leave_the_connections_alone(
    tmp_path: Path, project: str, reason: str
) -> None:
    (outcome,) = repair(tmp_path, {"app.py": HEAD + dedent(VIEWS[project])}).outcomes
    assert outcome.reason is None
    assert "its connections are taken as before" in outcome.note
    assert reason in outcome.note
    text = fixed(tmp_path, {"app.py": HEAD + dedent(VIEWS[project])})["app.py"]
    assert "get_pool()." in text
    assert "teardown_appcontext" not in text


def test_pool_for_one_thread_is_unsafe(tmp_path: Path) -> None:
    fix = verdict(
        tmp_path, {"app.py": HEAD.replace("Threaded", "Simple") + dedent(VIEWS["with_blocks"])}
    )
    assert (fix.strategy, fix.applicability) == ("pool", "unsafe")
    assert fix.reason is not None
    assert "made for one thread" in fix.reason


def test_pool_with_a_thread_that_outlives_its_closer_is_unsafe(tmp_path: Path) -> None:
    app = """
    import oracledb
    from flask import Flask

    app = Flask(__name__)
    pool = oracledb.create_pool(user="shop")


    @app.get("/")
    def page():
        with pool.acquire() as conn:
            return str(conn.version)
    """
    fix = verdict(tmp_path, {"app.py": app})
    assert (fix.strategy, fix.applicability) == ("pool", "unsafe")
    assert fix.reason is not None
    assert "its thread is no daemon" in fix.reason


def test_pool_that_is_opened_further_down_is_opened_where_it_is_made(tmp_path: Path) -> None:
    app = """
    from flask import Flask
    from psycopg_pool import ConnectionPool

    app = Flask(__name__)
    pool = ConnectionPool("dbname=shop", open=False)
    pool.open()


    @app.get("/")
    def page():
        with pool.connection() as conn:
            return str(conn.execute("SELECT 1").fetchone())
    """
    text = fixed(tmp_path, {"app.py": app})["app.py"]
    assert "                pool.open()\n                _pool = pool\n" in text


HEAD = """\
import threading

from flask import Flask
from psycopg2.pool import ThreadedConnectionPool

app = Flask(__name__)
pool = ThreadedConnectionPool(1, 5, "dbname=shop")
kept = []

"""

VIEWS = {
    "with_blocks": """
        @app.get("/")
        def page():
            with pool.getconn() as conn:
                return str(conn.cursor())
        """,
    "threads": """
        def count():
            conn = pool.getconn()
            conn.cursor().execute("SELECT 1")
            pool.putconn(conn)


        @app.get("/")
        def page():
            threading.Thread(target=count).start()
            return "begun"
        """,
    "two_in_one_function": """
        @app.get("/")
        def index():
            one = pool.getconn()
            other = pool.getconn()
            try:
                return str([one.execute("select 1"), other.execute("select 2")])
            finally:
                pool.putconn(one)
                pool.putconn(other)
    """,
    "two_in_one_request": """
        def log():
            conn = pool.getconn()
            conn.cursor().execute("SELECT 1")
            pool.putconn(conn)


        @app.get("/")
        def page():
            conn = pool.getconn()
            log()
            pool.putconn(conn)
            return "logged"
        """,
    "goes_on": """
        def log():
            conn = pool.getconn()
            conn.cursor().execute("SELECT 1")
            pool.putconn(conn)


        @app.get("/")
        def page():
            try:
                log()
            except OSError:
                return "not logged"
            return "logged"
        """,
    "error_handler": """
        @app.errorhandler(500)
        def failed(error):
            conn = pool.getconn()
            conn.cursor().execute("SELECT 1")
            pool.putconn(conn)
            return "logged", 500
        """,
    "condition": """
        @app.get("/<name>")
        def page(name):
            conn = pool.getconn()
            if name:
                pool.putconn(conn)
            return "hello"
        """,
    "two_names": """
        @app.get("/")
        def page():
            conn = None
            conn = pool.getconn()
            pool.putconn(conn)
            return "hello"
        """,
    "kept": """
        @app.get("/")
        def page():
            global kept
            conn = pool.getconn()
            kept = conn
            return "hello"
        """,
    "another_function": """
        @app.get("/")
        def page():
            conn = pool.getconn()
            rows = sorted("ba", key=lambda one: conn.cursor().mogrify(one))
            pool.putconn(conn)
            return rows
        """,
    "uncommitted": """
        @app.get("/")
        def page():
            conn = pool.getconn()
            conn.cursor().execute("INSERT INTO visits VALUES (1)")
            pool.putconn(conn)
            return "counted"
        """,
    "something_else": """
        @app.get("/")
        def page():
            conn = pool.getconn()
            pool.putconn(conn)
            return str(pool.maxconn)
        """,
    "closes_for_good": """
        @app.get("/")
        def page():
            conn = pool.getconn()
            conn.cursor().execute("SELECT 1")
            conn.close()
            return "hello"
        """,
}


def _run(folder: Path, project: str, script: str) -> list[str]:
    """What a script says that has the fixed application, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", COUNTING + dedent(script), str(FIXTURES / project / "after")],
        cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()
