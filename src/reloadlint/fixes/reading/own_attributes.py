"""The attributes of `self` that a piece of a method's code changes, under whatever local name."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from reloadlint.fixes.reading.mutations import MUTATORS
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_CHANGERS = MUTATORS | {"move_to_end", "rotate", "subtract"}
_GIVEN_FIRST = frozenset(
    {"next", "heapq.heappush", "heapq.heappop", "heappush", "heappop", "bisect.insort", "insort"}
)
"""Functions that change the object that they are given first."""
_BY_NAME = frozenset({"__setattr__", "delattr", "setattr"})
_SEVERAL = (cst.List, cst.ListComp, cst.Tuple, cst.Set, cst.SetComp, cst.Dict, cst.DictComp)
_ITEM = frozenset({"get", "setdefault"})


def own_attribute_changed(tree: Tree, node: cst.CSTNode, aliases: Mapping[str, str]) -> str | None:
    """The attribute of `self` that a node assigns or changes in place."""
    if isinstance(node, cst.AssignTarget) and _is_fresh(tree.parent(node)):
        return None
    if isinstance(node, cst.AugAssign) and isinstance(node.value, _SEVERAL):
        return own_root(node.target, aliases)
    for target in _targets(node):
        name = own_root(target, {} if isinstance(target, cst.Name) else aliases)
        if name is not None:
            return name
    if not isinstance(node, cst.Call):
        return None
    if last_name(node) in _BY_NAME and node.args and dotted(node.args[0].value) == "self":
        return _literal(node.args[1].value) if len(node.args) > 1 else None
    if dotted(node.func) in _GIVEN_FIRST and node.args:
        return own_root(node.args[0].value, aliases)
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in _CHANGERS:
        return own_root(node.func.value, aliases)
    return None


def _targets(node: cst.CSTNode) -> list[cst.BaseExpression]:
    """What a node gives a value to, or deletes; each of several by itself."""
    found: list[cst.BaseExpression] = []
    if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.Del, cst.For)):
        found = [node.target]
    elif isinstance(node, cst.AnnAssign):
        found = [node.target] if node.value is not None else []
    elif isinstance(node, cst.AsName):
        found = [node.name]
    while any(isinstance(target, (cst.Tuple, cst.List)) for target in found):
        found = [
            inner
            for target in found
            for inner in (
                [element.value for element in target.elements]
                if isinstance(target, (cst.Tuple, cst.List))
                else [target]
            )
        ]
    return found


def _literal(node: cst.BaseExpression) -> str:
    return node.raw_value if isinstance(node, cst.SimpleString) else "__dict__"


def aliases_in(method: cst.FunctionDef) -> dict[str, str]:
    """The local names for what an attribute of `self` holds: `stats = self.stats`."""
    found: dict[str, str] = {}
    for node in descendants(method.body):
        value = node.value if isinstance(node, cst.Assign) else None
        if isinstance(value, cst.Call) and last_name(value) in _ITEM:
            value = value.func.value if isinstance(value.func, cst.Attribute) else None
        name = own_root(value, {}) if value is not None else None
        targets = node.targets if isinstance(node, cst.Assign) and name is not None else ()
        for target in targets:
            if isinstance(target.target, cst.Name) and name is not None:
                found[target.target.value] = name
    return found


def _is_fresh(node: cst.CSTNode) -> bool:
    """`self.cursor = self.connection.cursor()` begins anew with each call."""
    return isinstance(node, cst.Assign) and last_name(node.value) == "cursor"


def own_root(node: cst.CSTNode, aliases: Mapping[str, str]) -> str | None:
    """The attribute of `self` that an expression begins with."""
    while isinstance(node, (cst.Subscript, cst.Attribute)):
        if isinstance(node, cst.Attribute) and dotted(node.value) == "self":
            return node.attr.value
        node = node.value
    return aliases.get(node.value) if isinstance(node, cst.Name) else None
