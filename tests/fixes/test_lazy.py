"""One instance for each process: under a crowd of first requests, after `fork()`, and at exit."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fixes.harness import FIXTURES, Project
from fixes.harness_fixing import fix
from fixes.harness_server import Server, serve
from fixes.workshop import fixed, repair, verdict, write
from reloadlint.linter import check_project
from reloadlint.settings import Settings

APP = FIXTURES / "lazy_class_of_the_project" / "after"
RELOADING = Project(FIXTURES / "lazy_script_that_reloads")
GUNICORN = ("-m", "gunicorn", "-w2", "--bind=127.0.0.1:{port}", "app:app")
PATIENCE = 60
has_fork = pytest.mark.skipif(sys.platform == "win32", reason="there is no `fork()`")

WATCHING = """
import os, sys, threading
sys.dont_write_bytecode = True
sys.path.insert(0, {folder!r})
import client

made, closed = [], []
construct, close = client.Client.__init__, client.Client.close

def constructing(self, *arguments):
    made.append(self)
    construct(self, *arguments)

def closing(self):
    os.write(1, b"closed by its maker\\n" if self in mine else b"closed by another\\n")
    close(self)

client.Client.__init__, client.Client.close = constructing, closing
mine = made
import app

def ask():
    return app.app.test_client().get("/").text
"""


def test_fifty_first_requests_at_once_make_one() -> None:
    said = _run("""
        CROWD = 50

        def in_accessor(frame):
            while frame is not None and frame.f_code.co_name != "get_client":
                frame = frame.f_back
            return frame is not None

        def crowded(self, *arguments):
            made.append(self)
            while sum(map(in_accessor, sys._current_frames().values())) < CROWD:
                os.sched_yield() if hasattr(os, "sched_yield") else None
            construct(self, *arguments)

        client.Client.__init__ = crowded
        answers = []
        visitors = [threading.Thread(target=lambda: answers.append(ask())) for _ in range(CROWD)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        print(len(made), len(answers), set(answers), flush=True)
    """)
    assert said == ["1 50 {'shop: how are you'}", "closed by its maker"]


def test_what_no_request_asks_for_is_neither_made_nor_closed() -> None:
    assert _run("print(len(made), flush=True)") == ["0"]


def test_a_constructor_that_fails_is_tried_again() -> None:
    said = _run("""
        app.app.config["PROPAGATE_EXCEPTIONS"] = False

        def failing(self, *arguments):
            client.Client.__init__ = construct
            raise OSError("not yet")

        client.Client.__init__ = failing
        mine = [app._client]
        first = app.app.test_client().get("/").status_code
        print(first, ask(), flush=True)
        mine.append(app._client)
    """)
    assert said == ["500 shop: how are you", "closed by its maker"]


@has_fork
def test_forked_child_has_its_own_and_leaves_the_other_alone() -> None:
    said = _run("""
        ask()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            mine = []
            before = app._client
            print("child:", before, ask(), len(made), flush=True)
            mine = made[1:]
            sys.exit()
        os.waitpid(child, 0)
        print("parent:", ask(), len(made), flush=True)
    """)
    assert said == [
        "child: None shop: how are you 2",
        "closed by its maker",
        "parent: shop: how are you 1",
        "closed by its maker",
    ]


@has_fork
def test_child_forked_while_another_thread_makes_it_can_make_its_own() -> None:
    said = _run("""
        begun, go_on = threading.Event(), threading.Event()

        def slow(self, *arguments):
            begun.set()
            go_on.wait()
            constructing(self, *arguments)

        client.Client.__init__ = slow
        visitor = threading.Thread(target=ask)
        visitor.start()
        begun.wait()
        child = os.fork()
        if child == 0:
            client.Client.__init__ = constructing
            print("child:", ask(), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        go_on.set()
        visitor.join()
    """)
    assert said == ["child: shop: how are you", "closed by its maker"]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="ends a group of processes")
def test_under_the_reloader_only_the_serving_process_has_one_and_closes_it(tmp_path: Path) -> None:
    folder = fix(RELOADING, tmp_path / "fixed").folder
    with serve(folder) as server:
        first = _serving_process(server)
        assert server.instances == {first: 1}
        later = (folder / "app.py").stat().st_mtime + 10
        os.utime(folder / "app.py", (later, later))
        second = _serving_process(server)
        assert second not in {first, server.pid}
        assert server.instances == {second: 1}


@pytest.mark.skipif(
    importlib.util.find_spec("gunicorn") is None or not hasattr(os, "killpg"),
    reason="gunicorn is not installed",
)
@pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["workers", "preload"])
def test_under_gunicorn_each_worker_that_answers_has_its_own(
    preload: list[str], tmp_path: Path
) -> None:
    folder = fix(RELOADING, tmp_path / "fixed").folder
    with serve(folder, (*GUNICORN, *preload)) as server:
        for _ in range(2):
            assert server.logs("Booting worker")
        seen: set[int] = set()
        while len(seen) < 2:
            answer = server.get("/process")
            assert answer is not None
            seen.add(answer["pid"])
        assert server.pid not in seen
        os.kill(server.pid, signal.SIGTERM)
        assert server.logs("Shutting down: Master")
        assert server.opened == dict.fromkeys(seen, 1)
        assert server.instances == {}


def _serving_process(server: Server) -> int:
    """The process that answers the first request once the server has been started (again)."""
    assert server.logs("Restarting with stat")
    answer = server.get("/process")
    assert answer is not None
    assert server.logs("GET /process")
    return answer["pid"]


def test_report_names_the_cure_and_why(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": PRODUCER})
    (finding,) = check_project([tmp_path], Settings(follow_installed=False, cache=False)).findings
    assert finding.remedy == (
        "`KafkaProducer` is thread-safe and meant to live once per process. Make it at first use, "
        "once per process and under a lock; call `close()` at exit."
    )


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("sqlite3.connect('x')", "Two requests at once must not use one `Connection`. Open it"),
        (
            "pymongo.MongoClient()",
            "`MongoClient` is thread-safe and meant to live once per process.",
        ),
        ("serial.Serial('x')", "A process opens a device once. Make it"),
    ],
)
def test_report_gives_the_reason_of_each_role(tmp_path: Path, made: str, reason: str) -> None:
    library = made.partition(".")[0]
    text = f"import {library}\nfrom flask import Flask\n\napp = Flask(__name__)\nx = {made}\n"
    write(tmp_path, {"app.py": text})
    (finding,) = check_project([tmp_path], Settings(follow_installed=False, cache=False)).findings
    assert finding.remedy.startswith(reason)


def test_reason_is_left_out_where_the_user_wants_another_cure(tmp_path: Path) -> None:
    (outcome,) = repair(tmp_path, {"app.py": PRODUCER}, strategy="g", unsafe=True).outcomes
    assert outcome.note.startswith("`get_producer()` opens it at first use in a request")
    assert "meant to live once per process" not in outcome.note


def test_note_says_why_and_what_becomes_of_an_error(tmp_path: Path) -> None:
    (outcome,) = repair(tmp_path, {"app.py": PRODUCER}).outcomes
    assert outcome.note.startswith(
        "`KafkaProducer` is thread-safe and meant to live once per process: `get_producer()` makes "
        "it at first use, under a lock, and closes it at exit; an error"
    )


def test_client_is_safe(tmp_path: Path) -> None:
    cure = verdict(tmp_path, {"app.py": PRODUCER})
    assert (cure.strategy, cure.applicability, cure.reason) == ("lazy", "safe", None)


def test_device_is_unsafe_unless_the_user_says_that_threads_may_share_it(tmp_path: Path) -> None:
    files = {
        "app.py": """
        import cv2
        from flask import Flask

        app = Flask(__name__)
        camera = cv2.VideoCapture(0)


        @app.get("/")
        def picture():
            return str(camera.read()[0])
        """
    }
    cure = verdict(tmp_path, files)
    assert (cure.strategy, cure.applicability) == ("lazy", "unsafe")
    assert cure.reason is not None
    assert "all threads share it" in cure.reason
    assert "get_camera().read()" in fixed(tmp_path, files, strategy="lazy")["app.py"]


SERIAL = """
import time

import serial
from flask import Flask

app = Flask(__name__)
port = serial.Serial("/dev/ttyUSB0", 9600)
{below}


@app.get("/")
def line():
    return port.readline()
"""


def test_sleep_directly_below_comes_after_the_making_as_before(tmp_path: Path) -> None:
    below = "port.setDTR(False)\ntime.sleep(2)  # an Arduino restarts"
    text = fixed(tmp_path, {"app.py": SERIAL.format(below=below)}, strategy="lazy")["app.py"]
    inside = text.partition("port = serial.Serial(")[2].partition("_port = port")[0]
    assert "port.setDTR(False)" in inside.partition("time.sleep(2)  # an Arduino")[0]
    assert text.count("sleep") == 1


@pytest.mark.parametrize(
    "below",
    ["lamp = serial.Serial('/dev/ttyUSB1')\ntime.sleep(2)", "ready = 1\ntime.sleep(2)"],
    ids=["of another object", "further down"],
)
def test_sleep_that_may_be_meant_for_something_else_stays(below: str, tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": SERIAL.format(below=below)}, strategy="lazy")["app.py"]
    assert "\ntime.sleep(2)\n" in text
    assert "get_port().readline()" in text


CACHE = """
import redis
from flask import Flask

app = Flask(__name__)
cache = redis.Redis()
{below}


@app.get("/")
def visits():
    return str(cache.incr("visits"))
"""


@pytest.mark.parametrize(
    "line", ['cache.set("visits", 0)', 'cache.ping()\ncache.delete("visits")', "cache.flushdb()"]
)
def test_data_that_loading_changes_on_a_server_is_not_changed_later_unasked(
    line: str, tmp_path: Path
) -> None:
    cure = verdict(tmp_path, {"app.py": CACHE.format(below=line)})
    assert (cure.strategy, cure.applicability) == ("lazy", "unsafe")
    assert cure.reason is not None
    assert "would run at first use, and no longer while the module is loaded" in cure.reason


@pytest.mark.parametrize("line", ["cache.ping()", "cache.info()"])
def test_question_to_a_server_goes_along(line: str, tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": CACHE.format(below=line)})["app.py"]
    assert line in text.partition("def get_cache():")[2].partition("return _cache")[0]


def test_what_connects_further_down_is_made_from_what_is_made_first(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": SESSION}, unsafe=True)["app.py"]
    assert "_cluster = Cluster(['db'])" in text
    assert "_session = get_cluster().connect('shop')" in text
    assert text.count("atexit.register(") == 1


PRODUCER = """
from flask import Flask
from kafka import KafkaProducer

app = Flask(__name__)
producer = KafkaProducer()


@app.post("/")
def order():
    producer.send("orders", b"one")
    return "", 202
"""

SESSION = """
from cassandra.cluster import Cluster
from flask import Flask

app = Flask(__name__)
cluster = Cluster(['db'])
session = cluster.connect('shop')


@app.get('/')
def count():
    return str(session.execute('SELECT count(*) FROM orders').one())
"""


def _run(script: str) -> list[str]:
    """What a script says that has the fixed application, in a process of its own."""
    text = WATCHING.format(folder=str(APP)) + dedent(script)
    run = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


DOCKER = """\
import atexit

import docker
from flask import Blueprint, Flask

app = Flask(__name__)
bp = Blueprint("bp", __name__)
client = docker.from_env()


@app.get("/")
def ping():
    return str(client.ping())


"""


@pytest.mark.parametrize(
    ("rest", "applicability", "reason"),
    [
        ("def f(one=client):\n    return one\n", "manual", "(as a default argument)"),
        ("class Shop:\n    docker = client\n", "manual", "(in a class body)"),
        ("@client.on('x')\ndef x():\n    pass\n", "manual", "it decorates what stands in line 16"),
        (
            "for one in client.images():\n    pass\n",
            "manual",
            "it is used while the module is loaded",
        ),
        ("def create_app():\n    client.ping()\n    return Flask('x')\n", "manual", "line 17"),
        ("@bp.record_once\ndef f(state):\n    client.ping()\n", "manual", "line 18"),
        (
            "class S:\n    def __init__(self):\n        client.ping()\n\n\ns = S()\n",
            "manual",
            "line 21",
        ),
        ("seen = [one.id for one in client.seen]\n", "unsafe", "would run at first use"),
        ("chosen = client if app.debug else None\n", "unsafe", "would run at first use"),
        ("client.announce('me')\n", "unsafe", "`client.announce('me')` in line 16"),
        (
            "def told(one):\n    client.ping()\n\n\nclient.on_event(told)\n",
            "unsafe",
            "`told` is handed to it and uses it (line 17 of app.py)",
        ),
        (
            "atexit.register(lambda: client.close(timeout=1))\n",
            "unsafe",
            "line 16 of app.py closes it",
        ),
    ],
)
def test_what_loading_needs_or_would_miss_is_not_safe(
    tmp_path: Path, rest: str, applicability: str, reason: str
) -> None:
    cure = verdict(tmp_path, {"app.py": DOCKER + rest})
    assert (cure.strategy, cure.applicability) == ("lazy", applicability)
    assert cure.reason is not None
    assert reason in cure.reason


@pytest.mark.parametrize(
    ("rest", "wanted"),
    [
        ("atexit.register(client.close)\n", "atexit.register(_close_client, _client, os.getpid())"),
        ("client.timeout = 5\n", "client.timeout = 5\n                _client = client\n"),
        ("images = client.images\n", "def get_images():\n    return get_client().images\n"),
        ("one = client.api['one']\n", "def get_one():\n    return get_client().api['one']\n"),
        ("__all__ = ['client']\n", "__all__ = ['get_client']\n"),
        ("def later():\n    yield client.ping()\n", "    yield get_client().ping()\n"),
        ("atexit.register(print, 'end')\n", "atexit.register(print, 'end')\n"),
    ],
)
def test_what_may_come_later_moves_along_or_stays(tmp_path: Path, rest: str, wanted: str) -> None:
    text = fixed(tmp_path, {"app.py": DOCKER + rest})["app.py"]
    assert wanted in text
    assert text.count("docker.from_env()") == 1


@pytest.mark.parametrize("registered", ["client.close", "lambda: client.close()"])
def test_what_closes_it_at_exit_goes_as_the_cure_does_so_itself(
    registered: str, tmp_path: Path
) -> None:
    text = fixed(tmp_path, {"app.py": f"{DOCKER}atexit.register({registered})\n"})["app.py"]
    assert text.count("atexit.register(") == 1
    assert "atexit.register(_close_client, _client, os.getpid())" in text
    assert "lambda" not in text


def test_connection_that_a_lambda_closes_at_exit_goes_to_requests(tmp_path: Path) -> None:
    text = """\
        import atexit
        import sqlite3

        from flask import Flask

        app = Flask(__name__)
        db = sqlite3.connect("a", check_same_thread=False)
        atexit.register(lambda: db.close())


        @app.get("/")
        def page():
            return str(db.execute("select 1").fetchone())
        """
    text = fixed(tmp_path, {"app.py": text})["app.py"]
    assert "atexit" not in text
    assert "str(get_db().execute(" in text


def test_modules_are_imported_once_for_two_clients(tmp_path: Path) -> None:
    second = DOCKER.replace("\n\n\n@app", "\nother = docker.from_env()\n\n\n@app", 1)
    text = fixed(tmp_path, {"app.py": second})["app.py"]
    assert text.startswith("import atexit\nimport os\nimport threading\n\nimport docker\n")
    assert (text.count("import os\n"), text.count("import threading\n")) == (1, 1)
    assert text.count(".register_at_fork(") == 2
