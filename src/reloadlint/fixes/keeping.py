"""Whether a function keeps the object, or hands it to something that outlives the request."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.applications import qualified_name
from reloadlint.fixes.callbacks import background
from reloadlint.fixes.project import Project
from reloadlint.fixes.references import Use
from reloadlint.fixes.tree import Tree, dotted, last_name

_KEEPING = frozenset(
    {"append", "appendleft", "add", "insert", "put", "put_nowait", "setdefault", "setattr", "push"}
)


def kept(project: Project, use: Use) -> Iterator[str]:
    """Why the object may be used after the request that it was opened for."""
    tree = use.tree
    node = _chain(tree, use.node)
    parent = tree.parent(node)
    if isinstance(parent, cst.Arg):
        yield from _handed_on(use, tree.parent(parent), is_itself=node is use.node)
    elif isinstance(parent, (cst.Tuple, cst.Element)):
        outer = tree.parent(tree.parent(parent))
        if isinstance(outer, cst.Arg):
            yield from _handed_on(use, tree.parent(outer), is_itself=False)
    elif isinstance(parent, cst.Assign) and parent.value is node:
        yield from _assigned(use, parent)


def _chain(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The whole of `db.store.ask`, without a call."""
    parent = tree.parent(node)
    while isinstance(parent, cst.Attribute) and parent.value is node:
        node, parent = parent, tree.parent(parent)
    return node


def _handed_on(use: Use, call: cst.CSTNode, *, is_itself: bool) -> Iterator[str]:
    if not isinstance(call, cst.Call):
        return
    name = qualified_name(use.tree, call.func) or dotted(call.func) or last_name(call)
    handed = background(name)
    if handed is not None:
        yield f"{use.where} hands it to {handed}"
    elif is_itself and last_name(call) in _KEEPING:
        yield f"it is kept by `{last_name(call)}` in {use.where}"


def _assigned(use: Use, assign: cst.Assign) -> Iterator[str]:
    tree = use.tree
    function = tree.function_of(use.node)
    for target in assign.targets:
        if isinstance(target.target, (cst.Attribute, cst.Subscript)):
            if not dotted(target.target).startswith(("g.", "flask.g.")):
                yield f"it is kept in `{tree.source(target.target)}` in {use.where}"
        elif isinstance(target.target, cst.Name) and isinstance(function, cst.FunctionDef):
            if _is_global(tree, target.target, function):
                yield f"it is kept in the global `{target.target.value}` in {use.where}"


def _is_global(tree: Tree, name: cst.Name, function: cst.FunctionDef) -> bool:
    for node in tree.every(cst.Global):
        if tree.function_of(node) is function:
            if any(item.name.value == name.value for item in node.names):
                return True
    return False
