"""What an object of the project's own class is for: what it is made of, or what it does itself."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from reloadlint.findings import Finding
from reloadlint.linter import check_project
from reloadlint.settings import Settings

MONGO = "self.client = pymongo.MongoClient()"
POOL = "self.pool = psycopg2.pool.ThreadedConnectionPool(1, 9, 'dbname=x')"
CONNECTION = "self.connection = psycopg2.connect('dbname=x')"
THREAD = """\
self.thread = threading.Thread(target=self.ask, daemon=True)
self.thread.start()
"""
MQTT = """\
self.client = paho.mqtt.client.Client()
self.client.connect("localhost")
self.client.loop_start()
"""
SCHEDULER = """\
self.jobs = apscheduler.schedulers.background.BackgroundScheduler()
self.jobs.start()
"""
WORKERS = "self.workers = multiprocessing.Pool(2)"
LENDING = """\
    def getconn(self):
        return self.pool.getconn()

    def putconn(self, connection):
        self.pool.putconn(connection)
"""


def _found(folder: Path, made: str, more: str = "") -> Finding:
    """What is said of an object whose class has a method for an answer, and a closer."""
    (folder / "app.py").write_text(
        dedent("""\
        import multiprocessing
        import threading
        import apscheduler.schedulers.background
        import paho.mqtt.client
        import psycopg2.pool
        import pymongo
        from flask import Flask

        app = Flask(__name__)


        class Store:
            def __init__(self):
        """)
        + indent(made, " " * 8)
        + "\n\n    def ask(self):\n        return 1\n\n    def close(self):\n        pass\n\n"
        + more
        + "\n\nstore = Store()\n",
        encoding="utf-8",
    )
    settings = Settings(follow_installed=False, cache=False, select=("RL1",))
    (finding,) = check_project([folder], settings).findings
    return finding


@pytest.mark.parametrize(
    ("made", "role", "strategy"),
    [
        (MONGO, "client", "lazy"),
        (POOL, "client", "lazy"),
        (WORKERS, "client", "lazy"),
        (f"{MONGO}\n{POOL}", "client", "lazy"),
        (MQTT, "service", "guard"),
        (SCHEDULER, "service", "guard"),
        (f"{SCHEDULER}\n{MONGO}", "service", "guard"),
    ],
    ids=["client", "pool", "processes", "client and pool", "mqtt", "scheduler", "both"],
)
def test_class_around_what_lives_once_per_process_does_so_too(
    tmp_path: Path, made: str, role: str, strategy: str
) -> None:
    finding = _found(tmp_path, made)
    assert finding.fix is not None
    assert (finding.role, finding.fix.strategy) == (role, strategy)


@pytest.mark.parametrize(
    "made",
    [
        CONNECTION,
        THREAD,
        f"{MONGO}\n{CONNECTION}",
        f"{MONGO}\n{THREAD}",
        f"{SCHEDULER}\n{CONNECTION}",
    ],
    ids=["connection", "thread", "client too", "client and thread", "scheduler too"],
)
def test_class_that_holds_a_connection_or_works_for_its_callers_stays_a_connection(
    tmp_path: Path, made: str
) -> None:
    finding = _found(tmp_path, made)
    assert finding.fix is not None
    assert (finding.role, finding.fix.strategy) == ("connection", "g")


def test_class_that_lends_connections_stays_a_pool(tmp_path: Path) -> None:
    assert _found(tmp_path, POOL, LENDING).role == "pool"


def test_nothing_is_said_of_whether_the_class_is_thread_safe(tmp_path: Path) -> None:
    remedy = _found(tmp_path, MONGO).remedy
    assert remedy.startswith(
        "`Store` works with one `MongoClient`, which is meant to live once per process. Make it"
    )


RECORDER = """\
import queue
import threading
from flask import Flask

app = Flask(__name__)


class Recorder(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.jobs = queue.Queue()
        self.answers = queue.Queue()
        self.seen = []

    def run(self):
        while True:
            self.seen.append(self.jobs.get())

    def add(self, job):
        self.jobs.put(job.get("name"))

    def size(self):
        return len(self.seen)

    def stop(self):
        self.jobs.put(None)
"""
ASKED = """
    def ask(self, question):
        self.jobs.put(question)
        return self.answers.get()
"""
STARTED = "\n\nrecorder = Recorder()\nrecorder.start()\n"


@pytest.mark.parametrize(("more", "role"), [("", "service"), (ASKED, "connection")])
def test_thread_is_a_service_if_nobody_waits_for_its_answer(
    tmp_path: Path, more: str, role: str
) -> None:
    (tmp_path / "app.py").write_text(RECORDER + more + STARTED, encoding="utf-8")
    settings = Settings(follow_installed=False, cache=False, select=("RL1",))
    (finding,) = check_project([tmp_path], settings).findings
    assert finding.role == role


TIMER = """\
import threading
from flask import Flask

app = Flask(__name__)


class RepeatedTimer:
    def __init__(self, interval, function):
        self.interval = interval
        self.function = function
        self.start()

    def start(self):
        self.timer = threading.Timer(self.interval, self.run)
        self.timer.start()
        return self

    def run(self):
        self.start()
        self.function()

    def stop(self):
        self.timer.cancel()


timer = RepeatedTimer(5, print)
"""
RUN_FOR_AN_ANSWER = """\
    def run(self):
        self.start()
        return self.function()
"""


@pytest.mark.parametrize(("run", "role"), [("", "service"), (RUN_FOR_AN_ANSWER, "connection")])
def test_object_that_callers_only_start_is_a_service(tmp_path: Path, run: str, role: str) -> None:
    program = TIMER.replace("    def stop", f"{run}\n    def stop")
    (tmp_path / "app.py").write_text(program, encoding="utf-8")
    settings = Settings(follow_installed=False, cache=False, select=("RL1",))
    (finding,) = check_project([tmp_path], settings).findings
    assert finding.role == role


MAILER = """\
import queue
import threading
from flask import Flask

app = Flask(__name__)


class Mailer:
    def __init__(self):
        self.letters = queue.Queue()
        self.thread = threading.Thread(target=self.deliver, daemon=True)
        self.thread.start()

    def deliver(self):
        while True:
            letter = self.letters.get()
            if letter is None:
                return
            print(letter)

    def send(self, letter):
        self.letters.put(letter)

    def close(self):
        self.letters.put(None)
        self.thread.join()


mailer = Mailer()
"""


@pytest.mark.parametrize(
    ("answer", "role"), [("return", "service"), ("return letter", "connection")]
)
def test_what_a_thread_is_given_to_run_is_no_question_unless_it_answers(
    tmp_path: Path, answer: str, role: str
) -> None:
    program = MAILER.replace("return\n", f"{answer}\n")
    (tmp_path / "app.py").write_text(program, encoding="utf-8")
    settings = Settings(follow_installed=False, cache=False, select=("RL1",))
    (finding,) = check_project([tmp_path], settings).findings
    assert finding.role == role
