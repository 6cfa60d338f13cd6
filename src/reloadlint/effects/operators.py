"""Operators: what is known of their truth and of their value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from reloadlint.effects.frames import Scope
from reloadlint.effects.subscripts import Subscripts
from reloadlint.effects.truth import Truth, as_value, compare, truth
from reloadlint.effects.values import (
    UNKNOWN,
    Literal,
    Mapping,
    ReloaderTest,
    Sequence,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r

LONGEST_TEXT = 300
"""Characters of a text that is put together and still known."""

ITEMS_OF_A_STEP = 4
"""Items that `in` may look at for the price of one statement: else long lists have no bound."""

_ARITHMETIC: dict[str, Callable[[Any, Any], int]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
}


class Operators(Subscripts):
    """Evaluates `and`, `or`, `not`, comparisons, `x if y else z`, sums."""

    def _bool_op(self, node: r.BoolOp, scope: Scope) -> Value:
        stops_at = node.op == "or"
        values: list[Value] = []
        doubts, guards = self.doubts, self.guards
        try:
            for part in node.values:
                value = self.evaluate(part, scope)
                found = truth(value)
                if found is stops_at:
                    values.append(value)
                    break
                if part is node.values[-1]:
                    values.append(value)
                elif not isinstance(found, bool):
                    values.append(value)
                    self.guards += isinstance(found, ReloaderTest)
                    self.doubts += not isinstance(found, ReloaderTest)
        finally:
            self.doubts, self.guards = doubts, guards
        if node.op == "and" and truth(values[-1]) is False:
            return values[-1]  # whichever of them it is, it is false
        return either(*values)

    def _not(self, node: r.Not, scope: Scope) -> Value:
        found = truth(self.evaluate(node.value, scope))
        return as_value(not found if isinstance(found, bool) else found)

    def _compare(self, node: r.Compare, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        results: list[Truth] = []
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(comparator, scope)
            if op in ("In", "NotIn"):
                self.steps += _looked_at(right) // ITEMS_OF_A_STEP
            results.append(compare(left, op, right))
            left = right
        if any(isinstance(result, ReloaderTest) for result in results):
            return next(r for r in results if isinstance(r, ReloaderTest))
        if False in results:
            return as_value(False)
        return as_value(True if all(results) else None)

    def _if_exp(self, node: r.IfExp, scope: Scope) -> Value:
        found = truth(self.evaluate(node.test, scope))
        if isinstance(found, bool):
            return self.evaluate(node.body if found else node.orelse, scope)
        with self.doubting(guarded=isinstance(found, ReloaderTest)):
            return either(self.evaluate(node.body, scope), self.evaluate(node.orelse, scope))

    def _bin_op(self, node: r.BinOp, scope: Scope) -> Value:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        if isinstance(left, Sequence) and isinstance(right, Sequence) and node.op == "Add":
            exact = left.exact and right.exact
            return Sequence(left.kind, [*left.items, *right.items], exact=exact)
        return _arithmetic(left, node.op, right)


def _looked_at(container: Value) -> int:
    """How many items a search goes through."""
    found = (value for value in alternatives(container) if isinstance(value, (Sequence, Mapping)))
    return sum(len(value.items) for value in found)


def _arithmetic(left: Value, op: str, right: Value) -> Value:
    if not (isinstance(left, Literal) and isinstance(right, Literal)):
        return UNKNOWN
    one, other = left.value, right.value
    if isinstance(one, str) and isinstance(other, str) and op == "Add":
        short = len(one) + len(other) <= LONGEST_TEXT
        return Literal(one + other) if short else UNKNOWN
    small = isinstance(one, int) and isinstance(other, int) and abs(one) + abs(other) < 2**31
    return Literal(_ARITHMETIC[op](one, other)) if small and op in _ARITHMETIC else UNKNOWN
