"""Looking over what the solver has seen, once it has loaded everything."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.hazards import Hazard, Step, hazards
from reloadlint.effects.solver import deep_recursion
from reloadlint.effects.survey import STATES, Happening, Knowledge, Loading, QuietCall, State

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Catalogue, Entry
    from reloadlint.effects.frames import Site
    from reloadlint.effects.occurrences import Occurrence
    from reloadlint.effects.solver import Solver

    Shown = Callable[[str], str]

_PYTHON = sys.stdlib_module_names | frozenset(dir(builtins))

_FRAMEWORK = frozenset(
    {"flask", "quart", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker"}
)
"""Flask and what it is made of: registering a view starts nothing."""


def survey(solver: Solver, shown: Shown) -> dict[str, Loading]:
    """What loading each module does, by path, once the solver has loaded them all.

    Args:
        shown: turns the path of a file into one as reports show it.
    """
    happenings: dict[str, list[Happening]] = {}
    for path, happening in _happenings(solver, shown):
        happenings.setdefault(path, []).append(happening)
    calls: dict[str, list[QuietCall]] = {}
    knowledge = _Knowledge(solver)
    with deep_recursion():
        for (path, name), sites in solver.quiet.items():
            calls.setdefault(path, []).append(_quiet_call(name, knowledge.of(name), sites, shown))
    incomplete = solver.cut_short | {module.path for module in solver.too_deep}
    return {
        path: Loading(
            tuple(sorted(happenings.get(path, ()), key=_order)),
            tuple(sorted(calls.get(path, ()), key=lambda call: call.name)),
            path not in incomplete,
        )
        for path in solver.modules
    }


def _order(happening: Happening) -> tuple[int, tuple[int, int]]:
    return (STATES.index(happening.state), happening.span)


def _happenings(solver: Solver, shown: Shown) -> Iterator[tuple[str, Happening]]:
    doubled = {id(occurrence) for occurrence in solver.occurrences}
    imported = [o for o in solver.occurrences if o.phase == "import"]
    groups: dict[tuple[State, bool], list[Occurrence]] = {}
    for occurrence in (o for o in [*imported, *solver.in_guards] if not o.covered):
        state = _state(occurrence)
        twice = state == "main_guard" and id(occurrence) in doubled
        groups.setdefault((state, twice), []).append(occurrence)
    for (state, twice), group in groups.items():
        for hazard in hazards(group, solver.outcomes):
            yield hazard.path, _happening(hazard, state, twice, shown)


def _state(occurrence: Occurrence) -> State:
    if occurrence.released:
        return "transient"
    if occurrence.guarded:
        return "guarded"
    return "main_guard" if occurrence.phase == "guard" else "held"


def _happening(hazard: Hazard, state: State, twice: bool, shown: Shown) -> Happening:
    line, column, end_line, end_column = hazard.span
    return Happening(
        state=state,
        twice=twice,
        certain=hazard.certain,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        written=f"{hazard.text}()" if hazard.kind == "call" else hazard.text,
        call=hazard.call,
        effects=hazard.effects,
        role=hazard.role,
        closers=hazard.closers,
        steps=tuple(Step(shown(step.path), step.line, step.message) for step in hazard.steps),
    )


def _quiet_call(name: str, knowledge: Knowledge, sites: Iterable[Site], shown: Shown) -> QuietCall:
    first, *others = sites
    return QuietCall(
        name=name,
        knowledge=knowledge,
        places=1 + len(others),
        path=shown(first.module.path),
        line=first.span[0],
    )


class _Knowledge:
    """What is known of calls that have been seen to have no effect."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver
        self._known: dict[str, Knowledge] = {}

    def of(self, name: str) -> Knowledge:
        """What is known of the callable of that name."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> Knowledge:
        entry = self._solver.catalogue.lookup(name)
        top = name.partition(".")[0].rstrip("[]")
        if top in _PYTHON or top in _FRAMEWORK:
            return "lazy" if entry is not None and _acts_later(entry) else "harmless"
        if entry is not None:
            return "lazy"
        if _is_of_known_class(self._solver.catalogue, name):
            return "harmless"
        return "unknown" if self._solver.library_value(name) is None else "harmless"


def _acts_later(entry: Entry) -> bool:
    """Whether an object of Python's own may yet start something, as a pool of threads does."""
    return bool(entry.closers) and entry.role != "connection"


def _is_of_known_class(catalogue: Catalogue, name: str) -> bool:
    """Whether the catalogue has what this is a method of, and so would have the method, too."""
    owner = name.rpartition(".")[0]
    while "." in owner:
        if catalogue.lookup(owner) is not None:
            return True
        owner = owner.rpartition(".")[0]
    return False
