"""What runs when a process ends, also in the reloader's parent, where nothing has been started."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.guarding.blocks import mentions
from reloadlint.fixes.reading.tree import Tree, dotted

_REGISTERING = frozenset({"atexit.register", "register", "signal.signal", "signal"})


def exit_doubts(tree: Tree, objects: set[str], covered: list[cst.BaseStatement]) -> Iterator[str]:
    """Handlers of the process's end that use the objects, but for those that are guarded too."""
    for call in tree.every(cst.Call):
        if dotted(call.func) not in _REGISTERING or any(s in covered for s in tree.ancestors(call)):
            continue
        if mentions(tree, call, objects) or any(
            mentions(tree, function, objects) for function in _named(tree, call)
        ):
            yield _doubt(tree, call)
    for decorator in tree.every(cst.Decorator):
        function = tree.parent(decorator)
        if dotted(decorator.decorator) in _REGISTERING and mentions(tree, function, objects):
            yield _doubt(tree, decorator)


def _named(tree: Tree, call: cst.Call) -> Iterator[cst.FunctionDef]:
    """The functions that a call is given."""
    for arg in call.args:
        if isinstance(arg.value, cst.Name):
            for assignment in tree.bound(arg.value, arg.value.value):
                node = getattr(assignment, "node", None)
                if isinstance(node, cst.FunctionDef):
                    yield node


def _doubt(tree: Tree, node: cst.CSTNode) -> str:
    return (
        f"what line {tree.line(node)} registers for the end of the process runs in the reloader's "
        "parent too, where it now finds nothing started"
    )
