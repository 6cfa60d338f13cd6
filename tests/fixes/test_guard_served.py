"""What `guard` has started, in each way of starting a project, with the real servers.

Before the fix the reloader's parent starts one for itself, and a thread that is no daemon keeps
the old process from ending. After it, there is one, in the process that serves.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from fixes.harness_fixing import copy, fix
from fixes.harness_guard import GUARD, Script
from fixes.harness_server import Server, is_alive, serve

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="ends a group of processes")
needs_gunicorn = pytest.mark.skipif(
    importlib.util.find_spec("gunicorn") is None, reason="gunicorn is not installed"
)

SERVED = [Script(folder) for folder in sorted(GUARD.glob("served_*"))]
IN_GUARD = [script for script in SERVED if not script.name.endswith("at_module_level")]
AT_MODULE_LEVEL = [script for script in SERVED if script not in IN_GUARD]
HANGING = [script for script in SERVED if "scheduler" not in script.name]
FIRST_REQUEST = Script(GUARD / "refused_scheduler_of_a_served_module")
FIRST_REQUESTS = [FIRST_REQUEST, Script(GUARD / "refused_factory_of_a_served_module")]
RELOADS = 3
HANG = 3  # seconds in which a reload that doesn't hang is long over
GUNICORN = ("-m", "gunicorn", "-w2", "--bind=127.0.0.1:{port}", "--access-logfile=/dev/stderr")
FLASK = ("-m", "flask", "run", "--debug", "--port={port}", "--exclude-patterns=*/src/*")

COMMAND = """

@app.cli.command()
def jobs():
    scheduler.start()
"""
NO_WATCHDOG = "raise ImportError('`flask run` is to look at the times of files')\n"
POST_FORK = """def post_fork(server, worker):
    from app import scheduler
    scheduler.start()
"""

each_served = pytest.mark.parametrize("script", SERVED, ids=lambda script: script.name)
each_in_guard = pytest.mark.parametrize("script", IN_GUARD, ids=lambda script: script.name)
each_moved = pytest.mark.parametrize("script", AT_MODULE_LEVEL, ids=lambda script: script.name)
each_hanging = pytest.mark.parametrize("script", HANGING, ids=lambda script: script.name)
each_waiting = pytest.mark.parametrize("script", FIRST_REQUESTS, ids=lambda script: script.name)
preloaded_or_not = pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["lazy", "preload"])


@each_served
def test_before_the_fix_the_parent_has_one_too(script: Script, tmp_path: Path) -> None:
    copy(script, tmp_path)
    with serve(tmp_path) as server:
        child = _serving_process(server)
        assert _running(server) == {server.pid: 1, child: 1}


@each_hanging
def test_before_the_fix_a_reload_hangs(script: Script, tmp_path: Path) -> None:
    copy(script, tmp_path)
    with serve(tmp_path) as server:
        child = _serving_process(server)
        _touch(tmp_path / "app.py")
        assert server.logs("Detected change")
        assert not server.logs("Restarting with stat", HANG)
        assert is_alive(child)


@each_served
def test_one_instance_across_reloads_and_none_in_the_parent(script: Script, tmp_path: Path) -> None:
    folder = _fixed(script, tmp_path)
    seen = []
    with serve(folder) as server:
        for number in range(RELOADS + 1):
            if number:
                _touch(folder / "app.py")
                assert server.logs("Detected change")
            seen.append(_serving_process(server))
            assert _running(server) == {seen[-1]: 1}
        assert len({*seen, server.pid}) == RELOADS + 2


@each_served
def test_one_instance_without_the_reloader(script: Script, tmp_path: Path) -> None:
    with serve(_fixed(script, tmp_path), variables={"DEBUG": "0"}) as server:
        assert server.logs("Running on")
        answer = server.get("/process")
        assert answer is not None
        assert server.logs("GET /process")
        assert _running(server) == {server.pid: 1} == {answer["pid"]: 1}


@needs_gunicorn
@preloaded_or_not
@each_in_guard
def test_gunicorn_starts_none_as_before(script: Script, preload: list[str], tmp_path: Path) -> None:
    copy(script, tmp_path / "before")
    for folder in (tmp_path / "before", _fixed(script, tmp_path / "after")):
        assert _under_gunicorn(folder, preload) == 0


@needs_gunicorn
@preloaded_or_not
@each_moved
def test_gunicorn_starts_no_longer_what_was_moved(
    script: Script, preload: list[str], tmp_path: Path
) -> None:
    copy(script, tmp_path / "before")
    assert _under_gunicorn(tmp_path / "before", preload) == (1 if preload else 2)
    assert _under_gunicorn(_fixed(script, tmp_path / "after"), preload) == 0


@each_in_guard
def test_flask_run_starts_none_as_before(script: Script, tmp_path: Path) -> None:
    copy(script, tmp_path / "before")
    for folder in (tmp_path / "before", _fixed(script, tmp_path / "after")):
        assert _under_flask_run(folder) == {}


@each_moved
def test_flask_run_starts_no_longer_what_was_moved(script: Script, tmp_path: Path) -> None:
    copy(script, tmp_path / "before")
    assert list(_under_flask_run(tmp_path / "before").values()) == [1, 1]
    assert _under_flask_run(_fixed(script, tmp_path / "after")) == {}


@needs_gunicorn
@preloaded_or_not
@each_waiting
def test_first_request_starts_one_in_each_worker(
    script: Script, preload: list[str], tmp_path: Path
) -> None:
    copy(script, tmp_path / "before")
    assert _under_gunicorn(tmp_path / "before", preload) == (1 if preload else 2)
    assert _under_gunicorn(_fixed(script, tmp_path / "after"), preload) == 2


@each_waiting
@pytest.mark.parametrize("command", [FLASK, ("run.py",)], ids=["flask-run", "script"])
def test_first_request_starts_one_across_reloads(
    script: Script, command: tuple[str, ...], tmp_path: Path
) -> None:
    copy(script, tmp_path / "before")
    with serve(tmp_path / "before", command) as server:
        child = _serving_process(server)
        assert _running(server) == {server.pid: 1, child: 1}
    folder = _fixed(script, tmp_path / "after")
    (folder / "watchdog.py").write_text(NO_WATCHDOG, encoding="utf-8")
    with serve(folder, command) as server:
        for number in range(RELOADS + 1):
            if number:
                _touch(folder / "app.py")
                assert server.logs("Detected change")
            child = _serving_process(server)
            assert _running(server) == {child: 1}


@each_waiting
def test_first_request_starts_one_without_the_reloader(script: Script, tmp_path: Path) -> None:
    folder = _fixed(script, tmp_path)
    with serve(folder, ("run.py",), variables={"DEBUG": "0"}) as server:
        assert server.logs("Running on")
        assert _running(server) == {}
        for _ in range(2):
            assert server.get("/process")
            assert server.logs("GET /process")
        assert _running(server) == {server.pid: 1}


def test_recipe_for_a_command_starts_one_there_and_none_in_the_server(tmp_path: Path) -> None:
    copy(FIRST_REQUEST, tmp_path)
    app = tmp_path / "app.py"
    text = app.read_text(encoding="utf-8").replace("scheduler.start()\n", "") + COMMAND
    app.write_text(text, encoding="utf-8")
    assert _under_flask_run(tmp_path) == {}
    with serve(tmp_path, ("-m", "flask", "jobs")) as command:
        assert command.logs("worker started")
        assert command.instances == {command.pid: 1}


@needs_gunicorn
@preloaded_or_not
def test_recipe_for_gunicorn_starts_one_in_each_worker(preload: list[str], tmp_path: Path) -> None:
    copy(FIRST_REQUEST, tmp_path)
    app = tmp_path / "app.py"
    text = app.read_text(encoding="utf-8")
    app.write_text(text.replace("scheduler.start()\n", ""), encoding="utf-8")
    assert _under_gunicorn(tmp_path, preload) == 0
    (tmp_path / "gunicorn.conf.py").write_text(POST_FORK, encoding="utf-8")
    assert _under_gunicorn(tmp_path, preload) == 2


def _fixed(script: Script, folder: Path) -> Path:
    fixed = fix(script, folder, *(["--unsafe-fixes"] if script.is_refused else []))
    assert fixed.command.status == 0, fixed.command
    return folder


def _under_gunicorn(folder: Path, preload: list[str]) -> int:
    """Return how many instances gunicorn's processes have when both of its workers are there."""
    with serve(folder, (*GUNICORN, *preload, "app:app")) as server:
        for _ in range(2):
            assert server.logs("Booting worker")
        pids: set[int] = set()
        while len(pids) < 2:
            answer = server.get("/process")
            assert answer is not None
            assert server.logs("GET /process")
            pids.add(answer["pid"])
        return sum(_running(server).values())


def _under_flask_run(folder: Path) -> dict[int, int]:
    """Return how many instances the processes of `flask run --debug` have when it has answered."""
    with serve(folder, FLASK) as server:
        _serving_process(server)
        return _running(server)


def _running(server: Server) -> dict[int, int]:
    """Return how many instances each process has, of those that are still there."""
    return {pid: number for pid, number in server.instances.items() if is_alive(pid)}


def _serving_process(server: Server) -> int:
    """Return the number of the process that answers once the server has been started (again)."""
    assert server.logs("Restarting with")
    answer = server.get("/process")
    assert answer is not None
    assert server.logs("GET /process")
    return answer["pid"]


def _touch(file: Path) -> None:
    """Make a file look newer, by more than any clock is coarse."""
    later = file.stat().st_mtime + 10
    os.utime(file, (later, later))
