"""From a hazard to what can be done about it: the one planner behind `check` and `fix`."""

from __future__ import annotations

from collections.abc import Callable

from reloadlint.effects.hazards import Hazard
from reloadlint.findings import Fix
from reloadlint.fixes.draft import Draft, Plan, Refusal
from reloadlint.fixes.project import Project

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


def plan(hazard: Hazard, project: Project, strategy: str = "auto") -> Plan:
    """The cure for a hazard, with whether it is safe; `strategy` is the user's word on the role."""
    chosen = hazard.cure if strategy == "auto" else strategy
    if chosen not in STRATEGIES:
        nature = "it binds a port" if hazard.role == "server" else "it works in the background"
        return _manual(hazard, chosen, _RECIPES[chosen].format(defer=hazard.defer, nature=nature))
    try:
        draft = _strategy(chosen)(hazard, project)
    except Refusal as refusal:
        return _manual(hazard, chosen, str(refusal))
    reasons = tuple(draft.doubts)
    fix = Fix(chosen, "unsafe" if reasons else "safe", reasons[0] if reasons else None)
    return Plan(hazard, fix, draft, reasons)


def _manual(hazard: Hazard, strategy: str, reason: str) -> Plan:
    return Plan(hazard, Fix(strategy, "manual", reason), None, (reason,))


def _strategy(name: str) -> Callable[[Hazard, Project], Draft]:
    """A strategy's function, imported when it is needed: it brings libcst."""
    from importlib import import_module

    module, _, function = STRATEGIES[name].partition(":")
    draft: Callable[[Hazard, Project], Draft] = getattr(import_module(module), function)
    return draft
