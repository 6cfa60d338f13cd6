"""Whether a call of a script and its run of the application exclude each other.

What stands in another branch than the run, or in one that the run's `debug` rules out, never
happens in a process that the reloader makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.conditions import Bindings, Body, Condition, contradict, implied, roots
from reloadlint.effects.places import Place, Step, places_of
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

if TYPE_CHECKING:
    from reloadlint.effects.frames import Site
    from reloadlint.effects.occurrences import Occurrence
    from reloadlint.effects.runs import Run
    from reloadlint.facts.records import ModuleFacts
    from reloadlint.project.modules import Module

    Chain = tuple[Site, ...]
    Need = tuple[r.Record, Condition]

MOST_RUNS = 16
"""Runs of one main guard that are told apart."""

_LOOPS = (r.For, r.While)


class Exclusions:
    """Tells what can have come about before a run of the application.

    Args:
        facts_of: a module's facts; None for one that can't be read or parsed.
    """

    def __init__(self, facts_of: Callable[[Module], ModuleFacts | None]) -> None:
        self._facts_of = facts_of
        self._known: dict[str, _Layout] = {}

    def first_runs(self, runs: list[Run]) -> list[Run]:
        """Those runs of a main guard that may be its first: each earlier one excludes them."""
        runs = runs[:MOST_RUNS]
        return [
            run
            for i, run in enumerate(runs)
            if all(self.excludes(run, earlier.chain) for earlier in runs[:i])
        ]

    def held_before(self, runs: list[Run]) -> Iterator[tuple[Run, Occurrence]]:
        """What these runs of one main guard find held, each with the first run that does."""
        seen: set[int] = set()
        for run in self.first_runs(runs):
            for occurrence in run.held:
                if id(occurrence) not in seen and not self.excludes(run, occurrence.chain):
                    seen.add(id(occurrence))
                    yield run, occurrence

    def excludes(self, run: Run, chain: Chain) -> bool:
        """Whether what came about by these calls can't have come about where this run reloads."""
        pairs = enumerate(zip(chain, run.chain, strict=False))
        at = next((i for i, (one, other) in pairs if one is not other), 0)
        if chain[at].module != run.chain[at].module:
            return False
        layout = self._layout(chain[at].module)
        return layout.excludes(_Way(layout, chain[at:]), _Way(layout, run.chain[at:], run))

    def _layout(self, module: Module) -> _Layout:
        if module.path not in self._known:
            facts = self._facts_of(module)
            self._known[module.path] = _Layout(() if facts is None else facts.body)
        return self._known[module.path]


class _Layout:
    """Where a module's calls stand, and where its names are bound."""

    def __init__(self, module: Body) -> None:
        self.places = places_of(module)
        declared = (record.names for record in walk(module) if isinstance(record, r.Global))
        self._shared = frozenset(name for names in declared for name in names)
        self._bindings: dict[int, Bindings] = {}

    def bindings(self, place: Place) -> Bindings:
        """Where the names of the body are bound that a call stands in."""
        if id(place.body) not in self._bindings:
            self._bindings[id(place.body)] = Bindings(place.body, place.function, self._shared)
        return self._bindings[id(place.body)]

    def excludes(self, start: _Way, runs: _Way) -> bool:
        """Whether two ways on from the same body can't both be gone."""
        if start.place is None or runs.place is None or start.place.body is not runs.place.body:
            return False
        own, others = start.place.steps(), runs.place.steps()
        shared = _shared(own, others)
        if any(isinstance(step.node, _LOOPS) for step in own[:shared]):
            return False
        if own[shared:] and others[shared:] and own[shared].node is others[shared].node:
            return isinstance(own[shared].node, (r.If, r.Match))
        bindings = self.bindings(start.place)
        needed = list(bindings.expanded(condition for _, condition in runs.needs(shared)))
        return bool(needed) and any(
            not bindings.changed_between(node, runs.place.call, roots(expression))
            for node, condition in start.needs()
            for expression in contradict(bindings.expanded([condition]), needed)
        )


class _Way:
    """The calls of a chain from where it leaves another one, as far as they stand in one module.

    Args:
        layout: the module's.
        chain: the calls; the first one stands in the body that both chains have in common.
        run: the run that the chain ends with, if it does.
    """

    def __init__(self, layout: _Layout, chain: Chain, run: Run | None = None) -> None:
        own = [site for site in chain if site.module == chain[0].module]
        self._layout = layout
        self._places = [layout.places.get(site.span) for site in own]
        self._run = run if own[-1] is chain[-1] else None
        self.place = self._places[0]

    def needs(self, outer: int = 0) -> Iterator[Need]:
        """What must be true to get there, each with where the common body asks about it.

        Without what the `outer` blocks ask. Of functions that are called from there only what they
        ask about names that aren't their own.
        """
        for i, place in enumerate(self._places):
            if place is None or self.place is None:
                continue
            steps = place.steps()[0 if i else outer :]
            found: list[Need] = [(step.node, each) for step in steps for each in step.conditions]
            if self._run is not None and i == len(self._places) - 1:
                found += [(place.call, each) for each in _asked(self._run, place.call)]
            yield from found if i == 0 else self._of_others(place, found)

    def _of_others(self, place: Place, found: list[Need]) -> Iterator[Need]:
        """What a function asks about names that it doesn't bind."""
        assert self.place is not None
        bindings = self._layout.bindings(place)
        for _, condition in found:
            if not bindings.binds(roots(condition[0])):
                yield self.place.call, condition


def _shared(one: list[Step], other: list[Step]) -> int:
    """How many of the outer blocks two calls have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if not a.is_same(b)), min(len(one), len(other)))


def _asked(run: Run, call: r.Call) -> Iterator[Condition]:
    """What must be true of the arguments of a run for it to have the reloader on."""
    runner = run.runner
    reloader = _argument(call, "use_reloader", runner.use_reloader)
    debug = _argument(call, "debug", runner.debug) if runner.debug_decides else None
    for given in (reloader, debug):
        if given is not None and given != r.Constant(None):
            yield from implied(given, holds=True)
            return


def _argument(call: r.Call, name: str, position: int | None) -> r.Expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return None if position is None else next(iter(call.args[position : position + 1]), None)
