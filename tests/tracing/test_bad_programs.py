"""Programs that can't be loaded: what was seen until then is told, and nothing is left running."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reloadlint.errors import UsageError
from reloadlint.trace.interpreters import environment_of, interpreter
from reloadlint.trace.loading import trace_load
from reloadlint.trace.records import Trace
from tracing.programs import MARK, children, free_port, left_behind, place, write

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
on_posix = pytest.mark.skipif(os.name != "posix", reason="is there on POSIX only")

STARTS = "import sqlite3, threading\nthreading.Thread(target=threading.Event().wait).start()\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(text: str, target: str = "app.py", timeout: float = 60) -> Trace:
    write(Path(), {"app.py": text})
    return trace_load(target, Path(sys.executable), timeout=timeout)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    assert not list(left_behind(os.environ[MARK]))


def begun(trace: Trace) -> list[tuple[str, str]]:
    (process,) = trace.processes
    return [(one.kind, one.state) for one in process.effects]


def test_a_program_that_raises_shows_its_own_traceback() -> None:
    trace = load(f"{STARTS}db = sqlite3.connect('x.db')\n1 / 0\n")
    assert trace.outcome == "raises"
    assert begun(trace) == [("thread", "held"), ("dbfile", "held")]
    assert trace.log is not None
    first, *_, last = trace.log.splitlines()
    assert first == "Traceback (most recent call last):"
    assert last == "ZeroDivisionError: division by zero"
    assert 'app.py", line 4' in trace.log
    assert "probe" not in trace.log


def test_a_syntax_error_is_the_programs() -> None:
    trace = load("def (\n")
    assert trace.outcome == "raises"
    assert trace.log is not None
    assert "SyntaxError" in trace.log


def test_an_import_that_is_missing_inside_is_no_missing_target() -> None:
    trace = load("import no_such_library_at_all\n")
    assert trace.outcome == "raises"
    assert trace.log is not None
    assert trace.log.splitlines()[-1].endswith("No module named 'no_such_library_at_all'")


@on_posix
def test_a_program_that_never_returns_is_ended_and_its_place_named() -> None:
    trace = load(f"{STARTS}def wait():\n    threading.Event().wait()\nwait()\n", timeout=1.5)
    assert trace.outcome == "late"
    assert trace.problem is not None
    assert "(it is at app.py:4)" in trace.problem
    assert "--timeout" in trace.problem
    assert begun(trace) == [("thread", "held")]


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("raise SystemExit", "status 0"),
        ("raise SystemExit(3)", "status 3"),
        ("raise SystemExit('no configuration')", "status 1 (no configuration)"),
    ],
)
def test_a_program_that_exits_tells_its_status(statement: str, status: str) -> None:
    trace = load(f"{STARTS}{statement}\n")
    assert trace.outcome == "exits"
    assert trace.problem == f"`app.py` exits with {status} while it is loaded"
    assert begun(trace) == [("thread", "held")]


def test_a_process_that_is_gone_at_once_has_told_what_it_began() -> None:
    trace = load(f"import os\n{STARTS}os._exit(7)\n")
    assert trace.outcome == "ended"
    assert trace.problem is not None
    assert "status 7" in trace.problem
    assert begun(trace) == [("thread", "unknown")]


@on_posix
def test_a_program_that_forks_reports_once_and_all_forks_are_ended(tmp_path: Path) -> None:
    trace = load(
        "import os, threading\n"
        "from flask import Flask\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        threading.Event().wait()\n"
        "    os._exit(0)\n"
        "child = os.fork()\n"
        "app = Flask(__name__)\n"
        "if not child:\n"
        "    threading.Event().wait()\n"
    )
    assert trace.outcome == "complete"
    (process,) = trace.processes
    places = [(one.kind, place(one, tmp_path)) for one in process.effects]
    assert places == [("process", "app.py:3"), ("process", "app.py:8")]
    assert process.effects[1].state == "held"


@on_posix
def test_a_process_that_has_left_the_session_is_ended() -> None:
    trace = load(
        "import subprocess\n"
        "subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "subprocess.Popen(['sh', '-c', 'sleep 601 & sleep 602'], start_new_session=True)\n"
    )
    assert begun(trace) == [("process", "held"), ("process", "held")]


FAR_AWAY = (
    "import subprocess, threading\n"
    "subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    "print('running', flush=True)\n"
)


@contextmanager
def traced(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command, as soon as its program has said that it runs."""
    command = [sys.executable, "-m", "reloadlint", "trace", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as trace:
        assert trace.stderr is not None
        for _ in iter(trace.stderr.readline, "running\n"):
            """The program's own output tells that it runs."""
        yield trace
        trace.stderr.read()  # ends when nobody has it any more


@on_posix
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whoever_ends_the_trace_ends_the_program_with_it(tmp_path: Path, number: str) -> None:
    write(tmp_path, {"app.py": f"{FAR_AWAY}threading.Event().wait()\n"})
    with traced("app.py") as trace:
        trace.send_signal(getattr(signal, number))
        assert trace.wait() == 130
    assert not list(left_behind(os.environ[MARK]))


@on_linux
def test_whoever_kills_the_trace_ends_the_program_with_it(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": f"{FAR_AWAY}threading.Event().wait()\n"})
    with traced("app.py") as trace:
        helpers = [os.pidfd_open(child) for child in children(trace.pid)]
        assert len(helpers) == 2  # the program, and who ends it now
        trace.kill()
        for helper in helpers:
            assert select.select([helper], [], [], 60)[0]
            os.close(helper)
    assert not list(left_behind(os.environ[MARK]))


@on_linux
@pytest.mark.parametrize("number", ["SIGINT", "SIGKILL"])
def test_whoever_ends_the_trace_ends_the_server_and_its_child_with_it(
    tmp_path: Path, number: str
) -> None:
    serve = f"app.run(debug=True, use_debugger=False, port={free_port()}, reloader_type='stat')\n"
    in_child = "import os\nif os.environ.get('WERKZEUG_RUN_MAIN'):\n    exec(FAR)\n"
    text = f"from flask import Flask\nFAR = {FAR_AWAY!r}\n{in_child}app = Flask(__name__)\n{serve}"
    write(tmp_path, {"app.py": text})
    with traced("--reloads", "1000", "--", sys.executable, "app.py") as trace:
        helpers = [os.pidfd_open(child) for child in children(trace.pid)]
        trace.send_signal(getattr(signal, number))
        for helper in helpers:
            assert select.select([helper], [], [], 60)[0]
            os.close(helper)
    assert not list(left_behind(os.environ[MARK]))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere", "there is no module `nowhere`"),
        ("nowhere.at.all:app", "there is no module `nowhere.at.all`"),
        ("app:ap", "has no `ap`; did you mean `app`?"),
        ("app:make", "is a function; write `make()`"),
        ("app:make(1, 2)", "cannot be called like this"),
        ("app:make(unknown)", "no literals"),
        ("app:app.name", "names no application"),
    ],
)
def test_what_is_not_there_is_said_with_the_remedy(target: str, words: str) -> None:
    text = "from flask import Flask\napp = Flask(__name__)\ndef make():\n    return app\n"
    trace = load(text, target)
    assert trace.outcome == "absent"
    assert trace.problem is not None
    assert words in trace.problem


def test_without_an_interpreter_the_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no Python interpreter at `nowhere`; .* --python"):
        interpreter("nowhere", {})
    with pytest.raises(UsageError, match="--python"):
        interpreter(str(tmp_path), {})


@on_posix
def test_what_is_no_python_is_told(tmp_path: Path) -> None:
    for status, words in ((0, "name a Python interpreter"), (86, "older than Python 3.8")):
        fake = tmp_path / f"python{status}"
        fake.write_text(f"#!/bin/sh\nexit {status}\n", encoding="utf-8")
        fake.chmod(0o755)
        trace = trace_load("app.py", fake, timeout=60)
        assert trace.outcome == "ended"
        assert trace.problem is not None
        assert words in trace.problem
        assert trace.processes == ()


def test_an_environment_names_its_interpreter(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    assert interpreter(str(tmp_path), {}) == python
    assert interpreter(None, {"VIRTUAL_ENV": str(tmp_path)}) == python
    assert interpreter(None, {}) == Path(sys.executable)
    assert environment_of(str(tmp_path), {"PATH": "/x"})["PATH"] == f"{python.parent}{os.pathsep}/x"
    assert environment_of(None) == {}
