"""An own class behind a connection: does it keep something from one call to the next?"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.roles import is_closer
from reloadlint.fixes.reading.functions import definition_of
from reloadlint.fixes.reading.own_attributes import aliases_in, own_attribute_changed, own_root
from reloadlint.fixes.reading.own_class import MAKING, Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_ASKING = frozenset({"getattr", "hasattr", "is_alive", "suppress"})
_CHANGING = (cst.AugAssign, cst.AssignTarget)
_LINES_OUT = frozenset({"makefile", "Telnet"})
"""What makes something whose `write` sends."""


def kept_state(project: Project, methods: Methods) -> Iterator[str]:
    """What objects of the class keep from one call to the next, one reason each."""
    for tree, method in methods.serving():
        for name, node in _changes(tree, method):
            if not (_writes(node) and _is_a_line_out(methods, name)):
                yield _state(methods.name, name, tree, node)
    for tree, _, method in methods.defined:
        changed = (n for n in descendants(method.body) if isinstance(n, _CHANGING))
        for node in changed:
            assert isinstance(node, _CHANGING)
            if _is_class_attribute(node.target, methods.name):
                yield _state(methods.name, last_name(node.target), tree, node)
    yield from _in_parts(project, methods)


def _changes(tree: Tree, method: cst.FunctionDef) -> Iterator[tuple[str, cst.CSTNode]]:
    """The attributes of `self` that a method changes, and where."""
    aliases = aliases_in(method)
    for node in descendants(method.body):
        name = own_attribute_changed(tree, node, aliases)
        if name is not None:
            yield name, node


def _in_parts(project: Project, methods: Methods) -> Iterator[str]:
    """What is kept by objects of other classes that the constructor makes: a cache, a breaker."""
    used = {own_root(n, {}) for _, m in methods.serving() for n in descendants(m.body)}
    for tree, method in methods.constructing():
        for node in descendants(method.body):
            for name in _own_targets(node) if isinstance(node, (cst.Assign, cst.AnnAssign)) else ():
                for where, cls in _made_in(project, tree, node) if name in used else ():
                    yield from _kept_by(where, cls)


def _own_targets(node: cst.Assign | cst.AnnAssign) -> list[str]:
    aims = node.targets if isinstance(node, cst.Assign) else (node,)
    return [name for aim in aims if (name := own_root(aim.target, {})) is not None]


def _made_in(
    project: Project, tree: Tree, node: cst.CSTNode
) -> Iterator[tuple[Tree, cst.ClassDef]]:
    for call in descendants(node):
        found = definition_of(project, tree, call.func) if isinstance(call, cst.Call) else None
        if found is not None and isinstance(found[1], cst.ClassDef):
            yield found[0], found[1]


def _kept_by(tree: Tree, cls: cst.ClassDef) -> Iterator[str]:
    for method in cls.body.body:
        if isinstance(method, cst.FunctionDef) and not _makes_or_closes(method.name.value):
            for name, node in _changes(tree, method):
                if not _writes(node):
                    yield _state(cls.name.value, name, tree, node)


def _makes_or_closes(name: str) -> bool:
    return name in MAKING or is_closer(name)


def _writes(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and last_name(node) == "write"


def _is_a_line_out(methods: Methods, name: str) -> bool:
    """Whether an attribute is what a socket is written through: nothing stays in the object."""
    values = [
        node.value
        for _, _, method in methods.defined
        for node in descendants(method.body)
        if isinstance(node, cst.Assign)
        and any(dotted(target.target) == f"self.{name}" for target in node.targets)
    ]
    return bool(values) and all(last_name(value) in _LINES_OUT for value in values)


def finalizer(methods: Methods) -> Iterator[str]:
    """A `__del__` that does more than to close: it would run after every request."""
    for tree, _, method in methods.defined:
        calls = (n for n in descendants(method.body) if isinstance(n, cst.Call))
        names = (last_name(call) for call in calls)
        others = [name for name in names if name not in _ASKING and not is_closer(name)]
        if method.name.value == "__del__" and others:
            where = f"line {tree.line(method)} of {tree.path}"
            yield f"`{methods.name}.__del__` ({where}) would run after every request"


def _state(owner: str, name: str, tree: Tree, node: cst.CSTNode) -> str:
    return (
        f"`{owner}.{name}` is state that outlives a request "
        f"(changed in line {tree.line(node)} of {tree.path})"
    )


def _is_class_attribute(node: cst.BaseExpression, name: str) -> bool:
    if not isinstance(node, cst.Attribute):
        return False
    owner = node.value
    if isinstance(owner, cst.Call):
        return last_name(owner) == "type"
    return last_name(owner) in (name, "__class__", "cls")
