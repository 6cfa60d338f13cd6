"""Objects that work on a connection, made at module level: they go to `g` along with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixes.workshop import fixed, repair, verdict

SHOP = """\
    import sqlite3

    from flask import Flask


    class Users:
        def __init__(self, connection, table="users"):
            self.connection = connection
            self.table = table

        def add(self, name):
            self.connection.execute(f"INSERT INTO {self.table} VALUES (?)", (name,))
            self.connection.commit()

        def count(self):
            return self.connection.execute(f"SELECT count(*) FROM {self.table}").fetchone()[0]


    class Shop:
        def __init__(self, users):
            self.users = users

        def sign_up(self, name):
            self.users.add(name)
            return self.users.count()


    app = Flask(__name__)
    db = sqlite3.connect("shop.db", check_same_thread=False)
    db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT)")
    db.commit()
    users = Users(db)
    shop = Shop(users)


    @app.get("/")
    def index():
        return f"{shop.sign_up('Ada')} {users.count()}"
    """
RUN = "import app\nclient = app.app.test_client()\nprint(*(client.get('/').text for _ in range(3)))"


def answers(folder: Path) -> str:
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def test_what_works_on_a_connection_goes_to_g_with_it(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": SHOP}, unsafe=True)["app.py"]
    before = answers(tmp_path)
    (tmp_path / "shop.db").unlink()
    (tmp_path / "app.py").write_text(text)
    assert "g.shop = Shop(get_users())" in text
    assert answers(tmp_path) == before == "1 1 2 2 3 3\n"


def test_that_each_request_makes_one_is_a_doubt(tmp_path: Path) -> None:
    fix = verdict(tmp_path, {"app.py": SHOP})
    wanted = "`users` works on it, and each request would make one of its own"
    assert (fix.applicability, fix.reason) == ("unsafe", wanted)


@pytest.mark.parametrize(
    ("plain", "keeping"),
    [
        ("self.table = table", "self.table, self.names = table, []"),
        ("self.connection.commit()", "self.connection.commit()\n            self.last = name"),
        ("self.connection = connection", "self.connection = note(connection)"),
        ("users = Users(db)", "users = [Users(db)][0]"),
        ("class Users:", "class Users(Base):"),
    ],
)
def test_what_may_keep_something_is_left_alone(tmp_path: Path, plain: str, keeping: str) -> None:
    made = repair(tmp_path, {"app.py": SHOP.replace(plain, keeping)}, unsafe=True)
    assert not made.changes
