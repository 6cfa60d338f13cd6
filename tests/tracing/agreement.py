"""Tells where a trace, what `effects` lists and what `check` reports don't say the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reloadlint.cli.foretelling import report
from reloadlint.effects.survey import Happening
from reloadlint.linter import survey_project
from reloadlint.reporting.trace_report import Report
from reloadlint.settings import Settings
from reloadlint.source import display_path
from reloadlint.trace.listener import Message
from reloadlint.trace.loading import trace_load
from reloadlint.trace.observing import Observed
from reloadlint.trace.records import Effect, Trace

if TYPE_CHECKING:
    from reality.projects import Project

SETTINGS = Settings(cache=False)
SOCKETS = {"socket", "listen"}


class Listed(NamedTuple):
    """What `effects` lists, with the file that it stands in."""

    path: str
    happening: Happening

    @property
    def state(self) -> str:
        """What is to be seen of it: running a file as a script is what its main guard asks for."""
        return "held" if self.happening.state == "main_guard" else self.happening.state

    def __str__(self) -> str:
        return f"{self.path}:{self.happening.line} {self.happening.state}"


def disagreements(trace: Trace) -> list[str]:
    """One line for each thing that only some of the three know; relative to the working directory.

    What is only likely may be seen or not, and what a test of the reloader's process decides may
    be there in this process or not.
    """
    told = report(trace, SETTINGS)
    listed = _listed(trace)
    effects = [effect for process in trace.processes for effect in process.effects]
    return [
        *_not_foretold(told),
        *(f"seen, but not in effects: {_shown(one)}" for one in _not_listed(effects, listed)),
        *_not_seen(effects, listed),
        *(
            f"reported, but not seen: {one.finding.path}:{one.finding.line} {one.finding.code}"
            for one in told.unseen
            if one.finding.confidence.value == "certain"
            and (trace.asked or one.finding.code != "RL401")
        ),
    ]


def of_loading(project: Project) -> list[str]:
    """The disagreements in traces of the project's entries, in its copy: the working directory."""
    return [
        line
        for entry in project.entries
        for line in _of_one(trace_load(_target(entry), Path(sys.executable), timeout=60))
    ]


def _of_one(trace: Trace) -> list[str]:
    if trace.outcome != "complete":
        return [f"{trace.outcome}: {(trace.log or trace.problem or '').strip()}"]
    return disagreements(trace)


def _target(entry: str) -> str:
    """What a user would type for a module."""
    path = entry.replace(".", "/")
    places = (path, f"{path}.py", f"src/{path}", f"src/{path}.py")
    return next(place for place in places if Path(place).exists())


def _listed(trace: Trace) -> list[Listed]:
    survey = survey_project([Path(file) for file in trace.own], SETTINGS)
    return [
        Listed(module.path, happening)
        for module in survey.modules
        for happening in (module.loading.happenings if module.loading else ())
    ]


def _not_foretold(told: Report) -> Iterator[str]:
    for process in told.trace.processes:
        for effect in process.effects:
            known = told.of(process, effect)
            if effect.state != "transient" and (known is None or known.finding is None):
                knowledge = known.knowledge if known else "not foretold"
                if knowledge != "guarded":
                    yield f"held, but not reported ({knowledge}): {_shown(effect)}"


def _not_listed(effects: Sequence[Effect], listed: Sequence[Listed]) -> Iterator[Effect]:
    for effect in effects:
        states = {
            one.state
            for one in listed
            if effect.kind in one.happening.effects and _is_on_the_way(effect, one)
        }
        if not {effect.state, "guarded"} & states:
            yield effect


def _not_seen(effects: Sequence[Effect], listed: Sequence[Listed]) -> Iterator[str]:
    for one in listed:
        if one.happening.certain and one.happening.state in ("held", "transient"):
            for kind in one.happening.effects:
                if not any(_is_seen(one, kind, effect) for effect in effects):
                    yield f"in effects, but not seen: {one} {kind}"


def _is_seen(one: Listed, kind: str, effect: Effect) -> bool:
    """A socket is traced where it is connected or bound, which may be further down."""
    if effect.state != one.state:
        return False
    if kind == "socket" and effect.kind in SOCKETS and effect.place:
        return effect.place.line >= one.happening.line
    return kind == effect.kind and _is_on_the_way(effect, one)


def _is_on_the_way(effect: Effect, one: Listed) -> bool:
    lines = range(one.happening.line, one.happening.end_line + 1)
    way = [*effect.lines, *([effect.place] if effect.place else [])]
    return any(each.line in lines and display_path(Path(each.path)) == one.path for each in way)


def _shown(effect: Effect) -> str:
    place = f"{display_path(Path(effect.place.path))}:{effect.place.line}" if effect.place else "-"
    return f"{place} {effect.kind} {effect.state}"


def replayed(program: str, messages: Sequence[dict[str, Any]], *, is_server: bool = False) -> Trace:
    """The trace that `trace` would have made of these messages of one process."""
    hello = {"pid": 1, "ppid": 0, "python": "", "reloaded": False}
    observed = Observed(Message(1, "hello", hello, 0.0))
    for message in messages:
        values = {name: value for name, value in message.items() if name != "event"}
        observed.take(Message(1, message["event"], values, 0.0))
    return Trace(
        program=program,
        python="",
        outcome="complete",
        processes=(observed.process("program", 1, 0.0),),
        duration=0.0,
        asked=int(is_server),
        own=tuple(observed.own),
    )
