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
