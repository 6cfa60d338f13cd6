"""What can be done about findings of rules that look at the whole program."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reloadlint.findings import Fix
from reloadlint.fixes.draft import Draft, Plan, Refusal
from reloadlint.fixes.guarding.at_process_end import draft_at_process_end
from reloadlint.fixes.guarding.hook_once import draft_hook_once
from reloadlint.fixes.guarding.wrong_guards import draft_right_guard
from reloadlint.fixes.reading.project import Project

if TYPE_CHECKING:
    from reloadlint.rules.program import Report

_DRAFTS: dict[str, Callable[[Project, Report], Draft]] = {
    "RL304": draft_at_process_end,
    "RL402": draft_right_guard,
    "RL404": draft_hook_once,
}


def plan_report(project: Project, report: Report) -> Plan | None:
    """The cure for a finding, with whether it is safe; None if its rule has none."""
    write = _DRAFTS.get(report.rule.code)
    if write is None:
        return None
    try:
        draft = write(project, report)
        outside = sorted(draft.edits.keys() - project.chosen)
        if outside:
            raise Refusal(f"`{outside[0]}` would have to be changed too; name it among the paths")
    except Refusal as refusal:
        return Plan(None, Fix("guard", "manual", str(refusal)), None, (str(refusal),))
    reasons = tuple(draft.doubts)
    fix = Fix("guard", "unsafe" if reasons else "safe", reasons[0] if reasons else None)
    return Plan(None, fix, draft, reasons)
