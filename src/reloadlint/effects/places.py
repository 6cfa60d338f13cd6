"""Where a call stands in a module's code: in which function, inside which blocks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reloadlint.effects.conditions import Body, Condition, implied
from reloadlint.facts import records as r
from reloadlint.facts.records import Span
from reloadlint.facts.walk import walk


class Step(msgspec.Struct, frozen=True):
    """A block that a call stands in: of which statement, and what must be true to get there."""

    node: r.Stmt
    block: Body
    conditions: tuple[Condition, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """A call, the function that it stands in (None for a module's body), the blocks around it."""

    call: r.Call
    function: r.FunctionDef | None
    body: Body
    steps: tuple[Step, ...]


def place_of(body: Body, span: Span) -> Place | None:
    """Where the call with this span stands; None if it is no call, or one of a lambda."""
    return _in_block(None, body, (), body, span)


def _in_block(
    function: r.FunctionDef | None, body: Body, steps: tuple[Step, ...], block: Body, span: Span
) -> Place | None:
    for statement in block:
        if isinstance(statement, r.FunctionDef):
            found = _in_block(statement, statement.body, (), statement.body, span)
        else:
            found = _in_statement(function, body, steps, statement, span)
        if found is not None:
            return found
    return None


def _in_statement(
    function: r.FunctionDef | None,
    body: Body,
    steps: tuple[Step, ...],
    statement: r.Stmt,
    span: Span,
) -> Place | None:
    inner = list(_blocks(statement))
    for step in inner:
        found = _in_block(function, body, (*steps, step), step.block, span)
        if found is not None:
            return found
    for record in walk(_own(statement, inner), into_definitions=False):
        if isinstance(record, r.Call) and record.span == span:
            return Place(record, function, body, steps)
    return None


def _own(statement: r.Stmt, inner: list[Step]) -> tuple[object, ...]:
    """What stands in a statement itself, without its blocks."""
    parts = (getattr(statement, name) for name in statement.__struct_fields__)
    return tuple(part for part in parts if not any(part is step.block for step in inner))


def _blocks(statement: r.Stmt) -> Iterator[Step]:
    if isinstance(statement, r.If):
        yield Step(statement, statement.body, tuple(implied(statement.test, holds=True)))
        yield Step(statement, statement.orelse, tuple(implied(statement.test, holds=False)))
        return
    for block in _other_blocks(statement):
        yield Step(statement, block)


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
