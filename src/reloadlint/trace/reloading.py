"""Runs the real server under its reloader, makes it reload, and notes what each process does."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from reloadlint.errors import UsageError
from reloadlint.trace.ending import is_running
from reloadlint.trace.observing import Observed
from reloadlint.trace.records import Outcome, Process, Trace
from reloadlint.trace.running import PROBE, Program, blind_spots, running
from reloadlint.trace.touching import Touched

_TOUCH_AGAIN = 2.5  # seconds without an answer after which a file is touched once more
#: Servers that reload in a way of their own, or not at all, whatever they are told.
_OTHERS = frozenset(
    ("gunicorn", "uwsgi", "waitress-serve", "waitress", "uvicorn", "hypercorn", "granian", "hupper")
)
_UNSEEN = "leave out what keeps PYTHONPATH from the program, such as `python -I`"


class Limits(msgspec.Struct, frozen=True):
    """`loading`: seconds for a start or for noticing a change; `ending`: for a process to end."""

    loading: float = 30
    ending: float = 5


def trace_reloads(
    command: Sequence[str],
    reloads: int,
    environ: Mapping[str, str],
    *,
    limits: Limits | None = None,
    touch: Path | None = None,
) -> Trace:
    """Run a command that starts a server with Werkzeug's reloader, in the working directory.

    Args:
        command: the program and its arguments.
        reloads: how many reloads are made.
        environ: variables that it gets beside those of this process.
        limits: how long each step may take.
        touch: the file whose time is changed; by default the first of the project that is loaded.

    Raises:
        UsageError: the command cannot be run, or it is known not to use Werkzeug's reloader.
    """
    _refuse_others(command)
    inherited = environ.get("PYTHONPATH") or os.environ.get("PYTHONPATH")
    path = os.pathsep.join(filter(None, [str(PROBE / "boot"), inherited]))
    with running(command, {**environ, "PYTHONPATH": path}) as program:
        server = _Server(program, command, limits or Limits(), touch)
        server.follow(reloads)
        return server.trace(reloads)


def _refuse_others(command: Sequence[str]) -> None:
    """Say at once of a server that its reloads can't be followed, not after the time limit."""
    words = [Path(word).name for word in command]
    program = words[2] if words[1:2] == ["-m"] and words[0].startswith("python") else words[0]
    if program in _OTHERS:
        raise UsageError(
            f"`{program}` does not use Werkzeug's reloader, whose reloads are all that is "
            "followed; trace `flask run --debug`, or the application alone without --reloads"
        )


class _Server:
    """One run of a server: what came of it is in `_outcome` and `_problem`."""

    def __init__(
        self, program: Program, command: Sequence[str], limits: Limits, touch: Path | None
    ) -> None:
        self._program = program
        self._command = " ".join(command)
        self._limits = limits
        self._file = touch
        self._reloads = 0
        self._outcome: Outcome = "complete"
        self._problem: str | None = None

    def follow(self, reloads: int) -> None:
        """Wait for the server, and make it reload, until all is done or something fails."""
        if not self._serves(1):
            return
        file = self._file or self._first_own()
        if file is None:
            self._outcome = "ended"
            self._problem = "no file of the project was loaded; name one that is, with --touch"
            return
        with Touched(file) as touched:
            self._file = file
            for number in range(1, reloads + 1):
                if not self._ends(number, touched) or not self._serves(number + 1):
                    return
                self._reloads = number

    def _first_own(self) -> Path | None:
        """The project's file that was loaded first; the child may have failed to load it."""
        files = [Path(file) for one in (self._children[0], self._parent) if one for file in one.own]
        # A library that is being worked on is the project's own, too, but elsewhere.
        inside = [file for file in files if file.is_relative_to(Path.cwd())]
        return next(iter([*inside, *files]), None)

    @property
    def _parent(self) -> Observed | None:
        """The process that starts the others."""
        seen = self._program.seen.values()
        return next((one for one in seen if "restarting" in one.moments), None)

    @property
    def _children(self) -> list[Observed]:
        """Those that the reloader has started, in that order."""
        parent = self._parent
        if parent is None:
            return []
        seen = self._program.seen.values()
        # On Windows, an environment's interpreter starts another one, so that this is no child.
        is_child = os.name == "nt"
        return [one for one in seen if one.is_reloaded and (is_child or one.ppid == parent.pid)]

    def _serves(self, number: int) -> bool:
        """Wait until the child of that number serves."""

        def is_settled() -> bool:
            children = self._children[number - 1 :]
            done = any(child.is_ready or child.is_over for child in children)
            return done or self._has_no_reloader

        self._program.until(is_settled, self._limits.loading)
        child = next(iter(self._children[number - 1 :]), None)
        self._note_survivors(number)
        if child is not None and child.is_ready:
            return True
        self._outcome, self._problem = self._failure(child, number)
        self._program.may_end_gently = not self._has_no_reloader
        return False

    @property
    def _has_no_reloader(self) -> bool:
        return any("unreloaded" in one.moments for one in self._program.seen.values())

    def _failure(self, child: Observed | None, number: int) -> tuple[Outcome, str]:
        """Why there is no (further) child that serves."""
        if child is not None and (child.is_over or "exiting" in child.moments):
            return "ended", f"child {number} ended before it served; what it printed says why"
        if self._has_no_reloader:
            return "ended", (
                f"`{self._command}` serves without the reloader; turn that on, with "
                "`flask run --debug` or `app.run(debug=True)`"
            )
        if self._program.status is not None:
            return "ended", self._end()
        seconds = f"{self._limits.loading:g} seconds"
        if not self._program.seen:
            return "late", f"no Python 3.8 or newer was seen within {seconds}; {_UNSEEN}"
        if self._parent is None:
            return "late", (
                f"Werkzeug's reloader did not start within {seconds}; name a command that "
                "starts it, or give it more time with --timeout"
            )
        return "late", (
            f"child {number} did not serve within {seconds}; give it more time with --timeout"
        )

    def _end(self) -> str:
        status = self._program.status or 0
        how = f"signal {-status}" if status < 0 else f"status {status}"
        if not self._program.seen:
            ended = f"`{self._command}` ended with {how}"
            return f"{ended}, and no Python 3.8 or newer was seen; {_UNSEEN}"
        return f"`{self._command}` ended with {how} before it served"

    def _ends(self, number: int, touched: Touched) -> bool:
        """Change the file, and wait until the child of that number has ended."""
        child = self._children[number - 1]
        if not self._notices(child, touched):
            self._outcome = "late"
            self._problem = (
                f"child {number} did not notice a change of {touched.file.name} within "
                f"{self._limits.loading:g} seconds; see whether it does when you save that file, "
                "or name a file that it watches with --touch"
            )
            return False
        following = lambda: child.is_over or len(self._children) > number  # noqa: E731
        if self._program.until(following, self._limits.ending):
            return True
        if self._program.status is None:
            child.hangs = True
            self._program.may_end_gently = False
            self._outcome = "hangs"
            self._problem = (
                f"reload {number} hangs: child {number} has not ended "
                f"{self._limits.ending:g} s after its main thread"
            )
        return self._program.status is not None

    def _notices(self, child: Observed, touched: Touched) -> bool:
        """Touch until the child's main thread is through."""
        deadline = time.monotonic() + self._limits.loading
        while (left := deadline - time.monotonic()) > 0 and self._program.status is None:
            touched.touch()
            if self._program.until(lambda: _is_leaving(child), min(left, _TOUCH_AGAIN)):
                return True
        return _is_leaving(child)

    def _note_survivors(self, number: int) -> None:
        """What was there when the child of that number came: in the parent, and of the last one."""
        children, parent = self._children, self._parent
        if len(children) < number or parent is None:
            return
        parent.alive = [n for n, one in parent.there.items() if "unknown" not in one]
        if number > 1:
            former = children[number - 2]
            former.alive = [
                effect
                for effect, one in former.there.items()
                if any(is_running(pid) for pid in one.get("pids", ()))
            ]

    def trace(self, asked: int) -> Trace:
        """What has been seen."""
        start = self._program.start
        processes = self._processes(start)
        own = {file for one in self._program.seen.values() for file in one.own}
        return Trace(
            program=self._command,
            python=processes[0].python if processes else "",
            outcome=self._outcome,
            processes=processes,
            duration=round(time.monotonic() - start, 3),
            reloads=self._reloads,
            asked=asked,
            touched=str(self._file) if self._file else None,
            problem=self._problem,
            own=tuple(sorted(own)),
            blind=blind_spots(),
        )

    def _processes(self, start: float) -> tuple[Process, ...]:
        """The reloader's processes; where there is no reloader, those that reported at all."""
        parent = self._parent
        if parent is None:
            seen = self._program.seen.values()
            return tuple(one.process("program", n, start) for n, one in enumerate(seen, start=1))
        children = enumerate(self._children, start=1)
        made = [child.process("child", number, start) for number, child in children]
        return (parent.process("parent", 0, start), *made)


def _is_leaving(child: Observed) -> bool:
    return child.is_over or "exiting" in child.moments
