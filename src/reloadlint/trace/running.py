"""A program that runs under the eyes of the listener, and is ended whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from reloadlint.errors import UsageError
from reloadlint.trace.ending import end
from reloadlint.trace.guarding import guarded
from reloadlint.trace.listener import Listener, Message
from reloadlint.trace.observing import Observed

PROBE = Path(__file__).parent / "probe"
#: How the probe ends where the interpreter is too old for it.
TOO_OLD = 86


class Program:
    """The processes of one program, in the order in which they reported."""

    def __init__(self, process: subprocess.Popen[bytes], listener: Listener) -> None:
        self._process = process
        self._listener = listener
        self.start = time.monotonic()
        self.seen: dict[int, Observed] = {}
        self.may_end_gently = True
        self._waiter = threading.Thread(target=self._wait, daemon=True)
        self._waiter.start()

    def _wait(self) -> None:
        self._process.wait()
        with suppress(OSError):
            self._listener.wake()

    @property
    def pid(self) -> int:
        """The number of the process that was started."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """With what it ended; None while it runs."""
        return self._process.poll()

    @property
    def pids(self) -> set[int]:
        """All processes that are known to be the program's."""
        return self.seen.keys() | {pid for one in self.seen.values() for pid in one.pids}

    def until(self, is_reached: Callable[[], bool], seconds: float) -> bool:
        """Take messages until something is so; False if it isn't in time, or the program ends."""
        deadline = time.monotonic() + seconds
        while not is_reached():
            message = self._listener.next(deadline)
            if message is not None:
                self._take(message)
            elif self.status is not None:
                return self._drained(is_reached)
            elif time.monotonic() >= deadline:
                return False
        return True

    def _drained(self, is_reached: Callable[[], bool]) -> bool:
        """The same after the end: what has been sent before it is still to come."""
        while message := self._listener.next(time.monotonic()):
            self._take(message)
        return is_reached()

    def _take(self, message: Message) -> None:
        if message.name == "hello":
            self.seen[message.pid] = Observed(message)
        self.seen[message.pid].take(message)

    def ask(self, pid: int, number: int) -> None:
        """Send a signal to a process, if it is still there."""
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def running(
    command: Sequence[str], environ: Mapping[str, str], inherited: Mapping[str, str] = os.environ
) -> Iterator[Program]:
    """Run a command in a session of its own; none of its processes is left afterwards.

    Where this process is killed, so that it can't see to that, a guard does (not on Windows).

    It reads nothing, and what it prints goes to standard error, apart from our report.

    Raises:
        UsageError: it cannot be run.
    """
    with Listener() as listener, _interruptible(), guarded(listener.token) as guard:
        process = _started(command, {**inherited, **environ, **listener.environ})
        if guard is not None:
            guard.tell(str(process.pid))
        program = Program(process, listener)
        try:
            yield program
        finally:
            end(process, listener.token, program.pids, gently=program.may_end_gently)


def _started(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # The program's own PATH counts, not ours.
    found = shutil.which(command[0], path=environ.get("PATH")) or command[0]
    try:
        return subprocess.Popen(
            [found, *command[1:]],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=_standard_error(),
            stderr=_standard_error(),
            start_new_session=True,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"`{command[0]}` cannot be run: {reason}; is it installed?") from error


def _standard_error() -> int:
    stream = sys.__stderr__
    try:
        return stream.fileno() if stream is not None else subprocess.DEVNULL
    except (OSError, ValueError):
        return subprocess.DEVNULL


@contextmanager
def _interruptible() -> Iterator[None]:
    """Being ended by a signal is being interrupted: the program is ended first."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        names = []
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


_BLIND = {
    "linux": None,
    "darwin": "connections that C code opens can't be seen on macOS",
    "win32": (
        "threads, connections and files of C code, and whether a process is still running, can't "
        "be seen on Windows: what is shown is what Python's audit hooks tell"
    ),
}
_ALMOST_BLIND = (
    "threads, connections and files of C code can't be seen on this system: what is shown is what "
    "Python's audit hooks tell"
)


def blind_spots() -> str | None:
    """What cannot be seen on this system; None where all of it can."""
    return _BLIND.get(sys.platform, _ALMOST_BLIND)
