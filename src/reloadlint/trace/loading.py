"""Loads an application once, and notes what that begins."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

from reloadlint.trace.observing import Observed
from reloadlint.trace.records import Outcome, Trace
from reloadlint.trace.running import PROBE, TOO_OLD, Program, blind_spots, running

_ANSWERING = 2  # seconds in which a program that is late may say where it is
_LEAVING = 5  # seconds in which it may end by itself when all is said
_STUCK = re.compile(r'File "(.+)", line (\d+) in ')


def trace_load(target: str, python: Path, *, timeout: float) -> Trace:
    """Load an application under audit hooks, in the working directory.

    Args:
        target: a file, or `module`, `module:name`, `module:factory(…)`.
        python: the interpreter to run it with.
        timeout: the seconds that loading may take.

    Raises:
        UsageError: the interpreter cannot be run.
    """
    command = [str(python), str(PROBE / "start.py"), target]
    with running(command, {}) as program:
        load = _Load(program, target, python)
        load.follow(timeout)
        return load.trace()


class _Load:
    """One run of the probe."""

    def __init__(self, program: Program, target: str, python: Path) -> None:
        self._program = program
        self._target = target
        self._python = python
        self._timeout = 0.0

    def follow(self, timeout: float) -> None:
        """Wait until it is loaded, or it has ended, or the time is up."""
        self._timeout = timeout
        if self._program.until(self._is_loaded, timeout):
            self._program.until(self._is_over, _LEAVING)
        elif self._program.status is None and self._seen is not None:
            self._ask_where_it_is(self._seen)

    @property
    def _seen(self) -> Observed | None:
        """The process that was started; what it forks does not report."""
        return self._program.seen.get(self._program.pid) or next(
            iter(self._program.seen.values()), None
        )

    def _is_loaded(self) -> bool:
        return self._seen is not None and self._seen.is_ready

    def _is_over(self) -> bool:
        return self._program.status is not None

    def _ask_where_it_is(self, seen: Observed) -> None:
        if hasattr(signal, "SIGUSR2") and os.name == "posix":
            self._program.ask(seen.pid, signal.SIGUSR2)
            self._program.until(lambda: "late" in seen.moments, _ANSWERING)

    def trace(self) -> Trace:
        """What has been seen."""
        seen = self._seen
        outcome, problem, log = self._outcome()
        start = self._program.start
        return Trace(
            program=self._target,
            python=str(self._python),
            outcome=outcome,
            processes=(seen.process("program", 1, start),) if seen else (),
            duration=round(time.monotonic() - start, 3),
            problem=problem,
            log=log,
            note=seen.note if seen else None,
            own=tuple(seen.own) if seen else (),
            blind=blind_spots(),
        )

    def _outcome(self) -> tuple[Outcome, str | None, str | None]:
        """How it ended, in a sentence, and the program's own traceback."""
        seen, target = self._seen, self._target
        failure = seen.failure if seen else None
        if failure and failure["how"] == "raises":
            return "raises", f"`{target}` raises while it is loaded", failure["text"]
        if failure and failure["how"] == "exits":
            return "exits", f"`{target}` exits with {failure['text']} while it is loaded", None
        if failure:
            return "absent", failure["text"], None
        if seen and seen.is_ready:
            return "complete", None, None
        if self._program.status is None:
            return "late", self._late(), None
        return "ended", self._ended(), None

    def _late(self) -> str:
        place = self._place()
        where = f" (it is at {place})" if place else ""
        return (
            f"`{self._target}` is not loaded after {self._timeout:g} seconds{where}; if it only "
            "takes long, give it more time with --timeout"
        )

    def _place(self) -> str:
        """Where the program is, at its own innermost line."""
        text = self._seen.text if self._seen else []
        lines = [found for line in text if (found := _STUCK.search(line))]
        own = (f for f in lines if not re.search(r"-packages/|/lib/python3|^<|/probe/", f[1]))
        return next((f"{os.path.relpath(f[1])}:{f[2]}" for f in own), "")

    def _ended(self) -> str:
        status = self._program.status
        if status == TOO_OLD and self._seen is None:
            return f"{self._python} is older than Python 3.8; name another with --python"
        if self._seen is None:
            return (
                f"{self._python} ended with status {status} before it ran the program; "
                "name a Python interpreter with --python"
            )
        how = f"signal {-status}" if status is not None and status < 0 else f"status {status}"
        return f"the process of `{self._target}` ended with {how} while it was being loaded"
