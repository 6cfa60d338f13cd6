"""Loads Flask programs, puts requests to them, and says what is open before and after.

A program of its own: it reads jobs from standard input, one JSON object a line, and answers each
with one line. Every job has a process of its own, forked from this one (which has Flask loaded
already) and ended by `os._exit`, whatever its threads do, and an empty folder to run in.

A job: {"folder", "app": "module:name" or "module:name()" or null, "paths": [what is asked],
"rounds": how often}. Its answer: {"held": [[file, line]...] when `app`'s module is loaded,
"answers": [[status, text, headers]...] of the first round, "differing": answers of other rounds
that aren't like the first, "counts": [[held, threads, descriptors] after each round], "error"}
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Any

import flask

from reloadlint.trace.probe.recorder import Recorder

PATIENCE = 30
"""Seconds until a job counts as hanging."""


class Visit:
    """One program, loaded and asked."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._recorder = Recorder()
        self.result: dict[str, Any] = {"held": [], "answers": [], "differing": [], "counts": []}

    def run(self) -> None:
        """Load it, note what is there, and ask everything as often as wanted."""
        self._recorder.start()
        app = self._application()
        self.result["held"] = self._held()
        for number in range(self._job["rounds"]):
            answers = [_answer(app, path) for path in self._job["paths"]]
            self._compare(answers, first=number == 0)
            self.result["counts"].append(self._counts())

    def _application(self) -> Any:
        module, _, attribute = self._job["app"].partition(":")
        made = getattr(importlib.import_module(module), attribute.removesuffix("()"))
        return made() if attribute.endswith("()") else made

    def _compare(self, answers: list[Any], *, first: bool) -> None:
        if first:
            self.result["answers"] = answers
        self.result["differing"] += [a for a in answers if a not in self.result["answers"]]

    def _held(self) -> list[tuple[str, int]]:
        """Where what is open was opened: by file below the program's folder, and line."""
        begun = {effect["id"]: effect for effect in self._recorder.begun}
        places = {tuple(begun[one["id"]]["place"] or ("", 0)) for one in self._recorder.held()}
        root = self._job["folder"] + os.sep
        return sorted((str(file).removeprefix(root), line) for file, line in places)

    def _counts(self) -> tuple[int, int, int]:
        held = len(self._recorder.held())
        return held, threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


def _answer(app: Any, path: str) -> tuple[int, str, str]:
    """Ask for a path as a visitor; `!name` is a command of `flask`."""
    if path.startswith("!"):
        done = app.test_cli_runner().invoke(args=[path[1:]])
        return done.exit_code, done.output, ""
    response = app.test_client().get(path, buffered=True)
    return response.status_code, response.text, response.headers.get("X-Seen", "")


def _do(job: dict[str, Any], answer_to: int) -> None:
    """Do one job in this process, answer it, and end the process."""
    signal.alarm(PATIENCE)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.dup2(1, 2)
    os.chdir(tempfile.mkdtemp(dir=job["scratch"]))
    sys.path[0] = job["folder"]
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        os.environ["PLANTS_PORT"] = str(listener.getsockname()[1])
        os.environ["PLANTS_SET"] = "yes"
        visit, error = Visit(job), None
        try:
            visit.run()
        except BaseException:
            error = traceback.format_exc()
        os.write(answer_to, json.dumps({**visit.result, "error": error}).encode() + b"\n")
        os._exit(0)


def main() -> None:
    """Do the jobs from standard input, each in a process of its own."""
    assert flask.__name__  # loaded here, once and for all jobs
    answer_to = os.dup(1)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _do(json.loads(line), answer_to)
        _, status = os.waitpid(child, 0)
        if status:
            error = f"ended with {os.waitstatus_to_exitcode(status)}"
            os.write(answer_to, json.dumps({"error": error}).encode() + b"\n")


if __name__ == "__main__":
    main()
