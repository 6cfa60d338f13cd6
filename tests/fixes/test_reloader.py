"""A real development server with its reloader, before and after the fix, and a touched file.

Before, a thread that is no daemon keeps the old process from ending, so that the reload hangs, and
the parent holds a store of its own. After, the reload comes through and nobody holds one at rest.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixes.harness import FIXTURES, Project
from fixes.harness_fixing import copy, fix
from fixes.harness_server import Server, is_alive, serve

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="ends a group of processes")

PROJECT = Project(FIXTURES / "g_script_that_reloads")
HANG = 3  # seconds in which a reload that doesn't hang is long over


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The project as it was, in a copy that may be touched."""
    folder = tmp_path / "broken"
    copy(PROJECT, folder)
    return folder


@pytest.fixture
def fixed(tmp_path: Path) -> Path:
    """The project as `fix --write` leaves it."""
    fixed = fix(PROJECT, tmp_path / "fixed")
    assert fixed.command.status == 0, fixed.command
    return fixed.folder


def test_before_the_fix_parent_and_child_hold_a_store_and_the_reload_hangs(broken: Path) -> None:
    with serve(broken) as server:
        first = _serving_process(server)
        assert server.instances == {server.pid: 1, first: 1}
        _touch(broken / "app.py")
        assert server.logs("Detected change")
        assert not server.logs("Restarting with stat", HANG)
        answer = server.get("/process", HANG)
        assert answer is None or answer["pid"] == first
        assert is_alive(first)


@pytest.mark.parametrize("touched", ["app.py", "store.py"])
def test_after_the_fix_the_reload_comes_through_and_nobody_holds_a_store(
    fixed: Path, touched: str
) -> None:
    with serve(fixed) as server:
        first = _serving_process(server)
        assert server.instances == {}
        _touch(fixed / touched)
        assert server.logs("Detected change")
        second = _serving_process(server)
        assert second not in {first, server.pid}
        assert server.instances == {}


def _serving_process(server: Server) -> int:
    """Return the number of the process that answers once the server has been started (again)."""
    assert server.logs("Restarting with stat")
    answer = server.get("/process")
    assert answer is not None
    assert answer["answer"] == "HELLO"
    assert server.logs("GET /process")
    return answer["pid"]


def _touch(file: Path) -> None:
    """Make a file look newer, by more than any clock is coarse."""
    later = file.stat().st_mtime + 10
    os.utime(file, (later, later))
