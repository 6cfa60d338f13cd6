"""A trace and what the analysis foretold, as one JSON object for programs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reloadlint.source import display_path

if TYPE_CHECKING:
    from reloadlint.findings import Finding
    from reloadlint.reporting.style import Style
    from reloadlint.reporting.trace_report import Report
    from reloadlint.trace.records import Effect, Line, Process

#: Grows when a key changes its meaning or goes, not when one is added.
VERSION = 1


def render(report: Report, style: Style) -> str:  # noqa: ARG001 - the same in every style
    """The object, indented; in ASCII, so it is valid JSON in whatever encoding it is written."""
    trace = report.trace
    touched = display_path(Path(trace.touched)) if trace.touched else None
    content = {
        "version": VERSION,
        "program": trace.program,
        "python": trace.python,
        "outcome": trace.outcome,
        "problem": trace.problem,
        "traceback": trace.log,
        "note": trace.note,
        "not_visible": trace.blind,
        "duration": trace.duration,
        "reloads": {"asked": trace.asked, "made": trace.reloads, "touched": touched},
        "processes": [_process(process, report) for process in trace.processes],
        "only_foretold": [{**_named(one.finding), "reason": one.reason} for one in report.unseen],
        "summary": _summary(report),
    }
    return json.dumps(content, indent=2) + "\n"


def _process(process: Process, report: Report) -> dict[str, Any]:
    return {
        "role": process.role,
        "number": process.number,
        "pid": process.pid,
        "python": process.python,
        "began": process.began,
        "loaded": process.loaded,
        "exiting": process.exiting,
        "ended": process.ended,
        "hangs": process.hangs,
        "waits_for": list(process.waits_for),
        "alive_when_the_next_came": list(process.alive),
        "effects": [_effect(effect, process, report) for effect in process.effects],
    }


def _effect(effect: Effect, process: Process, report: Report) -> dict[str, Any]:
    said = report.of(process, effect)
    place = _line(effect.place) if effect.place else {"path": None, "line": None}
    return {
        "id": effect.id,
        "kind": effect.kind,
        "detail": effect.detail,
        "state": effect.state,
        "daemon": effect.daemon,
        "native": effect.native,
        "count": effect.count,
        "refusal": effect.refusal,
        **place,
        "lines": [_line(line) for line in effect.lines],
        "through": effect.through,
        "knowledge": said.knowledge if said else None,
        "finding": _named(said.finding) if said and said.finding else None,
    }


def _line(line: Line) -> dict[str, Any]:
    return {"path": display_path(Path(line.path)), "line": line.line}


def _named(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "confidence": finding.confidence.value,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
    }


def _summary(report: Report) -> dict[str, int]:
    states = Counter(e.state for process in report.trace.processes for e in process.effects)
    named = {state: states[state] for state in ("held", "transient", "refused", "unknown")}
    return {**named, "only_traced": report.unforeseen, "only_foretold": len(report.unseen)}
