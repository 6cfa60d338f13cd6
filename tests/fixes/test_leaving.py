"""Own classes in `with` blocks, and what is set up by a method that only the constructor calls."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fixes.workshop import fixed, repair, verdict

SHOP = """\
    import sqlite3

    from flask import Flask


    class DB:
        def __init__(self, path):
            self.conn = sqlite3.connect(path, check_same_thread=False)

        def __enter__(self):
            self.cur = self.conn.cursor()
            return self.cur

        def __exit__(self, kind, error, trace):
            self.cur.close()
            self.conn.{ending}()

        {closing}


    app = Flask(__name__)
    db = DB("shop.db")
    with db as cur:
        cur.execute("CREATE TABLE IF NOT EXISTS t (x)")


    @app.get("/add")
    def add():
        with db as cur:
            cur.execute("INSERT INTO t VALUES (1)")
        with db as cur:
            return str(cur.execute("SELECT count(*) FROM t").fetchone()[0])
    """
CLOSE = "def close(self):\n            self.conn.close()"
ASKING = """
import sqlite3
opened = []
connect = sqlite3.connect
sqlite3.connect = lambda *given, **named: opened.append(connect(*given, **named)) or opened[-1]
import app
print(*(app.app.test_client().get('/add').text for _ in range(3)))
for one in opened:
    try:
        one.execute('SELECT 1')
    except sqlite3.ProgrammingError:
        continue
    print('open')
"""


AT_LOAD = """\
    with db as cur:
        cur.execute("CREATE TABLE IF NOT EXISTS t (x)")
"""


def text_of(ending: str, closing: str) -> str:
    return SHOP.replace("{ending}", ending).replace("{closing}", closing)


def test_block_that_only_commits_leaves_the_object_open_for_the_teardown(tmp_path: Path) -> None:
    files = {"app.py": text_of("commit", CLOSE)}
    assert verdict(tmp_path, files).applicability == "safe"
    (tmp_path / "app.py").write_text(fixed(tmp_path, files)["app.py"])
    command = [sys.executable, "-c", ASKING]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "1 2 3\n"


def test_block_that_closes_what_the_constructor_took_is_a_doubt(tmp_path: Path) -> None:
    fix = verdict(tmp_path, {"app.py": text_of("close", CLOSE).replace(AT_LOAD, "")})
    assert fix.applicability == "unsafe"
    assert "closes it, and the teardown would do so again" in str(fix.reason)


def test_block_that_closes_by_the_closer_is_a_doubt(tmp_path: Path) -> None:
    text = text_of("commit", CLOSE).replace("self.cur.close()", "self.close()").replace(AT_LOAD, "")
    fix = verdict(tmp_path, {"app.py": text})
    assert fix.applicability == "unsafe"
    assert "closes it, and the teardown would do so again" in str(fix.reason)


def test_reason_says_that_leaving_the_block_is_all_there_is_and_closes_nothing(
    tmp_path: Path,
) -> None:
    made = repair(tmp_path, {"app.py": text_of("commit", "")}, unsafe=True)
    assert not made.changes
    reasons = [str(outcome.reason) for outcome in made.outcomes]
    assert any(reason.startswith("`__exit__()` doesn't release") for reason in reasons)


CONNECTING = """\
    import sqlite3

    from flask import Flask


    class Database:
        def __init__(self, path):
            self.conn = None
            self.connect(path)

        def connect(self, path):
            self.conn = sqlite3.connect(path)

        def close(self):
            self.conn.close()

        def one(self):
            return self.conn.execute("SELECT 1").fetchone()[0]


    app = Flask(__name__)
    db = Database("shop.db")


    @app.get("/")
    def index():
        {again}return str(db.one())
    """


def test_public_method_that_the_constructor_alone_calls_sets_up(tmp_path: Path) -> None:
    assert verdict(tmp_path, {"app.py": CONNECTING.replace("{again}", "")}).reason is None


def test_method_that_a_view_calls_as_well_changes_what_is_kept(tmp_path: Path) -> None:
    text = CONNECTING.replace("{again}", 'db.connect("other.db")\n        ')
    assert "`Database.conn` is state" in str(verdict(tmp_path, {"app.py": text}).reason)
