"""What a trace says, in words that its formats share."""

from __future__ import annotations

import linecache
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from reloadlint.reporting.wording import counted
from reloadlint.source import display_path

if TYPE_CHECKING:
    from reloadlint.reporting.trace_report import Foretold, Report
    from reloadlint.trace.records import Effect, Line, Process, Trace

STATES = {
    "held": "held: still there when loading had ended",
    "refused": "refused: the port was taken",
    "unknown": "begun: whether it is still there is not known",
    "transient": "transient: over before loading had ended",
}
#: The same where loading has not ended by itself.
_STATES_SO_FAR = {
    "held": "held: still there at the end of what was seen",
    "transient": "transient: over by then",
}
#: What the words of `fates` mean.
LEGEND = (
    "held: still there when its loading had ended; alive: still there when the next child came; "
    "over: had ended by itself"
)
_KNOWLEDGE = {
    "suppressed": "suppressed",
    "guarded": "guarded by a test of the reloader",
    "called": "in a factory that no module calls",
    "unforeseen": "only seen here",
}


def what(effect: Effect) -> str:
    """What has begun, as a noun."""
    if effect.native and effect.kind == "thread":
        return f"{counted(effect.count, 'thread')} {effect.detail}"
    if effect.kind == "thread":
        kind = {True: "daemon thread", False: "non-daemon thread", None: "thread"}[effect.daemon]
        return f"{kind} `{effect.detail}`"
    if effect.kind == "process":
        return f"process `{effect.detail}`" if " of " not in effect.detail else effect.detail
    noun = {"listen": "port", "dbfile": "database file"}.get(effect.kind, effect.kind)
    return f"{noun} {effect.detail}"


def heading(trace: Trace, state: str) -> str:
    """What stands above the effects of one state."""
    so_far = trace.outcome in ("raises", "exits", "late") and not trace.asked
    return _STATES_SO_FAR.get(state, STATES[state]) if so_far else STATES[state]


def said(foretold: Foretold | None) -> str:
    """Who knows of it besides the trace; empty if nothing needs to be said."""
    if foretold is None:
        return ""
    return foretold.finding.code if foretold.finding else _KNOWLEDGE[foretold.knowledge]


def place(line: Line | None) -> str:
    """A line as `path:number`."""
    return f"{display_path(Path(line.path))}:{line.line}" if line else "(no line of the project)"


def code(line: Line | None) -> str:
    """What stands in a line."""
    return linecache.getline(line.path, line.line).strip() if line else ""


def through(effect: Effect) -> str:
    """The library between the project's line and the effect, as one would write the call."""
    name = (effect.through or "").removesuffix(".__init__").removesuffix(".__new__")
    return name.removesuffix(".<lambda>")


def course(trace: Trace) -> str:
    """How the run went, in one line."""
    python = trace.processes[0].python if trace.processes else ""
    version = f" with Python {python}" if python else ""
    if trace.asked:
        made = f"{trace.reloads} of {counted(trace.asked, 'reload')}"
        return f"{made} in {trace.duration:.1f} s{version}"
    loaded = trace.processes[0].loaded if trace.processes else None
    if trace.outcome == "complete" and loaded is not None:
        return f"loaded in {loaded:.2f} s{version}"
    return f"ended after {trace.duration:.2f} s{version}"


def obstacles(process: Process) -> str:
    """What a hanging process waits for."""
    waits = [effect for effect in process.effects if effect.id in process.waits_for]
    named = [f"{what(effect)} ({place(effect.place)})" for effect in waits]
    return f"{process.title} waits for {' and '.join(named)}" if named else ""


def summary(report: Report) -> str:
    """The last line: what is held, and what only one of the two has seen."""
    trace = report.trace
    every = {(identity(e), e.state) for process in trace.processes for e in process.effects}
    found = Counter(state for _, state in every)
    states = [f"{found[state]} {state}" for state in ("held", "refused", "unknown", "transient")]
    shown = [text for text in states if not text.startswith("0 ")] or ["nothing begins"]
    hangs = ["the reload hangs"] if trace.outcome == "hangs" else []
    unseen = len(report.unseen)
    sides = [
        f"{report.unforeseen} only seen here" if report.unforeseen else "",
        f"{unseen} only foretold by `check`" if unseen else "",
    ]
    compared = ", ".join(filter(None, sides)) or "as foretold by `check`"
    nothing = not any(found.values()) and not unseen
    return f"{', '.join([*shown, *hangs])}{'' if nothing else '; ' + compared}."


def identity(effect: Effect) -> tuple[object, ...]:
    """What makes two effects of different processes the same one, done again."""
    numbered = effect.kind in ("thread", "process", "socket")
    return (effect.kind, effect.place, effect.lines, "" if numbered else effect.detail)


def distinct(trace: Trace, state: str) -> list[tuple[Process, Effect]]:
    """The effects of one state; what every process does again stands there once."""
    found: dict[object, tuple[Process, Effect]] = {}
    for process in trace.processes:
        for effect in process.effects:
            if effect.state == state:
                found.setdefault(identity(effect), (process, effect))
    return list(found.values())


def first(effect: Effect) -> Line | None:
    """The line at which an effect is shown: where it is reported, or else the outermost one."""
    return effect.place or (effect.lines[0] if effect.lines else None)


def rows(trace: Trace) -> list[dict[int, Effect]]:
    """For each effect what it is in each process, by the process's place in the list."""
    found: dict[object, dict[int, Effect]] = {}
    for number, process in enumerate(trace.processes):
        for effect in process.effects:
            found.setdefault(identity(effect), {})[number] = effect
    return list(found.values())


def fates(trace: Trace, row: dict[int, Effect]) -> list[str]:
    """What became of an effect in each of the processes, in a word; empty where it didn't begin."""
    processes = enumerate(trace.processes)
    return [_fate(process, row[n]) if n in row else "" for n, process in processes]


def _fate(process: Process, effect: Effect) -> str:
    if effect.state == "held":
        return "alive" if effect.id in process.alive else "held"
    return {"transient": "over", "unknown": "begun"}.get(effect.state, effect.state)
