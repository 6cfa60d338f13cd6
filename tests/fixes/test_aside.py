"""What threads and jobs do with a connection, before the fix and after it, as they are run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixes.workshop import fixed, write

APP = """\
    import sqlite3
    import threading

    from flask import Flask

    app = Flask(__name__)
    db = sqlite3.connect("shop.db", check_same_thread=False)
    db.execute("CREATE TABLE IF NOT EXISTS t (x)")
    db.commit()


    {work}


    @app.get("/")
    def index():
        thread = {thread}
        thread.start()
        thread.join()
        return str(db.execute("SELECT count(*) FROM t").fetchone()[0])
    """
FUNCTION = """def work(times):
        for number in range(times):
            db.execute("INSERT INTO t VALUES (?)", (number,))
        db.commit()"""
CLASS = """class Worker(threading.Thread):
        def run(self):
            db.execute("INSERT INTO t VALUES (1)")
            db.commit()"""
RUN = "import app\nclient = app.app.test_client()\nprint(*(client.get('/').text for _ in range(3)))"


def answers(folder: Path) -> str:
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("work", "thread"),
    [
        (FUNCTION, "threading.Thread(target=work, args=(2,))"),
        (CLASS, "Worker()"),
    ],
    ids=["function", "class"],
)
def test_thread_works_as_before_with_a_connection_of_its_own(
    tmp_path: Path, work: str, thread: str
) -> None:
    text = APP.replace("{work}", work).replace("{thread}", thread)
    before = answers(write(tmp_path / "before", {"app.py": text}))
    after = fixed(tmp_path / "after", {"app.py": text}, unsafe=True)
    (tmp_path / "after" / "app.py").write_text(after["app.py"])
    assert "get_db().commit()" in after["app.py"]
    assert answers(tmp_path / "after") == before
