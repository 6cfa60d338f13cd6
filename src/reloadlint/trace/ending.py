"""Ends a program with everything that it has started, however far away it has gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

HAS_PROC = Path("/proc/self/stat").exists()
#: What a guard hears when there is nothing left for it.
DONE = "done"
PATIENCE = 3  # seconds in which a program may end in its own way
_CLEANING = 0.5  # seconds in which its helpers may do so
_ROUNDS = 20  # a process that is being ended may start another


def is_running(pid: int) -> bool:
    """Whether there is a process of that number, and it is no zombie."""
    if HAS_PROC:
        with suppress(OSError):
            stat = Path(f"/proc/{pid}/stat")
            return stat.read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX"
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def end(
    process: subprocess.Popen[bytes], token: str, known: Iterable[int], *, gently: bool = True
) -> None:
    """End a program: as Ctrl-C does, and then by force.

    Args:
        process: the leader of a session of its own.
        token: what the environment of its processes has in it; so those are found that have
            left the session.
        known: the numbers of further processes that are its own.
        gently: whether it may end in its own way; what hangs does not get so far.
    """
    if os.name != "posix":
        _end_tree(process)
        return
    if gently and process.poll() is None:
        _signal_group(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    for pid in {process.pid, *known} if process.poll() is None else known:
        _kill(pid)
    process.wait()
    _empty_group(process.pid)
    _end_marked(token)


def _end_marked(token: str) -> None:
    for _ in range(_ROUNDS):
        left = list(_with_token(token))
        if not left:
            return
        for pid in left:
            _kill(pid)


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    """What Windows has for it: the process and those below it."""
    if process.poll() is None:
        subprocess.run(
            ["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
        )
    process.wait()


def _signal_group(leader: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _empty_group(leader: int) -> None:
    """End what is left of a group; helpers that clean up behind their parent may do so first."""
    deadline = time.monotonic() + _CLEANING
    while time.monotonic() < deadline and _has_members(leader):
        time.sleep(_CLEANING / 50)
    _signal_group(leader, signal.SIGKILL)


def _has_members(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except OSError:
        return False
    return True


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _with_token(token: str) -> Iterator[int]:
    """The running processes that have the token in their environment; elsewhere none are known."""
    if not HAS_PROC:
        return
    mine, sought = os.getpid(), token.encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            pid = int(folder.name)
            if pid != mine and sought in (folder / "environ").read_bytes() and is_running(pid):
                yield pid


def stand_by() -> None:
    """Wait until the trace has ended; if it was killed, end the program in its place.

    Reads the token, then the number of the program's leader, then `DONE`.
    """
    token, *further = sys.stdin.read().split()
    if DONE in further:
        return
    for leader in further:
        _signal_group(int(leader), signal.SIGKILL)
    _end_marked(token)


if __name__ == "__main__":
    stand_by()
