"""Loads Flask projects under audit hooks and says what loading them left behind.

A program of its own, on the standard library and Flask alone: it reads jobs from standard input,
one JSON object a line, and answers each with one line. Every job has a process of its own, forked
from this one (which has Flask loaded already) and ended by `os._exit`, whatever its threads do.

A job: {"id", "folder", "modules": [names to import] or "script": file to run, "environ": {…}}
Its answer: {"id", "begun": [effect…], "held": [effect…], "use_reloader": null before a server has
started, "error": null or text, "messages": [what `trace` would have been sent…]}
An effect: {"kind", "place": [file, line] or null, "stack": [[file, line]…], "daemon": null or bool}
"""

import contextlib
import importlib
import json
import multiprocessing
import os
import select
import signal
import sys
import tempfile
import traceback
import types
from pathlib import Path

import flask  # noqa: F401  (every job needs it, so it is loaded once and for all)
import werkzeug.serving

from reloadlint.trace.probe import recorder as probe

PATIENCE = 60  # seconds until a job counts as hanging


class Recorder:
    """What `trace` records, as seen from a project's folder: what is outside of it is a library."""

    def __init__(self, folder):
        self._folder = folder + os.sep
        self.messages = []
        self._recorder = probe.Recorder(self._send)

    def _send(self, event, **values):
        """Keep a message as `trace` would have got it, without the lines of this file."""
        if effect := values.get("effect"):
            lines = [line for line in effect["lines"] if self._inside(line)]
            values["effect"] = {**effect, "lines": lines}
        self.messages.append({"event": event, **values})

    def start(self):
        """Watch from now on."""
        self._recorder.start()

    @property
    def begun(self):
        """All that has begun."""
        return [self._effect(effect) for effect in self._recorder.begun]

    def held(self):
        """What is still there."""
        held = self._recorder.held()  # before the list: a library's thread may begin more meanwhile
        begun = {effect["id"]: effect for effect in self._recorder.begun}
        own = self._recorder.journal.code.loaded()
        self._send("loaded", held=held, own=[file for file in own if self._inside((file, 0))])
        known = ((one, begun[one["id"]]) for one in held if one["id"] in begun)
        return [{**self._effect(effect), "daemon": one.get("daemon")} for one, effect in known]

    def _effect(self, effect):
        place = effect["place"] and self._inside(effect["place"])
        stack = [self._inside(line) for line in reversed(effect["lines"])]
        return {
            "kind": effect["kind"],
            "place": place,
            "stack": [line for line in stack if line],
            "daemon": None,
        }

    def _inside(self, line):
        path, number = line
        return (path[len(self._folder) :], number) if path.startswith(self._folder) else None


class Job:
    """One project, loaded once, in this process."""

    def __init__(self, job, answer_to):
        self._job = job
        self._answer_to = answer_to
        self._recorder = Recorder(job["folder"])

    def run(self):
        """Load the project, answer, and end the process."""
        self._prepare()
        error = None
        try:
            self._load()
        except BaseException:
            error = traceback.format_exc()
        self._finish(error=error)

    def _prepare(self):
        os.setsid()
        os.chdir(tempfile.mkdtemp(dir=self._job["scratch"]))
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        os.environ.update(self._job["environ"])
        sys.dont_write_bytecode = True
        sys.path[0] = self._job["folder"]
        sys.path.insert(1, str(Path(self._job["folder"], "src")))
        multiprocessing.set_start_method("fork")
        werkzeug.serving.run_simple = self._run_simple
        self._recorder.start()

    def _load(self):
        for name in self._job.get("modules", ()):
            importlib.import_module(name)
        if script := self._job.get("script"):
            file = Path(self._job["folder"], script)
            main = types.ModuleType("__main__")
            main.__file__ = str(file)
            sys.modules["__main__"] = main
            sys.argv = [str(file)]
            exec(compile(file.read_bytes(), file, "exec"), main.__dict__)

    def _run_simple(self, hostname, port, application, use_reloader=False, *args, **options):
        """Stand where the server would start, and the reloader with it."""
        self._finish(use_reloader=bool(use_reloader))

    def _finish(self, use_reloader=None, error=None):
        answer = {
            "id": self._job["id"],
            "begun": self._recorder.begun,
            "held": self._recorder.held(),
            "use_reloader": use_reloader,
            "error": error,
            "messages": self._recorder.messages,
        }
        with os.fdopen(self._answer_to, "w", encoding="utf-8") as writer:
            writer.write(json.dumps(answer) + "\n")
        os._exit(0)


def _load_in_child(job):
    """Fork, let the child do the job, and return its answer; end all that it started."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        Job(job, writer).run()
    os.close(writer)
    try:
        answer = _read_line(reader)
        return answer or json.dumps({"id": job["id"], "error": "no answer"})
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _read_line(reader):
    """Read up to the end of the line: the pipe's own end may be held by a grandchild."""
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([reader], [], [], PATIENCE)[0]:
            return ""
        chunk = os.read(reader, 65536)
        if not chunk:
            return ""
        line += chunk
    return line.decode().strip()


def main():
    """Answer the jobs from standard input, one after the other."""
    for line in sys.stdin:
        sys.stdout.write(_load_in_child(json.loads(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
