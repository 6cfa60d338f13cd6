"""Which statements a call hands to a database, as far as the source shows."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.functions import class_of
from reloadlint.fixes.reading.tree import Tree, assigned_values, descendants, dotted, last_name

_FORMING = frozenset(
    {"SQL", "cleandoc", "dedent", "format", "join", "lower", "replace", "strip", "text", "upper"}
)
"""Callables whose result is made of the texts that they are given."""


def statements_in(
    tree: Tree, function: cst.FunctionDef, given: cst.BaseExpression
) -> list[str] | None:
    """The texts of which an argument is made; None if they aren't known.

    Of a parameter there are none: what is handed over is seen where the function is called.
    """
    if isinstance(given, cst.Name) and given.value in _parameters(function):
        return []
    values = list(_values(tree, function, given))
    if not values or any(not _is_text(value) for value in values):
        return None
    texts = [text for value in values for text in _texts(value)]
    return texts or None


def _parameters(function: cst.FunctionDef) -> set[str]:
    every = (function.params.posonly_params, function.params.params, function.params.kwonly_params)
    return {parameter.name.value for some in every for parameter in some}


def _values(
    tree: Tree, function: cst.FunctionDef, given: cst.BaseExpression
) -> Iterator[cst.BaseExpression]:
    """What an expression stands for: itself, or what is given to its name."""
    if isinstance(given, cst.Name):
        yield from assigned_values(tree, given)
        for assignment in tree.bound(given, given.value):
            node = getattr(assignment, "node", None)
            loop = tree.parent(node) if isinstance(node, cst.Name) else None
            if isinstance(loop, (cst.For, cst.CompFor)) and loop.target is node:
                yield from _values(tree, function, loop.iter)
    elif isinstance(given, cst.Attribute) and dotted(given.value) in ("self", "cls"):
        cls = class_of(tree, function)
        for name in (n for n in descendants(cls) if isinstance(n, cst.AssignTarget)) if cls else ():
            if dotted(name.target) == given.attr.value:
                statement = tree.parent(name)
                assert isinstance(statement, cst.Assign)
                yield statement.value
    elif not isinstance(given, cst.Attribute):
        yield given


def _is_text(value: cst.BaseExpression) -> bool:
    """Whether an expression is no call of something unknown: `file.read()`."""
    return not isinstance(value, cst.Call) or last_name(value) in _FORMING


def _texts(value: cst.BaseExpression) -> Iterator[str]:
    for node in descendants(value):
        if isinstance(node, cst.FormattedStringText):
            yield node.value
        elif isinstance(node, cst.SimpleString) and isinstance(node.evaluated_value, str):
            yield node.evaluated_value
