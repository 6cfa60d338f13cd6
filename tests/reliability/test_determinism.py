"""The same input has the same output, in any order, cold or warm, alone or beside other runs."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

STARTS = """\
import threading
class {name}:
    def __init__(self):
        threading.Thread(target=print).start()
"""
APP = """\
from flask import Flask
from {module} import {name}
app = Flask(__name__)
thing = {name}()
"""
CHECK = ("check", "--isolated", "--output-format", "json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Twelve applications, each with a module that another one imports, too."""
    (tmp_path / "pyproject.toml").touch()
    for number in range(12):
        name = f"Thing{number % 5}"
        (tmp_path / f"lib{number}.py").write_text(STARTS.format(name=name))
        text = APP.format(module=f"lib{number}", name=name)
        text += f"from app{(number + 1) % 12} import thing as other\n"
        (tmp_path / f"app{number}.py").write_text(text)
    return tmp_path


def started(project: Path, *arguments: str, seed: str = "0") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "reloadlint", *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )


def output(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    with process:
        out, err = process.communicate()
    return process.returncode, out, err


def test_any_order_and_any_hash_seed_gives_the_same_report(project: Path) -> None:
    first = output(started(project, *CHECK, "--no-cache", "."))
    assert (first[0], first[2]) == (1, b"")
    names = [path.name for path in project.glob("*.py")]
    for seed in ("1", "2"):
        random.Random(int(seed)).shuffle(names)
        assert output(started(project, *CHECK, "--no-cache", *names, seed=seed)) == first


def test_any_hash_seed_gives_the_same_patch(project: Path) -> None:
    runs = [started(project, "fix", "--isolated", "--no-cache", seed=seed) for seed in ("1", "2")]
    first, second = map(output, runs)
    assert first == second
    assert first[0] == 1


def test_parallel_runs_share_a_cache(project: Path) -> None:
    expected = output(started(project, *CHECK, "--no-cache"))
    cold = [started(project, *CHECK) for _ in range(4)]
    assert [output(process) for process in cold] == [expected] * 4
    assert output(started(project, *CHECK)) == expected
    assert len(list((project / ".reloadlint_cache" / "results").iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("command", ["check", "fix", "effects"])
def test_interrupt_is_status_130_without_a_traceback(project: Path, command: str) -> None:
    """The named pipe holds the run while it reads; there the interrupt comes."""
    pipe = project / "held.py"
    os.mkfifo(pipe)
    process = started(project, command, "--isolated", "--no-cache", str(pipe))
    with pipe.open("wb"):  # opens only when the run has opened it, too
        process.send_signal(signal.SIGINT)
        status, out, err = output(process)
    assert (status, out) == (130, b"")
    assert b"Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a group of processes")
@pytest.mark.parametrize("to_all", [True, False], ids=["a terminal's Ctrl-C", "the command alone"])
def test_interrupt_leaves_no_worker_behind(project: Path, to_all: bool) -> None:
    """The named pipe holds a worker while it reads; the interrupt comes to all, as Ctrl-C does."""
    pipe = project / "held.py"
    os.mkfifo(pipe)
    command = ["check", "--isolated", "--no-cache", "--jobs", "4", ".", str(pipe)]
    process = subprocess.Popen(
        [sys.executable, "-m", "reloadlint", *command],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with pipe.open("wb"):
        (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
        status, out, err = output(process)
    assert (status, out) == (130, b"")
    assert b"Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_any_number_of_jobs_gives_the_same_report_and_patch(project: Path) -> None:
    for command in ((*CHECK, "--no-cache"), ("fix", "--isolated", "--no-cache", "--unsafe-fixes")):
        runs = [started(project, *command, *jobs) for jobs in (("--jobs", "1"), ("--jobs", "3"))]
        one, three = map(output, runs)
        assert one == three
        assert (one[0], one[2][:8]) != (2, b"internal")


def test_output_that_depends_on_the_hash_seed_would_be_seen(project: Path) -> None:
    """The same comparison, of a program whose output does depend on it."""
    (project / "depends.py").write_text("print(*{'one', 'two', 'three', 'four', 'five'})")
    seeds = [str(seed) for seed in range(4)]
    environs = [{**os.environ, "PYTHONHASHSEED": seed} for seed in seeds]
    made = {
        subprocess.run(
            [sys.executable, "depends.py"], cwd=project, env=e, capture_output=True
        ).stdout
        for e in environs
    }
    assert len(made) > 1
