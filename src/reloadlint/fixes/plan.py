"""From a hazard to what can be done about it: the one planner behind `check` and `fix`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from reloadlint.effects.hazards import Hazard
from reloadlint.findings import Fix
from reloadlint.fixes.draft import Draft, Plan, Refusal, Waiting, Wishes
from reloadlint.fixes.project import Project

Strategy: TypeAlias = Callable[[Hazard, Project, Wishes], Draft]
"""Writes the cure for a hazard, or raises `Refusal`."""

STRATEGIES: dict[str, str] = {"g": "reloadlint.fixes.g:draft_g"}
"""The strategies that are written by this version, and the function that does each."""

_RECIPES = {
    "pool": "this version doesn't write it: make the pool at first use, once per process and "
    "under a lock, and take connections from it through `flask.g`",
    "lazy": "this version doesn't write it: make it at first use, once per process and under a "
    "lock, and close it at exit",
    "defer": "this version doesn't write it: pass `{defer}`, and it opens by itself at first use",
    "guard": "{nature}, and this version doesn't move it: start it only in the process that "
    "serves, or as a program of its own",
}


def plan(hazard: Hazard, project: Project, wishes: Wishes = Wishes()) -> Plan:  # noqa: B008
    """The cure for a hazard, with whether it is safe."""
    chosen = hazard.cure if wishes.strategy == "auto" else wishes.strategy
    if chosen not in STRATEGIES:
        nature = "it binds a port" if hazard.role == "server" else "it works in the background"
        return _manual(hazard, chosen, _RECIPES[chosen].format(defer=hazard.defer, nature=nature))
    try:
        draft = _drafted(hazard, project, chosen, wishes)
    except Waiting as waiting:
        return _after_another(hazard, project, chosen, waiting)
    except Refusal as refusal:
        return _manual(hazard, chosen, str(refusal))
    reasons = tuple(draft.doubts)
    fix = Fix(chosen, "unsafe" if reasons else "safe", reasons[0] if reasons else None)
    return Plan(hazard, fix, draft, reasons)


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
    return draft


def _after_another(hazard: Hazard, project: Project, strategy: str, waiting: Waiting) -> Plan:
    """As sure as the fix of the other; it can be written when that one is."""
    first = plan(waiting.other, project).fix
    if first.strategy != "g" or first.applicability == "manual":
        return _manual(hazard, strategy, str(waiting))
    fix = Fix(strategy, first.applicability, first.reason and str(waiting))
    return Plan(hazard, fix, None, (str(waiting),))


def _manual(hazard: Hazard, strategy: str, reason: str) -> Plan:
    return Plan(hazard, Fix(strategy, "manual", reason), None, (reason,))


def _strategy(name: str) -> Strategy:
    """A strategy's function, imported when it is needed: it brings libcst."""
    from importlib import import_module

    module, _, function = STRATEGIES[name].partition(":")
    draft: Strategy = getattr(import_module(module), function)
    return draft
