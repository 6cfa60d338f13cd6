"""Reading in several processes gives what reading in one gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reloadlint.linter import parallel
from reloadlint.linter.parallel import FEWEST_FILES, mapped, processes_for

forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork()")

HAZARD = "import threading\nfrom flask import Flask\nthreading.Thread(target=print).start()\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number in range(40):
        (tmp_path / f"app{number}.py").write_text(HAZARD)
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    return tmp_path


def check(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reloadlint", "check", "--no-cache", "-v"]
    command += ["--output-format", "json", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


@forking
def test_jobs_change_nothing_but_the_number_of_processes(project: Path) -> None:
    one, three = check(project, "--jobs", "1"), check(project, "--jobs", "3")
    assert one.stdout == three.stdout
    assert one.stdout.count('"RL101"') == 40
    assert one.stdout.count('"RL901"') == 2
    assert "files read: 42, parsed: 41, in 1 process(es)" in one.stderr
    assert "files read: 42, parsed: 41, in 3 process(es)" in three.stderr


@forking
def test_setting_counts_as_the_option_does(project: Path) -> None:
    (project / "reloadlint.toml").write_text("jobs = 2")
    assert "files read: 42, parsed: 41, in 2 process(es)" in check(project).stderr


@forking
@pytest.mark.parametrize(
    ("files", "jobs", "processors", "expected"),
    [
        (FEWEST_FILES, None, 8, 8),
        (FEWEST_FILES, None, 64, 8),
        (FEWEST_FILES, None, 2, 2),
        (FEWEST_FILES, None, 1, 1),
        (FEWEST_FILES - 1, None, 8, 1),
        (2, 5, 1, 2),
        (0, 5, 4, 1),
        (FEWEST_FILES, 1, 8, 1),
    ],
)
def test_processes_are_taken_where_they_pay_or_are_asked_for(
    files: int, jobs: int | None, processors: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "_count_threads", lambda: 1)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert processes_for(files, jobs) == expected


ASKED = """\
import _thread, threading
from reloadlint.linter.parallel import processes_for
print(processes_for(1000, 4))
lock = threading.Lock()
lock.acquire()
{}
print(processes_for(1000, 4))
lock.release()
"""
STARTS = {
    "known to Python": "threading.Thread(target=lock.acquire).start()",
    "known to the system": "_thread.start_new_thread(lock.acquire, ())",
}


@forking
@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_program_with_threads_is_not_forked(start: str) -> None:
    if "_new_" in start and not Path("/proc/self/task").exists():
        pytest.skip("nothing tells here of threads that Python doesn't know")
    code = [sys.executable, "-c", ASKED.format(start)]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "1"]


def doubled(item: int) -> int:
    return item * 2


def killed_once(item: tuple[int, int]) -> int:
    number, parent = item
    if number == 70 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@forking
@pytest.mark.filterwarnings("ignore:This process .*is multi-threaded:DeprecationWarning")
def test_results_come_in_order() -> None:
    assert list(mapped(doubled, range(100), 2)) == [doubled(n) for n in range(100)]


@forking
@pytest.mark.filterwarnings("ignore:This process .*is multi-threaded:DeprecationWarning")
def test_work_of_a_killed_process_is_done_here() -> None:
    items = [(number, os.getpid()) for number in range(100)]
    assert list(mapped(killed_once, items, 2)) == list(range(100))
