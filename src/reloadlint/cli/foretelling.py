"""Matches what a trace saw with what the analysis foretold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint.reporting.trace_report import Foretold, Knowledge, Report, Unseen
from reloadlint.source import display_path

if TYPE_CHECKING:
    from reloadlint.effects.survey import Happening, Survey
    from reloadlint.findings import Finding
    from reloadlint.settings import Settings
    from reloadlint.trace.records import Effect, Line, Process, Trace

#: Rules whose findings are effects that can be seen.
RULES = ("RL10", "RL401")
#: The one that says that something is over when loading has ended.
TRANSIENT = "RL107"

Key = tuple[int, int]


def report(trace: Trace, settings: Settings) -> Report:
    """The trace, with each effect beside its finding, and the findings that nothing was seen of.

    Args:
        settings: the project's; which rules are selected, and a baseline, do not count here.
    """
    files = _files(trace)
    if not files:
        return Report(trace, {}, ())
    from reloadlint.linter import check_project, survey_project

    settings = msgspec.structs.replace(settings.overridden(RULES, ()), baseline=None)
    findings = check_project(files, settings).findings
    found = {key: _finding(effect, findings) for key, effect in _effects(trace)}
    foretold = {key: Foretold("foretold", finding) for key, finding in found.items() if finding}
    open_keys = {key: e for key, e in _effects(trace) if key not in foretold and _counts(e)}
    if open_keys:
        survey = survey_project(files, settings)
        for key, effect in open_keys.items():
            foretold[key] = Foretold(_knowledge(effect, survey))
    seen = {_line(one.finding) for one in foretold.values() if one.finding}
    unseen = [Unseen(one, _reason(one, trace)) for one in findings if _line(one) not in seen]
    return Report(trace, foretold, tuple(unseen))


def _files(trace: Trace) -> list[Path]:
    """The project's files that have to do with it: a module that fails is loaded no more."""
    lines = (line.path for _, effect in _effects(trace) for line in effect.lines)
    files = (Path(file) for file in dict.fromkeys([*trace.own, *lines]))
    return [file for file in files if file.is_file()]


def _line(finding: Finding) -> tuple[str, int, str]:
    """Which findings a trace cannot tell apart."""
    return (finding.path, finding.line, finding.code)


def _effects(trace: Trace) -> list[tuple[Key, Effect]]:
    processes: Iterable[tuple[int, Process]] = enumerate(trace.processes)
    return [((number, one.id), one) for number, process in processes for one in process.effects]


def _counts(effect: Effect) -> bool:
    return effect.state != "transient"


def _finding(effect: Effect, findings: Iterable[Finding]) -> Finding | None:
    """The finding that stands at the effect's place, or else on the way to it.

    One line may hold something and be done with something else: each has a finding of its own.
    """
    is_over = effect.state == "transient"
    alike = [one for one in findings if effect.kind in one.effects]
    alike.sort(key=lambda one: (one.code == TRANSIENT) != is_over)
    if not is_over:
        alike = [one for one in alike if one.code != TRANSIENT]
    for line in [effect.place, *reversed(effect.lines)]:
        for finding in alike:
            if line and _is_at(line, finding.path, finding.line, finding.end_line):
                return finding
    return None


def _knowledge(effect: Effect, survey: Survey) -> Knowledge:
    """What the analysis knows of an effect although it reports nothing."""
    known = [
        happening.state
        for module in survey.modules
        for happening in (module.loading.happenings if module.loading else ())
        if effect.kind in happening.effects and _is_on_the_way(effect, module.path, happening)
    ]
    if "guarded" in known:
        return "guarded"
    if {"held", "main_guard"} & set(known):
        return "suppressed"
    return "unforeseen" if effect.loads else "called"


def _is_on_the_way(effect: Effect, path: str, happening: Happening) -> bool:
    lines = [*effect.lines, *([effect.place] if effect.place else [])]
    return any(_is_at(line, path, happening.line, happening.end_line) for line in lines)


def _is_at(line: Line, path: str, first: int, last: int) -> bool:
    return first <= line.line <= last and display_path(Path(line.path)) == path


def _reason(finding: Finding, trace: Trace) -> str:
    """Why a finding may have no counterpart in this run."""
    if trace.outcome not in ("complete", "hangs"):
        return "the program did not get as far as it should"
    if finding.code == "RL401":
        return "happens only where the file is run as a script"
    if finding.confidence.value != "certain":
        return "a branch or an argument decides, and has decided otherwise"
    return "not seen in this run; the call may have failed here"
