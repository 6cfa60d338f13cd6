"""What loading each module does, as the solver has seen it: also what is no hazard, or not known."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from reloadlint.effects.hazards import Hazard, hazards
from reloadlint.effects.values import Class

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Catalogue
    from reloadlint.effects.frames import Site
    from reloadlint.effects.occurrences import Occurrence
    from reloadlint.effects.solver import Solver

State = Literal["held", "guarded", "main_guard", "transient"]
Knowledge = Literal["lazy", "unknown", "harmless"]

STATES: tuple[State, ...] = ("held", "main_guard", "guarded", "transient")

_FRAMEWORK = frozenset(
    {"flask", "quart", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker"}
)
"""Flask and what it is made of: registering a view starts nothing."""

_PYTHON = sys.stdlib_module_names | {"builtins"}


class Happening(msgspec.Struct, frozen=True):
    """One place in a module's body and what it begins there.

    `state` says what becomes of it: `held` when loading has ended, `transient` if it is over by
    then, `guarded` if a test of the reloader's process decides, `main_guard` if only running the
    file as a script begins it. `twice`: what the main guard begins, the reloader's child begins
    again.
    """

    state: State
    twice: bool
    hazard: Hazard


class QuietCall(msgspec.Struct, frozen=True, kw_only=True):
    """A callable of a library that loading calls without an effect, or with one that isn't known.

    `knowledge` is `lazy` for what the catalogue says acts later or not with these arguments,
    `harmless` for Python's own, Flask's, and what the installed source shows to do nothing,
    `unknown` for the rest. `places` is the number of places that call it, the first of them in
    the file `path` at `line`.
    """

    name: str
    knowledge: Knowledge
    places: int
    path: str
    line: int


class Loading(msgspec.Struct, frozen=True):
    """What loading one module does. `complete` is False if it calls too much to be followed."""

    happenings: tuple[Happening, ...]
    calls: tuple[QuietCall, ...]
    complete: bool


def survey(solver: Solver) -> dict[str, Loading]:
    """What loading each module does, by path, once the solver has loaded them all."""
    happenings: dict[str, list[Happening]] = {}
    for happening in _happenings(solver):
        happenings.setdefault(happening.hazard.path, []).append(happening)
    calls: dict[str, list[QuietCall]] = {}
    known: dict[str, Knowledge] = {}
    for (path, name), sites in solver.quiet.items():
        if name not in known:
            known[name] = _knowledge(solver, name)
        calls.setdefault(path, []).append(_quiet_call(name, known[name], sites))
    return {
        path: Loading(
            tuple(happenings.get(path, ())),
            tuple(sorted(calls.get(path, ()), key=lambda call: call.name)),
            path not in solver.cut_short,
        )
        for path in solver.modules
    }


def _happenings(solver: Solver) -> Iterator[Happening]:
    """In the order of their states, then of their places."""
    imported = [o for o in solver.occurrences if o.phase == "import"]
    doubled = {id(o) for o in solver.occurrences if o.phase == "guard"}
    twice = [o for o in solver.in_guards if id(o) in doubled and _state(o) == "main_guard"]
    once = [o for o in solver.in_guards if o not in twice]
    for state in STATES:
        found = _located(solver, twice, state, twice=True) if state == "main_guard" else []
        found += _located(solver, [*imported, *once], state)
        yield from sorted(found, key=lambda each: (each.hazard.path, each.hazard.span))


def _located(
    solver: Solver, occurrences: Iterable[Occurrence], state: State, *, twice: bool = False
) -> list[Happening]:
    chosen = [o for o in occurrences if _state(o) == state]
    return [Happening(state, twice, hazard) for hazard in hazards(chosen, solver.outcomes)]


def _state(occurrence: Occurrence) -> State:
    if occurrence.released:
        return "transient"
    if occurrence.guarded:
        return "guarded"
    return "main_guard" if occurrence.phase == "guard" else "held"


def _quiet_call(name: str, knowledge: Knowledge, sites: Iterable[Site]) -> QuietCall:
    places = list(sites)
    first = places[0]
    return QuietCall(
        name=name,
        knowledge=knowledge,
        places=len(places),
        path=first.module.path,
        line=first.span[0],
    )


def _knowledge(solver: Solver, name: str) -> Knowledge:
    """What is known of a call that has been seen to have no effect."""
    if solver.catalogue.lookup(name) is not None:
        return "lazy"
    top = name.partition(".")[0]
    if top == name or top in _PYTHON or top in _FRAMEWORK:
        return "harmless"
    if _is_of_known_class(solver.catalogue, name) or _is_readable(solver, name):
        return "harmless"
    return "unknown"


def _is_of_known_class(catalogue: Catalogue, name: str) -> bool:
    """Whether the catalogue has what this is a method of, and so would have the method, too."""
    owner = name.rpartition(".")[0]
    while "." in owner:
        if catalogue.lookup(owner) is not None:
            return True
        owner = owner.rpartition(".")[0]
    return False


def _is_readable(solver: Solver, name: str) -> bool:
    """Whether the installed source was there to be followed."""
    value = solver.library_value(name)
    return value is not None and not (isinstance(value, Class) and not value.fully_known)
