"""What loading an application begins is seen, with the line that led to it, and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reloadlint.trace.loading import trace_load
from reloadlint.trace.records import Effect, Trace
from tracing.programs import place, summed_up, write

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="is read from /proc")
on_posix = pytest.mark.skipif(os.name != "posix", reason="is there on POSIX only")

Load = Callable[..., Trace]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Trace a program, whose modules are given by name."""
    monkeypatch.chdir(tmp_path)

    def trace(target: str = "app.py", **modules: str) -> Trace:
        write(tmp_path, {f"{name}.py": text for name, text in modules.items()})
        return trace_load(target, Path(sys.executable), timeout=60)

    return trace


def effects(trace: Trace) -> list[Effect]:
    (process,) = trace.processes
    return list(process.effects)


def seen(trace: Trace, folder: Path) -> list[tuple[str, str, str | None]]:
    (process,) = trace.processes
    return summed_up(process, folder)


# What begins


ALL_KINDS = """\
import socket
import sqlite3
import subprocess
import threading
from contextlib import closing
from flask import Flask

app = Flask(__name__)
daemon = threading.Thread(target=threading.Event().wait, daemon=True)
daemon.start()
threading.Thread(target=threading.Event().wait, name="worker").start()
server = socket.create_server(("127.0.0.1", 0))
plain = socket.socket()
client = socket.create_connection(server.getsockname())
child = subprocess.Popen(["sleep", "600"])
database = sqlite3.connect("kept.db")
thread = threading.Thread(target=print)
thread.start()
thread.join()
subprocess.run(["true"])
with closing(sqlite3.connect("closed.db")):
    pass
socket.socket().close()
memory = sqlite3.connect(":memory:")
never = threading.Thread(target=print)
"""


@on_posix
def test_each_kind_is_seen_at_its_line_held_or_transient(load: Load, tmp_path: Path) -> None:
    trace = load(app=ALL_KINDS)
    assert trace.outcome == "complete"
    assert seen(trace, tmp_path) == [
        ("thread", "held", "app.py:10"),
        ("thread", "held", "app.py:11"),
        ("listen", "held", "app.py:12"),
        ("socket", "held", "app.py:13"),
        ("socket", "held", "app.py:14"),
        ("process", "held", "app.py:15"),
        ("dbfile", "held", "app.py:16"),
        ("thread", "transient", "app.py:18"),
        ("process", "transient", "app.py:20"),
        ("dbfile", "transient", "app.py:21"),
        ("socket", "transient", "app.py:23"),
    ]
    threads = [(one.detail, one.daemon) for one in effects(trace) if one.kind == "thread"]
    assert threads[0][1] is True
    assert threads[1] == ("worker", False)
    details = {one.kind: one.detail for one in effects(trace) if one.state == "held"}
    assert details["process"] == "sleep 600"
    assert details["dbfile"] == "kept.db"
    assert details["socket"].startswith("connected to 127.0.0.1:")


def test_a_clean_application_begins_nothing(load: Load) -> None:
    trace = load(app="from flask import Flask\napp = Flask(__name__)\n")
    assert trace.is_clean
    assert effects(trace) == []
    assert (trace.problem, trace.note) == (None, None)


@on_posix
def test_the_process_that_counts_semaphores_is_pythons_own(load: Load, tmp_path: Path) -> None:
    """From Python 3.14 on Werkzeug's debugger has one as well."""
    head = "import multiprocessing, subprocess\n"
    locked = head + "lock = multiprocessing.get_context('spawn').Lock()\n"
    assert effects(load(app=locked)) == []
    trace = load(app=f"{locked}child = subprocess.Popen(['sleep', '600'])\n")
    assert seen(trace, tmp_path) == [("process", "held", "app.py:3")]


def test_the_way_leads_from_the_call_through_the_project_to_the_library(
    load: Load, tmp_path: Path
) -> None:
    trace = load(
        app="from flask import Flask\nimport pool\napp = Flask(__name__)\npool = pool.make()\n",
        pool="""\
            from concurrent.futures import ThreadPoolExecutor
            def make():
                made = ThreadPoolExecutor()
                made.submit(print)
                return made
            """,
    )
    (thread,) = effects(trace)
    assert place(thread, tmp_path) == "app.py:4"
    assert [(Path(line.path).name, line.line) for line in thread.lines] == [
        ("app.py", 4),
        ("pool.py", 4),
    ]
    assert thread.through == "concurrent.futures.thread.ThreadPoolExecutor.submit"


def test_what_a_thread_begins_is_led_back_to_the_line_that_started_the_thread(
    load: Load, tmp_path: Path
) -> None:
    trace = load(
        app="""\
            import socket, threading
            ready = threading.Event()
            def listen():
                global server
                server = socket.create_server(("127.0.0.1", 0))
                ready.set()
                threading.Event().wait()
            threading.Thread(target=listen, daemon=True).start()
            ready.wait()
            """
    )
    assert seen(trace, tmp_path) == [
        ("thread", "held", "app.py:8"),
        ("listen", "held", "app.py:8"),
    ]


def test_what_an_exit_handler_begins_is_not_loading(load: Load) -> None:
    trace = load(app="import atexit, threading\natexit.register(threading.Thread().start)\n")
    assert effects(trace) == []


def test_a_class_body_stands_for_itself(load: Load, tmp_path: Path) -> None:
    trace = load(app="import sqlite3\nclass Store:\n    db = sqlite3.connect('x.db')\n")
    assert seen(trace, tmp_path) == [("dbfile", "held", "app.py:3")]


@on_linux
def test_threads_of_c_code_are_seen_at_the_line_that_started_them(
    load: Load, tmp_path: Path
) -> None:
    trace = load(
        app="""\
            import ctypes
            libc = ctypes.CDLL(None)
            def start():
                for _ in range(3):
                    libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.pause, None)
            start()
            done = True
            """
    )
    (threads,) = effects(trace)
    assert (threads.kind, threads.state, threads.native, threads.count) == (
        "thread", "held", True, 3,
    )  # fmt: skip
    assert place(threads, tmp_path) == "app.py:6"


@on_linux
def test_sockets_and_databases_of_c_code_are_seen(load: Load, tmp_path: Path) -> None:
    trace = load(
        app="""\
            import ctypes, pathlib
            pathlib.Path("kept.db").write_bytes(b"SQLite format 3")
            libc = ctypes.CDLL(None)
            libc.socket(2, 1, 0)
            libc.open(b"kept.db", 0)
            libc.open(b"app.py", 0)
            """
    )
    assert seen(trace, tmp_path) == [
        ("socket", "held", "app.py:4"),
        ("dbfile", "held", "app.py:5"),
    ]


@on_linux
def test_devices_are_seen_but_not_those_that_everybody_opens(load: Load, tmp_path: Path) -> None:
    trace = load(
        app="""\
            import os
            here, there = os.openpty()
            port = open(os.ttyname(there), "rb", buffering=0)
            null, noise = open(os.devnull), open("/dev/urandom", "rb")
            """
    )
    devices = [(one.detail, place(one, tmp_path)) for one in effects(trace) if not one.native]
    assert [where for _, where in devices] == ["app.py:3"]
    assert devices[0][0].startswith("/dev/pts/")


def test_a_client_that_binds_to_any_port_first_is_connected_not_bound(load: Load) -> None:
    trace = load(
        app="""\
            import socket
            server = socket.create_server(("127.0.0.1", 0))
            client = socket.create_connection(server.getsockname(), source_address=("", 0))
            """
    )
    assert [one.kind for one in effects(trace)] == ["listen", "socket"]


def test_a_refused_port_is_told_with_the_reason(load: Load) -> None:
    trace = load(
        app="""\
            import socket
            first = socket.create_server(("127.0.0.1", 0))
            try:
                second = socket.create_server(first.getsockname())
            except OSError:
                pass
            """
    )
    held, refused = effects(trace)
    assert (held.state, refused.state) == ("held", "refused")
    assert refused.refusal is not None
    assert "in use" in refused.refusal
    assert not trace.is_clean


# What is loaded


FACTORY = """\
import sqlite3
from flask import Flask

def create_app(name="usual"):
    app = Flask(__name__)
    app.db = sqlite3.connect(name + ".db")
    return app
"""


@pytest.mark.parametrize(
    ("target", "database"),
    [
        ("app.py", "usual.db"),
        ("app", "usual.db"),
        ("app:create_app()", "usual.db"),
        ("app.py:create_app('test')", "test.db"),
        ("app:create_app(name='named')", "named.db"),
    ],
)
def test_a_factory_is_called_as_flask_would(load: Load, target: str, database: str) -> None:
    (effect,) = effects(load(target, app=FACTORY))
    assert (effect.detail, effect.state) == (database, "held")


def test_a_module_of_a_package_is_loaded_by_name_or_path(load: Load, tmp_path: Path) -> None:
    modules = {
        "shop/__init__": "",
        "shop/web": "from flask import Flask\nfrom . import store\napp = Flask(__name__)\n",
        "shop/store": "import sqlite3\ndb = sqlite3.connect('shop.db')\n",
    }
    for target in ("shop.web:app", "shop/web.py"):
        assert seen(load(target, **modules), tmp_path) == [("dbfile", "held", "shop/store.py:2")]


def test_neither_the_main_guard_nor_the_server_is_run(load: Load) -> None:
    trace = load(
        app="""\
            import sqlite3
            from flask import Flask
            app = Flask(__name__)
            app.run(port=0)
            if __name__ == "__main__":
                sqlite3.connect("script.db")
            """
    )
    assert trace.is_clean
    assert effects(trace) == []


def test_a_server_that_starts_while_loading_ends_it(load: Load) -> None:
    trace = load(
        app="""\
            import sqlite3
            from werkzeug.serving import run_simple
            db = sqlite3.connect("x.db")
            run_simple("127.0.0.1", 0, lambda environ, start: [])
            """
    )
    assert [one.kind for one in effects(trace)] == ["dbfile"]
    assert trace.note is not None
    assert "starts its server" in trace.note


@pytest.mark.parametrize(
    ("module", "target"), [("x = 1\n", "app.py"), ("app = object()\n", "app:app")]
)
def test_what_is_no_flask_application_is_loaded_with_a_note(
    load: Load, module: str, target: str
) -> None:
    trace = load(target, app=f"import sqlite3\ndb = sqlite3.connect('x.db')\n{module}")
    assert trace.outcome == "complete"
    assert trace.note is not None
    assert "no Flask application" in trace.note
    assert [one.kind for one in effects(trace)] == ["dbfile"]
