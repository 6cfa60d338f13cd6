"""Programs that mark in the environment that something has been started.

A child process inherits the mark, so that of the reloader's processes only the parent starts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from reloadlint.facts import records as r
from reloadlint.facts.records import Expr, Stmt
from reloadlint.facts.walk import walk

_ENVIRONMENTS = frozenset({"environ", "getenv"})
_SETTERS = frozenset({"setdefault", "putenv"})
_ALIKE: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
}


class Mark(msgspec.Struct, frozen=True):
    """A variable that is set, as it is written, and its text; None where that isn't known."""

    key: Expr
    text: str | None


def is_decided_by_a_mark(node: r.If, place: tuple[Stmt, ...]) -> bool:
    """Whether a child process, which has the variables that are set here, goes another way.

    Args:
        place: the block in which a variable may be set as well, once the `if` has been passed.
    """
    if not any(_name(part) in _ENVIRONMENTS for part in walk(node.test)):
        return False
    inside = list(_set_in(node.body))
    after = [mark for mark in _set_in(place) if mark not in inside]
    return any(_answer(node.test, mark) is False for mark in inside) or any(
        _answer(node.test, mark) is True for mark in after
    )


def _set_in(place: tuple[Stmt, ...]) -> Iterator[Mark]:
    for node in walk(place):
        if isinstance(node, r.Assign):
            for target in node.targets:
                if isinstance(target, r.Subscript) and _name(target.value) == "environ":
                    yield Mark(target.index, _text(node.value))
        elif isinstance(node, r.Call) and _name(node.func) in _SETTERS and len(node.args) > 1:
            yield Mark(node.args[0], _text(node.args[1]))


def _answer(test: Expr, mark: Mark) -> bool | None:
    """What a test comes to where the variable is set; None where that isn't known."""
    if isinstance(test, r.Not):
        answer = _answer(test.value, mark)
        return None if answer is None else not answer
    if isinstance(test, r.BoolOp):
        decides = test.op == "or"
        answers = {_answer(value, mark) for value in test.values}
        return decides if decides in answers else (None if None in answers else not decides)
    if isinstance(test, r.Compare):
        return _compared(test, mark) if len(test.ops) == 1 else None
    return bool(mark.text or mark.text is None) if _reads(test, mark) else None


def _compared(test: r.Compare, mark: Mark) -> bool | None:
    (op,), (other,) = test.ops, test.comparators
    is_negated = op in ("NotEq", "NotIn", "IsNot")
    if test.left == mark.key and op in ("In", "NotIn") and _name(other) == "environ":
        return not is_negated
    if not _reads(test.left, mark):
        return None
    if other == r.Constant(None):
        return is_negated
    wanted = (
        [_text(item) for item in other.items] if isinstance(other, r.Display) else [_text(other)]
    )
    if mark.text is None or None in wanted:
        return None
    return (_seen(test.left, mark.text) in wanted) is not is_negated


def _reads(node: Expr, mark: Mark) -> bool:
    """Whether an expression is the variable's text, or that in another spelling."""
    if isinstance(node, r.Subscript):
        return node.index == mark.key and _name(node.value) == "environ"
    if not isinstance(node, r.Call):
        return False
    if isinstance(node.func, r.Attribute) and node.func.attr in _ALIKE:
        return _reads(node.func.value, mark)
    return _name(node.func) in ("get", "getenv") and node.args[:1] == (mark.key,)


def _seen(node: Expr, text: str) -> str:
    if isinstance(node, r.Call) and isinstance(node.func, r.Attribute) and node.func.attr in _ALIKE:
        return _ALIKE[node.func.attr](_seen(node.func.value, text))
    return text


def _text(node: Expr) -> str | None:
    value = node.value if isinstance(node, r.Constant) and node.known else None
    return value if isinstance(value, str) else None


def _name(node: object) -> str:
    if isinstance(node, r.Attribute):
        return node.attr
    return node.id if isinstance(node, r.Name) else ""
