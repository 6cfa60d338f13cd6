"""The records of what was seen: of a run, its processes, and what began in each."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["held", "transient", "refused", "unknown"]
Outcome = Literal["complete", "raises", "exits", "absent", "late", "ended", "hangs"]


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A line of the project: the file's absolute path, and the number from 1 on."""

    path: str
    line: int


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that began while a program was loaded.

    `kind` is one of the effects that `check` knows; `detail` says what it is. `place` is the line
    in the innermost module being loaded that led to it, as `check` reports it; `lines` are all
    lines of the project on the way, outermost first; `through` is the library's callable that
    the last of them called. `native` is what C code did, seen by the operating system alone;
    `count` says how many threads stand together then. `state` is `held` if it was still there
    when loading ended, `transient` if it had ended, `refused` for a port that was taken, and
    `unknown` where nobody could be asked. `loads` is False where no module is being loaded, as in
    a factory that Flask calls. `refusal` is the system's reason.
    """

    id: int
    kind: str
    detail: str
    place: Line | None
    lines: tuple[Line, ...]
    through: str | None
    native: bool
    daemon: bool | None
    count: int
    state: State
    loads: bool = True
    refusal: str | None = None

    @property
    def blocks_exit(self) -> bool:
        """Whether a process waits for it before it ends."""
        return self.kind == "thread" and self.daemon is False


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process of the program.

    `role` is `program` where no reloader is asked for, else `parent` or `child`; children are
    numbered from 1. Times are seconds since the command was started, None for what was not seen:
    `began`, `loaded` (the server or the next child is started), `exiting` (the main thread is
    through), `ended`. `alive` are the ids of those effects that were there when the next child
    came; for a child, these are processes that outlived it. `waits_for` are the ids of what kept
    it from ending, where it hangs.
    """

    role: Literal["program", "parent", "child"]
    number: int
    pid: int
    python: str
    began: float
    loaded: float | None
    exiting: float | None
    ended: float | None
    effects: tuple[Effect, ...]
    alive: tuple[int, ...] = ()
    hangs: bool = False
    waits_for: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """What it is called in a report."""
        return f"child {self.number}" if self.role == "child" else self.role


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a program.

    `program` is what the user named. `outcome` is `complete` if everything asked for was seen;
    `raises`, `exits`, `absent` (no such module or name), `late` (the time limit), `ended` (before
    it was loaded) and `hangs` (a reload) say what came instead, and `problem` describes it; `log`
    is the program's own traceback. `note` is worth knowing, and no fault. `own` are the project's
    files that were loaded; `blind` says what cannot be seen on this system.
    """

    program: str
    python: str
    outcome: Outcome
    processes: tuple[Process, ...]
    duration: float
    reloads: int = 0
    asked: int = 0
    touched: str | None = None
    problem: str | None = None
    log: str | None = None
    note: str | None = None
    own: tuple[str, ...] = ()
    blind: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether it got as far as it was to be seen: loaded, or through to a reloader's child."""
        has_child = any(process.role == "child" for process in self.processes)
        return self.outcome in ("complete", "hangs") or (self.outcome == "ended" and has_child)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is held, refused or hangs, as far as could be seen."""
        seen = [effect for process in self.processes for effect in process.effects]
        is_over = all(one.state in ("transient", "unknown") for one in seen)
        return self.outcome == "complete" and is_over
