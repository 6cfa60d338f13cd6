"""What a constructor does besides opening something would be done for every request."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixes.workshop import fixed, repair, verdict

HEAD = """\
import atexit, itertools, os, shutil, signal, sqlite3, tempfile, weakref
from flask import Flask

app = Flask(__name__)
ids = itertools.count()
made = 0
listeners = []
TABLES = "DROP TABLE IF EXISTS item; CREATE TABLE item (name TEXT);"


def helper(store):
    return [item for item in store.rows]


class Store:
    ready = False
    SEED = ("INSERT INTO item VALUES (1)", "INSERT INTO item VALUES (2)")
    SAFE = ["CREATE TABLE IF NOT EXISTS a (x)", "CREATE TABLE IF NOT EXISTS b (x)"]

    def __init__(self, path):
        self.rows = []
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.prepare(path)

"""
TAIL = """
    def one(self):
        return self.db.execute("SELECT 1").fetchone()

    def ask(self, statement):
        return self.db.execute(statement).fetchone()

    def changed(self, *_):
        return self.one()

    def close(self):
        self.db.close()


store = Store("shop.db")


@app.route("/")
def index():
    return str(store.one())
"""


def project(*body: str) -> dict[str, str]:
    lines = "".join(f"        {line}\n" for line in body)
    return {"app.py": f"{HEAD}    def prepare(self, path):\n{lines}{TAIL}"}


AGAIN = {
    "empties a table": 'self.db.execute("DELETE FROM item")',
    "runs a script": "self.db.executescript(TABLES)",
    "adds a row": "self.db.execute('INSERT INTO item VALUES (1)')",
    "makes a table": "self.db.execute('CREATE TABLE item (name)')",
    "empties a file": "self.log = open('log.txt', 'w')",
    "takes a file away": "os.remove('lock')",
    "takes a folder away": "shutil.rmtree('cache')",
    "makes a folder": "self.folder = tempfile.mkdtemp()",
    "at exit": "atexit.register(self.close)",
    "listens": "listeners.append(self.changed)",
    "keeps": "app.extensions['store'] = self",
    "numbers": "self.id = next(ids)",
    "runs what a file says": "self.db.executescript(open('schema.sql').read())",
    "runs another module's": "self.db.executescript(schema.TABLES)",
    "runs one of several": "[self.db.execute(line) for line in self.SEED]",
    "puts it together": 'self.db.execute(f"DELETE FROM {path}")',
}
ONCE = {
    "makes a table that isn't there": ["self.db.execute('CREATE TABLE IF NOT EXISTS item (x)')"],
    "adds what isn't there": ["self.db.execute('INSERT OR IGNORE INTO item VALUES (1)')"],
    "a new file": [
        "new = not os.path.exists(path)",
        "if new:",
        "    self.db.execute('CREATE TABLE item (x)')",
    ],
    "a table may be there": [
        "try:",
        "    self.db.execute('CREATE TABLE item (x)')",
        "except sqlite3.OperationalError:",
        "    pass",
    ],
    "under a flag": [
        "if not Store.ready:",
        "    self.db.executescript(TABLES)",
        "    Store.ready = True",
    ],
    "sets the connection up": ["self.db.execute('PRAGMA foreign_keys = ON')"],
    "reads a file": ["with open('schema.sql', 'r') as file:", "    self.text = file.read()"],
    "given by a caller": ["self.one = lambda: None", "self.ask('PRAGMA foreign_keys = ON')"],
    "known tables": ["for line in self.SAFE:", "    self.db.execute(line)"],
    "its own list": ["self.rows.append(self)", "[self.rows.append(n) for n in (1, 2)]"],
    "a helper": ["self.all = helper(self)"],
}


@pytest.mark.parametrize("line", AGAIN.values(), ids=AGAIN)
def test_what_would_be_done_for_every_request_is_told(line: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, project(line))
    assert (fix.strategy, fix.applicability) == ("g", "unsafe")
    assert "request would" in (fix.reason or "")
    assert fixed(tmp_path, project(line)) == {}


@pytest.mark.parametrize("lines", ONCE.values(), ids=ONCE)
def test_constructor_that_may_run_again_is_no_doubt(lines: list[str], tmp_path: Path) -> None:
    reasons = [outcome.reason or "" for outcome in repair(tmp_path, project(*lines)).outcomes]
    assert not any("request would" in reason for reason in reasons)


def test_plain_constructor_is_called_for_each_request(tmp_path: Path) -> None:
    assert "g.store = Store" in fixed(tmp_path, project("pass"))["app.py"]


@pytest.mark.parametrize(
    ("line", "applicability"),
    [
        ("self.db.executescript(TABLES)", "safe"),
        ("atexit.register(self.close)", "safe"),
        ("listeners.append(self.changed)", "unsafe"),
    ],
)
def test_once_per_process_only_what_others_may_ask_for_is_a_doubt(
    line: str, applicability: str, tmp_path: Path
) -> None:
    made = fixed(tmp_path, project(line), strategy="lazy")
    assert bool(made) is (applicability == "safe")


@pytest.mark.parametrize("strategy", ["g", "lazy", "guard"])
def test_what_the_main_thread_alone_may_do_is_not_left_to_a_request(
    strategy: str, tmp_path: Path
) -> None:
    line = "signal.signal(signal.SIGUSR1, self.changed)"
    (outcome,) = repair(tmp_path, project(line), unsafe=True, strategy=strategy).outcomes
    assert "only the main thread can" in outcome.reason


def test_function_that_makes_it_counts_like_a_constructor(tmp_path: Path) -> None:
    text = """\
        import os, sqlite3
        from flask import Flask

        app = Flask(__name__)


        def connect(path):
            if os.path.exists(path):
                os.remove(path)
            return sqlite3.connect(path, check_same_thread=False)


        db = connect("shop.db")
        """
    fix = verdict(tmp_path, {"app.py": text})
    assert fix.applicability == "unsafe"
    assert "`os.remove()`" in (fix.reason or "")


SHARED = """\
import sqlite3
from flask import Flask

app = Flask(__name__)


class Store:
    _shared = {}

    def __init__(self):
        self.__dict__ = STATE
        if not hasattr(self, "db"):
            self.db = sqlite3.connect(":memory:", check_same_thread=False)

    def one(self):
        return self.db.execute("SELECT 1").fetchone()[0]

    def close(self):
        self.db.close()


store = Store()


@app.route("/")
def index():
    return str(store.one())
"""
ASK = "import app; print([app.app.test_client().get('/').text for _ in range(2)])"


def test_objects_that_share_their_attributes_are_not_closed_one_by_one(tmp_path: Path) -> None:
    text = SHARED.replace("STATE", "self._shared")
    assert fixed(tmp_path, {"app.py": text}, strategy="g", unsafe=True) == {}
    after = fixed(tmp_path, {"app.py": text}, strategy="lazy")["app.py"]
    (tmp_path / "app.py").write_text(after)
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "['1', '1']\n"


def test_attributes_of_its_own_are_none_that_are_shared(tmp_path: Path) -> None:
    text = SHARED.replace("STATE", "dict(self._shared)").replace(":memory:", "x.db")
    assert "g.store = Store()" in fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]


ENGINE = """\
    import subprocess, sys
    from flask import Flask

    app = Flask(__name__)
    ECHO = "import sys; print(sum(len(line) for line in iter(sys.stdin.readline, 'end\\\\n')))"


    class Engine:
        def __init__(self):
            pipe = subprocess.PIPE
            self.child = subprocess.Popen(
                [sys.executable, "-c", ECHO], stdin=pipe, stdout=pipe, text=True
            )

        def tell(self, text):
            print(text, file=self.child.stdin, flush=True)

        def result(self):
            return self.child.communicate("end\\n")[0]

        def close(self):
            self.child.kill()
            self.child.communicate()


    engine = Engine()


    @app.route("/tell/<text>")
    def tell(text):
        engine.tell(text)
        return ""


    @app.route("/result")
    def result():
        return engine.result()
    """
TELL = (
    "import app; client = app.app.test_client()\n"
    "print([client.get(path).text for path in ('/tell/abc', '/tell/de', '/result')])"
)


def test_process_is_told_things_that_another_would_not_know(tmp_path: Path) -> None:
    fix = verdict(tmp_path, {"app.py": ENGINE})
    assert (fix.strategy, fix.applicability) == ("g", "unsafe")
    assert "every request would start a process" in (fix.reason or "")
    after = fixed(tmp_path, {"app.py": ENGINE}, strategy="lazy")["app.py"]
    (tmp_path / "app.py").write_text(after)
    ran = subprocess.run(
        [sys.executable, "-c", TELL], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "['', '', '7\\n']\n"
