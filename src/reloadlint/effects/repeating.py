"""What comes of a call that has been made while loading when it is made once more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from reloadlint.effects.frames import Site
from reloadlint.effects.observer import Observer
from reloadlint.effects.reachable import holds
from reloadlint.effects.values import (
    Class,
    Function,
    Instance,
    Method,
    ModuleValue,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from reloadlint.effects.hazards import Hazard
    from reloadlint.effects.occurrences import Outcome
    from reloadlint.effects.solver import Solver

MOST_STEPS = 20_000
"""Statements followed for a call that is made once more: a quarter of a second."""


class Repetition(NamedTuple):
    """What a second call does.

    `takes_nothing`: it gives what was taken the first time, as a singleton or a cached function
    does, or fails. `kept_in` names what keeps each object that is made.
    """

    takes_nothing: bool = False
    kept_in: str | None = None


def repeated(solver: Solver, hazard: Hazard) -> Repetition:
    """Follow the call of a hazard once more, in the state that loading has left.

    Args:
        solver: one that has loaded the program.
        hazard: what the call did the first time.
    """
    place = (hazard.path, hazard.span)
    outcome, module = solver.outcomes.get(place), solver.modules.get(hazard.path)
    if outcome is None or module is None or module.module is None or not _is_made_by(outcome):
        return Repetition()
    observer = Observer(solver)
    site = Site(module.module, hazard.span, hazard.text)
    made = observer.observe(outcome.called, outcome.arguments, site, MOST_STEPS)
    if observer.cut_short:
        return Repetition()
    anew = [o for o in observer.occurrences if o.kind in hazard.effects and not o.released]
    paths = {each.module.path for o in anew for each in o.chain}
    homes = [observer.modules[path] for path in sorted(paths) if path in observer.modules]
    return Repetition(not anew, _keeping(homes, made) if anew else None)


def _is_made_by(outcome: Outcome) -> bool:
    """Whether the call gives an object that code of the project has made for it.

    What is only set going (`db.connect()`) is made anew by the line that makes it.
    """
    if not isinstance(outcome.called, (Class, Function, Method)):
        return False
    given = alternatives(outcome.result)
    return any(isinstance(each, Instance) and each is not outcome.receiver for each in given)


def _keeping(homes: list[ModuleValue], made: Value) -> str | None:
    """What of these modules has an object that nothing but the call's result should have."""
    objects = [value for value in alternatives(made) if isinstance(value, Instance)]
    for name, value in _lasting(homes):
        if any(value is not each and holds(value, each) for each in objects):
            return name
    return None


def _lasting(homes: list[ModuleValue]) -> Iterator[tuple[str, Value]]:
    """What lives as long as the process: what modules have, and the classes that they define."""
    for home in homes:
        for name, value in home.names.items():
            if isinstance(value, Class) and value.module == home.module:
                yield from ((f"{name}.{each}", kept) for each, kept in value.names.items())
            elif not isinstance(value, ModuleValue):
                yield name, value
