"""From a hazard to what can be done about it: the one planner behind `check` and `fix`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from reloadlint.effects.hazards import Hazard
from reloadlint.findings import Fix
from reloadlint.fixes.draft import Draft, Instead, Plan, Refusal, Waiting, Wishes
from reloadlint.fixes.reading.project import Project
from reloadlint.rules.wording import why

Strategy: TypeAlias = Callable[[Hazard, Project, Wishes], Draft]
"""Writes the cure for a hazard, or raises `Refusal`."""

STRATEGIES: dict[str, str] = {
    "defer": "reloadlint.fixes.per_process.defer:draft_defer",
    "g": "reloadlint.fixes.on_g.g:draft_g",
    "lazy": "reloadlint.fixes.per_process.lazy:draft_lazy",
    "guard": "reloadlint.fixes.guarding.guard:draft_guard",
    "pool": "reloadlint.fixes.per_process.pool:draft_pool",
}
"""The strategies, and the function that writes each."""

_INSTEAD = {("g", "lazy"), ("lazy", "guard")}
"""What `auto` takes instead of what: a service's cure is none for a connection."""


def plan(hazard: Hazard, project: Project, wishes: Wishes = Wishes()) -> Plan:  # noqa: B008
    """The cure for a hazard, with whether it is safe."""
    chosen = _fitting(hazard, project) if wishes.strategy == "auto" else wishes.strategy
    return _planned_or_instead(hazard, project, chosen, wishes)


def _planned_or_instead(hazard: Hazard, project: Project, chosen: str, wishes: Wishes) -> Plan:
    """The cure by this strategy, or by one that can be written where this one can't."""
    try:
        return _planned(hazard, project, chosen, wishes)
    except Instead as refusal:
        if wishes.strategy == "auto" and (chosen, refusal.strategy) in _INSTEAD:
            other = _planned_or_instead(hazard, project, refusal.strategy, wishes)
            if other.fix.applicability != "manual":
                return other
        return _manual(hazard, chosen, str(refusal))


def _planned(hazard: Hazard, project: Project, chosen: str, wishes: Wishes) -> Plan:
    """The cure by one strategy.

    Raises:
        Instead: it may be another strategy's.
    """
    try:
        draft = _drafted(hazard, project, chosen, wishes)
    except Instead:
        raise
    except Waiting as waiting:
        made = _after_another(hazard, project, chosen, waiting, wishes)
        if made.after is not None and waiting.joining is not None:
            joining = _noted(waiting.joining, hazard, chosen, wishes)
            return msgspec.structs.replace(made, joining=joining)
        return made
    except Refusal as refusal:
        return _manual(hazard, chosen, str(refusal))
    reasons = tuple(draft.doubts)
    fix = Fix(chosen, "unsafe" if reasons else "safe", reasons[0] if reasons else None)
    return Plan(hazard, fix, draft, reasons)


def _fitting(hazard: Hazard, project: Project) -> str:
    """The strategy that fits; in the main guard, nothing but where it starts needs a cure.

    What its maker keeps can't be made for each request; it is one for the process as it is.
    """
    if hazard.in_guard:
        return "guard"
    return "lazy" if hazard.cure == "g" and project.repeated(hazard).takes_nothing else hazard.cure


def _drafted(hazard: Hazard, project: Project, strategy: str, wishes: Wishes) -> Draft:
    """The strategy's draft: with a proxy where other modules may not be changed.

    Raises:
        Refusal: it can't be written, or not without them.
    """
    write = _strategy(strategy)
    draft = write(hazard, project, wishes)
    if wishes.access == "auto" and not draft.edits.keys() <= project.chosen:
        draft = write(hazard, project, msgspec.structs.replace(wishes, access="proxy"))
    outside = sorted(draft.edits.keys() - project.chosen)
    if outside:
        raise Refusal(f"`{outside[0]}` would have to be changed too; name it among the paths")
    return _noted(draft, hazard, strategy, wishes)


def _noted(draft: Draft, hazard: Hazard, strategy: str, wishes: Wishes) -> Draft:
    """The draft; its note begins with why this strategy was chosen."""
    reason = why(hazard, strategy)
    draft.note = f"{reason}: {draft.note}" if reason else draft.note
    if wishes.before_request and strategy != "g":
        draft.note += "; it doesn't go to `g`, so no request opens it beforehand"
    return draft


def _after_another(
    hazard: Hazard, project: Project, strategy: str, waiting: Waiting, wishes: Wishes
) -> Plan:
    """As sure as the fix of the other; it can be written when that one is."""
    first = plan(waiting.other, project, wishes if wishes.guards_all else Wishes()).fix
    if first.strategy not in ("g", "guard") or first.applicability == "manual":
        return _manual(hazard, strategy, str(waiting))
    reasons = (str(waiting), *waiting.doubts)
    if first.applicability == "safe" and waiting.doubts:
        return Plan(
            hazard, Fix(strategy, "unsafe", waiting.doubts[0]), None, reasons, waiting.other
        )
    fix = Fix(strategy, first.applicability, first.reason and str(waiting))
    return Plan(hazard, fix, None, reasons, waiting.other)


def _manual(hazard: Hazard, strategy: str, reason: str) -> Plan:
    return Plan(hazard, Fix(strategy, "manual", reason), None, (reason,))


def _strategy(name: str) -> Strategy:
    """A strategy's function, imported when it is needed: it brings libcst."""
    from importlib import import_module

    module, _, function = STRATEGIES[name].partition(":")
    draft: Strategy = getattr(import_module(module), function)
    return draft
