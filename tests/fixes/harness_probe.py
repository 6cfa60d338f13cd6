"""Loads a Flask project, puts requests to it, and says what it answers and what stays open.

A program of its own, on the standard library and Flask alone: it reads jobs from standard input,
one JSON object a line, and answers each with one line. Every job has a process of its own, forked
from this one (which has Flask loaded already) and ended by `os._exit`, whatever the project's
threads do. It runs in an empty folder, in which the project's databases are made.

A job: {"id", "folder", "scratch", "apps": ["module:name" or "module:name()" or "module:name as
blueprint"], "databases": {file: SQL}, "requests": [{"app", "path" or "command", …}]}
Its answer: {"id", "states": {moment: {"held": [effect…], "threads", "tasks", "descriptors"}},
"begun": number of things opened since loading, "answers": [[answer of each repetition…]…],
"error": null or text}
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import flask  # noqa: E402

from reality.probe import Recorder  # noqa: E402

PATIENCE = 30  # seconds until a job counts as hanging
LINGERING = 5  # seconds until a thread that the system still knows counts as running
CROWD = 4  # how many visitors come at once
HEADERS = ("Content-Type", "Location")
OPENED = ("socket.__new__", "sqlite3.connect/handle")


class Keeper:
    """Keeps all that is opened alive: nothing counts as closed because it has been forgotten."""

    def __init__(self):
        self._opened = []

    def hook(self, event, args):
        """Take one audit event."""
        if event in OPENED:
            self._opened.append(args[0])


class Visit:
    """All that is asked of one project."""

    def __init__(self, job, recorder):
        self._job = job
        self._recorder = recorder
        self._apps = {}
        self.states = {}
        self.answers = []
        self.begun = 0

    def run(self):
        """Load the project and put the requests: as they stand, nested, and all at once."""
        self._apps = {name: _application(name) for name in self._job["apps"]}
        self._note("loaded")
        begun = self._begun()
        for request in self._job["requests"]:
            self.answers.append(_at_once(request["concurrent"], lambda: self._answer(request)))  # noqa: B023
            self._note("answered")
        self.begun = self._begun() - begun
        self._ask_inside_a_context()
        self._note("nested")
        _at_once(CROWD, self._ask_everything)
        self._note("crowded")

    def _begun(self):
        return sum(bool(effect["stack"]) for effect in self._recorder.begun)

    def _note(self, moment):
        """Keep the state after `moment`; of several states, the fullest."""
        state = {
            "held": self._recorder.held(),
            "threads": threading.active_count(),
            "tasks": _tasks(),
            "descriptors": _count("/proc/self/fd"),
        }
        known = self.states.get(moment)
        if known is None or len(known["held"]) <= len(state["held"]):
            self.states[moment] = state

    def _answer(self, request):
        app = self._apps[request["app"]]
        if "command" in request:
            result = app.test_cli_runner().invoke(args=request["command"])
            return {"status": result.exit_code, "body": result.output, "headers": {}}
        options = {key: request[key] for key in ("json", "data", "headers") if key in request}
        response = app.test_client().open(
            request["path"], method=request["method"], buffered=True, **options
        )
        headers = {
            key: value
            for key, value in response.headers.items()
            if key in HEADERS or key.startswith("X-")
        }
        return {"status": response.status_code, "body": response.text, "headers": headers}

    def _ask_inside_a_context(self):
        for request in self._readings():
            with self._apps[request["app"]].app_context():
                self._answer(request)

    def _ask_everything(self):
        for request in self._readings():
            self._answer(request)

    def _readings(self):
        return [one for one in self._job["requests"] if one.get("method") == "GET"]


def _application(name):
    """Return what `module:name`, `module:name()` or `module:name as blueprint` stands for."""
    place, _, kind = name.partition(" as ")
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute.removesuffix("()"))
    if attribute.endswith("()"):
        return found()
    if kind == "blueprint":
        app = flask.Flask(module)
        app.register_blueprint(found)
        return app
    return found


def _tasks():
    """Count the system's threads, once those that Python has joined are gone from there, too."""
    deadline = time.monotonic() + LINGERING
    while _count("/proc/self/task") > threading.active_count() and time.monotonic() < deadline:
        os.sched_yield()
    return _count("/proc/self/task")


def _count(folder):
    return sum(1 for _ in Path(folder).iterdir())


def _at_once(number, ask):
    """Return what `ask` returns, `number` times; several at the same time, in threads."""
    if number == 1:
        return [ask()]
    answers = []
    start = threading.Barrier(number)

    def visit():
        start.wait()
        answers.append(ask())

    visitors = [threading.Thread(target=visit) for _ in range(number)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return answers


def _do(job):
    """Do one job in this process, answer it, and end the process."""
    signal.alarm(PATIENCE)
    answer_to = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.dup2(1, 2)
    os.chdir(tempfile.mkdtemp(dir=job["scratch"]))
    for file, statements in job["databases"].items():
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.executescript(statements)
    sys.path[0] = job["folder"]
    recorder = Recorder(job["folder"])
    recorder.start()
    sys.addaudithook(Keeper().hook)
    visit = Visit(job, recorder)
    error = None
    try:
        visit.run()
    except BaseException:
        error = traceback.format_exc()
    answer = {"id": job["id"], "answers": visit.answers, "states": visit.states}
    with os.fdopen(answer_to, "w", encoding="utf-8") as writer:
        writer.write(json.dumps({**answer, "begun": visit.begun, "error": error}) + "\n")
    os._exit(0)


def main():
    """Do the jobs from standard input, each in a process of its own."""
    gc.freeze()  # what is loaded so far is looked through once, not at every collection
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _do(job)
        _, status = os.waitpid(child, 0)
        if status:
            error = f"ended with status {os.waitstatus_to_exitcode(status)}"
            os.write(1, json.dumps({"id": job["id"], "error": error}).encode() + b"\n")


if __name__ == "__main__":
    main()
