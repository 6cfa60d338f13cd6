"""Where there is no /proc: what is seen all the same, and that the rest is said to be unseen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reloadlint.reporting.style import Style
from reloadlint.reporting.trace_report import Report
from reloadlint.reporting.trace_text import render
from reloadlint.trace import ending
from reloadlint.trace.loading import trace_load
from reloadlint.trace.probe import system
from reloadlint.trace.probe.journal import Journal
from reloadlint.trace.probe.processes import Processes
from reloadlint.trace.running import blind_spots
from tracing.agreement import replayed
from tracing.programs import MARK, left_behind, summed_up, write

on_posix = pytest.mark.skipif(os.name != "posix", reason="is there on POSIX only")
with_ps = pytest.mark.skipif(shutil.which("ps") is None, reason="processes are asked of `ps`")

#: Loaded by the traced program before the probe: as on a system that has no such folder.
NO_PROC = """
import os.path
isdir = os.path.isdir
os.path.isdir = lambda path: path != "/proc/self/task" and isdir(path)
"""
PROGRAM = """\
import socket, sqlite3, subprocess, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
server = socket.create_server(("127.0.0.1", 0))
database = sqlite3.connect("kept.db")
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
subprocess.run(["true"])
sqlite3.connect("closed.db").close()
"""


@pytest.fixture
def _no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "HAS_PROC", False)
    monkeypatch.setattr(system, "IS_MAC", False)
    monkeypatch.setattr(ending, "HAS_PROC", False)


@on_posix
@with_ps
@pytest.mark.usefixtures("_no_proc")
def test_what_hooks_and_ps_tell_is_seen_and_all_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"app.py": PROGRAM, "site/sitecustomize.py": NO_PROC})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    trace = trace_load("app.py", Path(sys.executable), timeout=60)
    assert summed_up(trace.processes[0], tmp_path) == [
        ("thread", "held", "app.py:2"),
        ("listen", "held", "app.py:3"),
        ("dbfile", "held", "app.py:4"),
        ("process", "held", "app.py:5"),
        ("process", "transient", "app.py:6"),
        ("dbfile", "transient", "app.py:7"),
    ]
    assert not list(left_behind(os.environ[MARK]))


@pytest.mark.usefixtures("_no_proc")
def test_nothing_is_made_up_about_threads_and_files() -> None:
    assert not system.sees_threads()
    assert (system.count_threads(), system.count_descriptors()) == (0, 0)
    assert (system.threads(), system.descriptors()) == (set(), {})


@on_posix
@with_ps
@pytest.mark.usefixtures("_no_proc")
def test_ps_tells_which_children_run() -> None:
    with subprocess.Popen(["sleep", "600"]) as child:
        assert system.children()[child.pid]
        assert ending.is_running(child.pid)
        child.kill()
    assert child.pid not in system.children()
    assert not ending.is_running(child.pid)


def test_a_process_of_which_nobody_can_tell_is_neither_held_nor_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "sees_children", lambda: False)
    messages: list[dict[str, object]] = []
    journal = Journal(lambda event, **values: messages.append({"event": event, **values}))
    processes = Processes(journal)
    processes.handlers["subprocess.Popen"]("subprocess.Popen", None, ["worker"], None, None)
    trace = replayed(
        "app.py", [*messages, {"event": "loaded", "held": [*processes.held()], "own": []}]
    )
    assert [(one.kind, one.state) for one in trace.processes[0].effects] == [("process", "unknown")]
    assert trace.is_clean  # nothing is known to be held
    assert "begun: whether it is still there is not known" in render(Report(trace, {}, ()), Style())


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        ("darwin", "connections that C code opens can't be seen on macOS"),
        ("win32", "can't be seen on Windows: what is shown is what Python's audit hooks tell"),
        ("freebsd14", "can't be seen on this system"),
    ],
)
def test_each_system_says_what_cannot_be_seen_there(
    monkeypatch: pytest.MonkeyPatch, platform: str, words: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", platform)
        blind = blind_spots()
    assert blind is not None
    assert words in blind


def test_on_linux_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "linux")
        assert blind_spots() is None
