"""Loops that may go on for ever, and whether they have a way out."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reloadlint.effects.endings import END_A_THREAD
from reloadlint.effects.truth import truth
from reloadlint.effects.values import ExternalMethod, Instance, Value
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

_ENDLESS_ITERATORS = ("itertools.count", "itertools.cycle")
_ALL_ERRORS = frozenset({"Exception", "BaseException", "KeyboardInterrupt", "SystemExit"})


class Loop(msgspec.Struct, frozen=True):
    """A loop that may go on for ever.

    `trapped` if nothing in it leads out; `constant` if its head always holds. `reads` are the
    objects (by identity) and their attributes that its head looks at, `signals` those of them
    that are plain values, and the methods that it calls.
    """

    trapped: bool
    constant: bool
    reads: frozenset[tuple[int, str]]
    signals: frozenset[tuple[int, str]] = frozenset()


def endless(
    statement: r.While | r.For,
    head: Value,
    reads: frozenset[tuple[int, str]],
    signals: frozenset[tuple[int, str]],
) -> Loop | None:
    """The loop that a statement is, or None if it ends by itself as far as one can tell.

    Args:
        head: the value of its test, or of what it iterates over.
        reads, signals: what evaluating the head has touched.
    """
    loop = _loop(statement, head, reads, signals)
    return None if loop is None or _yields(statement.body) else loop


def _loop(
    statement: r.While | r.For,
    head: Value,
    reads: frozenset[tuple[int, str]],
    signals: frozenset[tuple[int, str]],
) -> Loop | None:
    if _is_constant(statement, head, reads):
        return Loop(not _leads_out(statement.body), True, reads)
    if isinstance(statement, r.While):
        return None if truth(head) is False else Loop(False, False, reads, signals)
    if isinstance(head, ExternalMethod):  # `iter(queue.get, None)`
        called = frozenset({(id(head.receiver), head.name.rpartition(".")[2])})
        return Loop(False, False, called, called)
    return None


def _yields(body: tuple[r.Stmt, ...]) -> bool:
    inside = walk(body, into_definitions=False)
    return any(isinstance(node, r.Yield) for node in inside)


def _is_constant(
    statement: r.While | r.For, head: Value, reads: frozenset[tuple[int, str]]
) -> bool:
    if isinstance(statement, r.While):
        return truth(head) is True and not reads
    return isinstance(head, Instance) and head.class_name in _ENDLESS_ITERATORS


def _leads_out(body: tuple[r.Stmt, ...], *, in_loop: bool = False) -> bool:
    return any(_leaves(statement, in_loop=in_loop) for statement in body)


def _leaves(statement: r.Stmt, *, in_loop: bool) -> bool:
    """Whether a statement may leave the loop it stands in (`in_loop`: an inner one)."""
    if isinstance(statement, (r.Return, r.Raise)):
        return True
    if isinstance(statement, r.Break):
        return not in_loop
    if isinstance(statement, r.ExprStatement):
        return isinstance(statement.value, r.Call) and statement.value.text in END_A_THREAD
    inner = in_loop or isinstance(statement, (r.While, r.For))
    return any(_leads_out(block, in_loop=inner) for block in _blocks(statement))


def _blocks(statement: r.Stmt) -> Iterator[tuple[r.Stmt, ...]]:
    """The blocks of a statement; what handles any error at all is no way out."""
    if isinstance(statement, (r.FunctionDef, r.ClassDef)):
        return
    for name in ("body", "orelse", "final"):
        yield getattr(statement, name, ())
    for handler in getattr(statement, "handlers", ()):
        if handler.exception is not None and not _handles_all(handler.exception):
            yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _handles_all(exception: r.Expr) -> bool:
    names = exception.items if isinstance(exception, r.Display) else (exception,)
    return any(isinstance(name, r.Name) and name.id in _ALL_ERRORS for name in names)
