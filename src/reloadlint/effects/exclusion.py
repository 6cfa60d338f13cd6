"""Whether a call of a script and its run of the application exclude each other.

What stands in another branch than the run, or in one that the run's `debug` rules out, never
happens in a process that the reloader makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.conditions import Bindings, Body, Condition, contradict, implied, roots
from reloadlint.effects.places import Place, Step, place_of
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

if TYPE_CHECKING:
    from reloadlint.effects.frames import Site
    from reloadlint.effects.runs import Run
    from reloadlint.facts.records import ModuleFacts
    from reloadlint.project.modules import Module

_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})
_BRANCHES = (r.If, r.Match)
_LOOPS = (r.For, r.While)


def excludes(
    run: Run, chain: tuple[Site, ...], facts_of: Callable[[Module], ModuleFacts | None]
) -> bool:
    """Whether what came about by these calls can't have come about where this run reloads."""
    start, runs = _parting(chain, run.chain)
    if start is None or runs is None or start.module != runs.module:
        return False
    facts = facts_of(start.module)
    if facts is None:
        return False
    one, other = place_of(facts.body, start.span), place_of(facts.body, runs.span)
    if one is None or other is None or one.body is not other.body:
        return False
    shared = _shared(one, other)
    if any(isinstance(step.node, _LOOPS) for step in one.steps[:shared]):
        return False
    asked = list(_asked(run, other.call)) if runs is run.chain[-1] else []
    own, others = one.steps[shared:], other.steps[shared:]
    needed = [*_required(others), *asked]
    return _apart(own, others) or _contradictory(facts.body, one, own, other, needed)


def _parting(
    one: tuple[Site, ...], other: tuple[Site, ...]
) -> tuple[Site, Site] | tuple[None, None]:
    """The two calls in one body from which two chains lead on."""
    for left, right in zip(one, other, strict=False):
        if left is not right:
            return left, right
    return None, None


def _shared(one: Place, other: Place) -> int:
    """How many of the outer blocks two calls have in common."""
    shared = 0
    for left, right in zip(one.steps, other.steps, strict=False):
        if left.block is not right.block:
            break
        shared += 1
    return shared


def _apart(own: tuple[Step, ...], others: tuple[Step, ...]) -> bool:
    """Whether two calls stand in branches of which one is taken, or the first doesn't come back."""
    if own and others and own[0].node is others[0].node:
        return isinstance(own[0].node, _BRANCHES)
    return any(isinstance(step.node, _BRANCHES) and _leaves(step.block) for step in own)


def _leaves(block: Body) -> bool:
    last = block[-1]
    if isinstance(last, r.ExprStatement) and isinstance(last.value, r.Call):
        return last.value.text in _EXITS
    return isinstance(last, r.Return)


def _contradictory(
    module: Body, one: Place, own: tuple[Step, ...], other: Place, needed: list[Condition]
) -> bool:
    """Whether the tests around a start hold only where what its run needs doesn't."""
    if not (own and needed):
        return False
    bindings = Bindings(one.body, one.function)
    required = bindings.expanded(_required(own))
    unsteady = {
        name for record in walk(module) if isinstance(record, r.Global) for name in record.names
    }
    for expression in contradict(required, list(bindings.expanded(needed))):
        names = roots(expression)
        if not (names & unsteady or bindings.changed_between(own[0].node, other.call, names)):
            return True
    return False


def _required(steps: tuple[Step, ...]) -> Iterator[Condition]:
    return (condition for step in steps for condition in step.conditions)


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
