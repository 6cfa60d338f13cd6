"""Where the calls of a module stand: in which function, inside which blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

from reloadlint.effects.conditions import Body, Condition, implied
from reloadlint.effects.endings import NEVER_RETURN
from reloadlint.facts import records as r
from reloadlint.facts.records import Span
from reloadlint.facts.walk import walk


class Step(msgspec.Struct, frozen=True):
    """A block that a call stands in: of which statement, and what must be true to get there.

    What follows an `if` whose body leaves the function stands in its other branch, as it were.
    `outer` is the next block around it in the same function.
    """

    node: r.Stmt
    block: Body
    conditions: tuple[Condition, ...]
    outer: Step | None

    def is_same(self, other: Step) -> bool:
        """Whether this is the same block."""
        return self.node is other.node and self.block is other.block


_Block: TypeAlias = tuple[r.FunctionDef | None, Body, Body, Step | None]


class Place(msgspec.Struct, frozen=True):
    """A call, the function that it stands in (None for a module's body), the block around it."""

    call: r.Call
    function: r.FunctionDef | None
    body: Body
    inner: Step | None

    def steps(self) -> list[Step]:
        """The blocks around the call, the outermost first."""
        found = []
        step = self.inner
        while step is not None:
            found.append(step)
            step = step.outer
        return found[::-1]


def places_of(module: Body) -> dict[Span, Place]:
    """The places of a module's calls, but for those in lambdas and at the head of a function."""
    found: dict[Span, Place] = {}
    pending: list[_Block] = [(None, module, module, None)]
    while pending:
        function, body, block, step = pending.pop()
        for statement in block:
            if isinstance(statement, r.FunctionDef):
                pending.append((statement, statement.body, statement.body, None))
                continue
            inner = list(_blocks(statement, step))
            pending += [(function, body, each.block, each) for each in inner]
            for call in _own_calls(statement, inner):
                found[call.span] = Place(call, function, body, step)
            if isinstance(statement, r.If) and _leaves(statement.body):
                step = _otherwise(statement, step)
    return found


def _own_calls(statement: r.Stmt, inner: list[Step]) -> Iterator[r.Call]:
    """The calls in a statement itself, without its blocks."""
    parts = (getattr(statement, name) for name in statement.__struct_fields__)
    own = tuple(part for part in parts if not any(part is step.block for step in inner))
    for record in walk(own, into_definitions=False):
        if isinstance(record, r.Call):
            yield record


def _leaves(block: Body) -> bool:
    last = block[-1] if block else None
    if isinstance(last, r.ExprStatement) and isinstance(last.value, r.Call):
        return last.value.text in NEVER_RETURN
    return isinstance(last, (r.Return, r.Raise))


def _otherwise(node: r.If, outer: Step | None) -> Step:
    return Step(node, node.orelse, tuple(implied(node.test, holds=False)), outer)


def _blocks(statement: r.Stmt, outer: Step | None) -> Iterator[Step]:
    if isinstance(statement, r.If):
        yield Step(statement, statement.body, tuple(implied(statement.test, holds=True)), outer)
        yield _otherwise(statement, outer)
        return
    for block in _other_blocks(statement):
        yield Step(statement, block, (), outer)


def _other_blocks(statement: r.Stmt) -> Iterator[Body]:
    if isinstance(statement, (r.For, r.While)):
        yield from (statement.body, statement.orelse)
    elif isinstance(statement, (r.With, r.ClassDef)):
        yield statement.body
    elif isinstance(statement, r.Try):
        yield from (statement.body, statement.orelse, statement.final)
        yield from (handler.body for handler in statement.handlers)
    elif isinstance(statement, r.Match):
        yield from (case.body for case in statement.cases)
