"""Loads Flask projects under audit hooks and says what loading them left behind.

A program of its own, on the standard library and Flask alone: it reads jobs from standard input,
one JSON object a line, and answers each with one line. Every job has a process of its own, forked
from this one (which has Flask loaded already) and ended by `os._exit`, whatever its threads do.

A job: {"id", "folder", "modules": [names to import] or "script": file to run, "environ": {…}}
Its answer: {"id", "begun": [effect…], "held": [effect…], "use_reloader": null before a server has
started, "error": null or text}
An effect: {"kind", "place": [file, line] or null, "stack": [[file, line]…], "daemon": null or bool}
"""

import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import select
import signal
import sqlite3
import sys
import tempfile
import threading
import traceback
import types
import weakref
from pathlib import Path

import flask  # noqa: F401  (every job needs it, so it is loaded once and for all)
import werkzeug.serving

PATIENCE = 60  # seconds until a job counts as hanging
CLASS_BODY_OR_COMPREHENSION = ("<listcomp>", "<setcomp>", "<dictcomp>")
PROCESS_EVENTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system")


class Recorder:
    """Notes where in the project each thread, socket, process and database came from."""

    def __init__(self, folder):
        self._folder = folder
        self._database = None
        self._threads = {}
        self._databases = {}
        self._sockets = {}
        self.begun = []

    def hook(self, event, args):
        """Take one audit event."""
        if event in PROCESS_EVENTS:
            self._begin("process")
        elif event == "socket.__new__":
            self._sockets[id(args[0])] = (weakref.ref(args[0]), self._begin("socket"))
        elif event in ("socket.bind", "socket.connect"):
            reference, begun = self._sockets[id(args[0])]
            if begun["kind"] != "listen":
                kind = "listen" if event == "socket.bind" else "socket"
                self._sockets[id(args[0])] = (reference, self._begin(kind))
        elif event == "sqlite3.connect":
            self._database = args[0]
        elif event == "sqlite3.connect/handle" and self._database not in ("", ":memory:"):
            self._databases[id(args[0])] = self._begin("dbfile")

    def watch_threads(self):
        """Take each start of a thread: not every Python raises an audit event for it."""
        start = threading.Thread.start

        def noting_start(thread):
            self._threads[id(thread)] = self._begin("thread")
            start(thread)

        threading.Thread.start = noting_start

    def held(self):
        """Return the effects that are still there."""
        gc.collect()
        return [
            *self._held_threads(),
            *self._held_sockets(),
            *self._held_databases(),
            *self._held_processes(),
        ]

    def _held_threads(self):
        for thread in threading.enumerate():
            if thread is not threading.main_thread() and id(thread) in self._threads:
                yield {**self._threads[id(thread)], "daemon": thread.daemon}

    def _held_sockets(self):
        for reference, begun in self._sockets.values():
            sock = reference()
            if sock is not None and sock.fileno() >= 0:
                yield begun

    def _held_databases(self):
        for thing in gc.get_objects():
            if isinstance(thing, sqlite3.Connection) and id(thing) in self._databases:
                with contextlib.suppress(sqlite3.ProgrammingError):
                    _ = thing.total_changes
                    yield self._databases[id(thing)]

    def _held_processes(self):
        if any(_is_alive(child) for child in _children()):
            yield from (begun for begun in self.begun if begun["kind"] == "process")

    def _begin(self, kind):
        stack = list(self._project_frames())
        lines = [(self._relative(frame), frame.f_lineno) for frame in stack]
        begun = {"kind": kind, "place": self._place(stack), "stack": lines, "daemon": None}
        self.begun.append(begun)
        return begun

    def _project_frames(self):
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_filename.startswith(self._folder):
                yield frame
            frame = frame.f_back

    def _place(self, stack):
        """Return where the innermost module that is being loaded has written the call."""
        loading = [number for number, f in enumerate(stack) if f.f_code.co_name == "<module>"]
        if not loading:
            return None
        innermost = loading[0]
        while innermost and _belongs_to_loading(stack[innermost - 1].f_code):
            innermost -= 1
        return (self._relative(stack[innermost]), stack[innermost].f_lineno)

    def _relative(self, frame):
        return os.path.relpath(frame.f_code.co_filename, self._folder)


def _belongs_to_loading(code):
    is_class_body = not code.co_flags & 0x1  # CO_OPTIMIZED: only functions have it
    return is_class_body or code.co_name in CLASS_BODY_OR_COMPREHENSION


def _children():
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            yield from (task / "children").read_text().split()


def _is_alive(child):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


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
        self._recorder.watch_threads()
        sys.addaudithook(self._recorder.hook)

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
