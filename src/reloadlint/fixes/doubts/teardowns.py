"""Teardowns of the program's own: those that come after the one that closes the object."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.tree import Tree, last_name

_TEARDOWN = "teardown_appcontext"


def torn_down_before(use: Use, made: Made) -> Iterator[str]:
    """Teardowns run in reverse order: one that is registered first comes after ours."""
    function = use.tree.function_of(use.node)
    if use.tree is made.tree and isinstance(function, cst.FunctionDef):
        registered = _registered(use.tree, function)
        if registered is not None and registered < made.tree.span(made.line)[0]:
            yield (
                f"the teardown `{function.name.value}` uses it and is registered before the one "
                "that closes it, so it would run after that"
            )


def _registered(tree: Tree, function: cst.FunctionDef) -> int | None:
    """Where a function is made a teardown, by a decorator or a call; None if it isn't."""
    if _TEARDOWN in {last_name(decorator.decorator) for decorator in function.decorators}:
        return tree.span(function)[0]
    for call in tree.every(cst.Call) if _TEARDOWN in tree.text else ():
        given = call.args[0].value if call.args else None
        named = isinstance(given, cst.Name) and given.value == function.name.value
        if named and last_name(call) == _TEARDOWN and tree.function_of(call) is None:
            return tree.span(call)[0]
    return None
