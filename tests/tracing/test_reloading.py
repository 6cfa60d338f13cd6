"""What a reload does to each process of a real server on loopback, under Werkzeug's reloader."""

from __future__ import annotations

import os
import queue
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reloadlint.trace.records import Process, Trace
from reloadlint.trace.reloading import Limits, trace_reloads
from reloadlint.trace.touching import Touched
from tracing.programs import free_port, summed_up, write

pytestmark = pytest.mark.skipif(os.name != "posix", reason="ends a group of processes")

HANG = 1.5  # seconds in which a process that doesn't hang has ended
SERVE = """
if __name__ == "__main__":
    app.run(debug=True, port=PORT, reloader_type="stat")
"""
CLEAN = "from flask import Flask\napp = Flask(__name__)\n" + SERVE

Run = Callable[..., Trace]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Trace `python app.py` through a number of reloads."""
    monkeypatch.chdir(tmp_path)

    def trace(
        text: str, reloads: int = 1, *options: str, limits: Limits | None = None, **environ: str
    ) -> Trace:
        write(tmp_path, {"app.py": text.replace("PORT", str(free_port()))})
        command = [sys.executable, *options, "app.py"]
        limits = limits or Limits(loading=60, ending=60)
        return trace_reloads(command, reloads, environ, limits=limits)

    return trace


def started(process: Process, folder: Path) -> list[tuple[str, str, str | None]]:
    return summed_up(process, folder)


def titles(trace: Trace) -> list[str]:
    return [process.title for process in trace.processes]


def in_order(process: Process) -> bool:
    """Whether its moments come one after the other, as far as it has had them."""
    moments = (process.began, process.loaded, process.exiting, process.ended)
    had = [moment for moment in moments if moment is not None]
    return had == sorted(had)


def test_a_clean_application_reloads_and_holds_nothing(run: Run, tmp_path: Path) -> None:
    trace = run(CLEAN, 2)
    assert (trace.outcome, trace.reloads, trace.problem) == ("complete", 2, None)
    assert titles(trace) == ["parent", "child 1", "child 2", "child 3"]
    assert [started(process, tmp_path) for process in trace.processes] == [[], [], [], []]
    assert all(in_order(process) for process in trace.processes)
    parent, first, second, last = trace.processes
    assert first.ended is not None
    assert second.ended is not None
    assert first.ended <= second.began <= second.ended <= last.began
    assert (parent.ended, last.ended) == (None, None)  # they are ended when all has been seen
    assert trace.is_clean


def test_only_the_time_of_the_touched_file_is_changed_and_given_back(
    run: Run, tmp_path: Path
) -> None:
    app = write(tmp_path, {"app.py": ""}) / "app.py"
    text = CLEAN.replace("PORT", str(free_port()))
    app.write_text(text, encoding="utf-8")
    os.utime(app, ns=(10**18, 10**18))
    trace = trace_reloads([sys.executable, "app.py"], 1, {}, limits=Limits(60, 60))
    assert trace.touched == str(app)
    assert app.read_text(encoding="utf-8") == text
    assert app.stat().st_mtime_ns == 10**18


def test_watchdog_tells_the_reloader_of_a_touched_file(tmp_path: Path) -> None:
    events = pytest.importorskip("watchdog.events")
    observers = pytest.importorskip("watchdog.observers")
    app = write(tmp_path, {"app.py": CLEAN}) / "app.py"
    told: queue.Queue[str] = queue.Queue()
    handler = events.FileSystemEventHandler()
    handler.on_any_event = lambda event: told.put(event.event_type)
    observer = observers.Observer()
    observer.schedule(handler, str(tmp_path))
    observer.start()
    try:
        with Touched(app) as touched:
            touched.touch()
            heeded = {"closed", "created", "deleted", "modified", "moved"}  # by Werkzeug
            assert any(kind in heeded for kind in iter(lambda: told.get(timeout=60), None))
    finally:
        observer.stop()
        observer.join()
    assert app.read_text(encoding="utf-8") == CLEAN


def test_a_daemon_thread_is_in_the_parent_for_ever_and_again_in_each_child(
    run: Run, tmp_path: Path
) -> None:
    trace = run(
        "import threading\nfrom flask import Flask\napp = Flask(__name__)\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n" + SERVE
    )
    assert trace.outcome == "complete"
    parent, first, second = trace.processes
    for process in trace.processes:
        assert started(process, tmp_path) == [("thread", "held", "app.py:4")]
        assert process.effects[0].daemon is True
    assert parent.alive == (1,)
    assert (first.alive, second.alive) == ((), ())
    assert not trace.is_clean


def test_a_thread_that_is_no_daemon_makes_the_reload_hang(run: Run, tmp_path: Path) -> None:
    trace = run(
        "import threading\nfrom flask import Flask\napp = Flask(__name__)\n"
        "threading.Thread(target=threading.Event().wait).start()\n" + SERVE,
        limits=Limits(loading=60, ending=HANG),
    )
    assert (trace.outcome, trace.reloads) == ("hangs", 0)
    assert titles(trace) == ["parent", "child 1"]
    parent, child = trace.processes
    assert started(child, tmp_path) == [("thread", "held", "app.py:4")]
    assert child.hangs
    assert child.waits_for == (1,)
    assert child.exiting is not None
    assert child.ended is None
    assert not parent.hangs
    assert parent.alive == (1,)


def test_a_bound_port_is_refused_to_the_child(run: Run, tmp_path: Path) -> None:
    trace = run(
        "import socket\nfrom flask import Flask\napp = Flask(__name__)\n"
        f"socket = socket.create_server(('127.0.0.1', {free_port()}))\n" + SERVE
    )
    assert (trace.outcome, trace.reloads) == ("ended", 0)
    assert trace.problem is not None
    assert "child 1 ended before it served" in trace.problem
    parent, child = trace.processes
    assert started(parent, tmp_path) == [("listen", "held", "app.py:4")]
    assert started(child, tmp_path) == [("listen", "refused", "app.py:4")]
    assert child.effects[0].refusal is not None
    assert child.loaded is None
    assert trace.is_told


def test_a_scheduler_is_seen_with_its_library_in_each_process(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("apscheduler")
    trace = run(
        "from apscheduler.schedulers.background import BackgroundScheduler\n"
        "from flask import Flask\napp = Flask(__name__)\n"
        "scheduler = BackgroundScheduler()\nscheduler.start()\n" + SERVE
    )
    assert trace.outcome == "complete"
    for process in trace.processes:
        assert started(process, tmp_path) == [("thread", "held", "app.py:5")]
        assert process.effects[0].through is not None
        assert process.effects[0].through.startswith("apscheduler.schedulers.background.")
    assert trace.processes[0].alive == (1,)


def test_a_process_outlives_the_child_that_started_it(run: Run, tmp_path: Path) -> None:
    trace = run(
        "import subprocess\nfrom flask import Flask\napp = Flask(__name__)\n"
        "subprocess.Popen(['sleep', '600'], start_new_session=True)\n" + SERVE
    )
    _, first, second = trace.processes
    assert started(first, tmp_path) == [("process", "held", "app.py:4")]
    assert first.alive == (1,)
    assert second.alive == ()


@pytest.mark.skipif(sys.platform != "linux", reason="is read from /proc")
def test_threads_of_c_code_are_seen_in_parent_and_child(run: Run, tmp_path: Path) -> None:
    trace = run(
        "import ctypes\nfrom flask import Flask\nlibc = ctypes.CDLL(None)\n"
        "libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.pause, None)\n"
        f"app = Flask(__name__)\n{SERVE}"
    )
    for process in trace.processes:
        assert started(process, tmp_path) == [("thread", "held", "app.py:4")]
        assert process.effects[0].native
    assert trace.processes[0].alive == (1,)


def test_the_main_guard_is_run_in_parent_and_child(run: Run, tmp_path: Path) -> None:
    trace = run(
        "import sqlite3\nfrom flask import Flask\napp = Flask(__name__)\n"
        'if __name__ == "__main__":\n    db = sqlite3.connect("x.db")\n'
        + SERVE.replace("\nif", "if")
    )
    for process in trace.processes:
        assert started(process, tmp_path) == [("dbfile", "held", "app.py:5")]


# Servers that can't be seen through


def test_a_server_without_reloader_is_told_at_once(run: Run) -> None:
    trace = run(CLEAN.replace("debug=True", "debug=False"))
    assert (trace.outcome, trace.is_told) == ("ended", False)
    assert trace.problem is not None
    assert "serves without the reloader; turn that on" in trace.problem
    assert titles(trace) == ["program"]


def test_a_program_that_ends_before_it_serves_is_told(run: Run) -> None:
    trace = run("import sqlite3\ndb = sqlite3.connect('x.db')\nraise SystemExit(4)\n")
    assert not trace.is_told
    assert trace.problem is not None
    assert "ended with status 4 before it served" in trace.problem
    (process,) = trace.processes
    assert [one.state for one in process.effects] == ["held"]


def test_a_program_that_never_serves_is_ended_in_time(run: Run) -> None:
    trace = run("import threading\nthreading.Event().wait()\n", limits=Limits(1, 1))
    assert trace.outcome == "late"
    assert trace.problem is not None
    assert "--timeout" in trace.problem


def test_a_python_that_does_not_let_itself_be_watched_is_told(run: Run) -> None:
    trace = run("pass\n", 1, "-I")
    assert trace.problem is not None
    assert "leave out what keeps PYTHONPATH from the program" in trace.problem


def test_the_projects_own_sitecustomize_is_still_loaded(run: Run, tmp_path: Path) -> None:
    text = "from pathlib import Path\nPath('customized').touch()\n"
    write(tmp_path, {"site/sitecustomize.py": text})
    trace = run(CLEAN, 1, PYTHONPATH=str(tmp_path / "site"))
    assert trace.outcome == "complete"
    assert (tmp_path / "customized").exists()


def test_a_change_that_nobody_watches_is_told(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"app.py": CLEAN.replace("PORT", str(free_port())), "notes.txt": ""})
    trace = trace_reloads(
        [sys.executable, "app.py"], 1, {}, limits=Limits(4, 3), touch=tmp_path / "notes.txt"
    )
    assert trace.outcome == "late"
    assert trace.problem is not None
    assert "name a file that it watches with --touch" in trace.problem
