"""An own class behind a connection: does it keep something from one call to the next?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from reloadlint.effects.roles import is_closer
from reloadlint.effects.values import Class
from reloadlint.fixes.reading.functions import referring
from reloadlint.fixes.reading.mutations import MUTATORS
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_MAKING = frozenset({"__init__", "__new__", "__post_init__", "__enter__", "__del__"})


_ASKING = frozenset({"getattr", "hasattr", "is_alive", "suppress"})


class Methods:
    """The methods of a class and of its bases in the project, as written.

    `set_up` are those that are only called where an object is made, right after its constructor.
    """

    def __init__(self, project: Project, cls: Class, set_up: Collection[str] = ()) -> None:
        self.name = cls.definition.name
        self._project = project
        self._set_up = set(set_up)
        self.defined: list[tuple[Tree, cst.ClassDef, cst.FunctionDef]] = []
        for base in cls.mro:
            if isinstance(base, Class) and base.module.path in project.texts:
                tree = project.tree(base.module.path)
                self.defined += _methods(tree, base)

    def serving(self) -> list[tuple[Tree, cst.FunctionDef]]:
        """The methods that work for callers: neither constructor, closer, nor their helpers."""
        names = {method.name.value for _, _, method in self.defined}
        making = {*_MAKING, *self._set_up, *filter(is_closer, names)}
        helpers = self._called_only_by(making)
        return [
            (tree, method)
            for tree, _, method in self.defined
            if method.name.value not in making | helpers
        ]

    def constructing(self) -> list[tuple[Tree, cst.FunctionDef]]:
        """The methods that make an object."""
        return [(t, method) for t, _, method in self.defined if method.name.value in _MAKING]

    def _called_only_by(self, making: set[str]) -> set[str]:
        helpers: set[str] = set()
        names = {method.name.value for _, _, method in self.defined} - making
        while True:
            found = {name for name in names - helpers if self._is_helper(name, making | helpers)}
            if not found:
                return helpers
            helpers |= found

    def _is_helper(self, name: str, making: set[str]) -> bool:
        callers = {
            method.name.value
            for _, _, method in self.defined
            for node in descendants(method.body)
            if isinstance(node, cst.Call) and dotted(node.func) == f"self.{name}"
        }
        if not callers or not callers <= making:
            return False
        return name.startswith("_") or self._is_only_called_inside(name)

    def _is_only_called_inside(self, name: str) -> bool:
        """Whether nothing but the methods of the class mentions a public one."""
        own = {method for _, _, method in self.defined}
        return all(
            where.function_of(node) in own
            for tree, _, method in self.defined
            if method.name.value == name
            for where, node in referring(self._project, tree, method)
        )


_CHANGING = (cst.AugAssign, cst.AssignTarget)


def _methods(tree: Tree, cls: Class) -> list[tuple[Tree, cst.ClassDef, cst.FunctionDef]]:
    for node in tree.every(cst.ClassDef):
        if (
            node.name.value == cls.definition.name
            and tree.line(node.name) == cls.definition.span[0]
        ):
            body = node.body.body
            return [(tree, node, item) for item in body if isinstance(item, cst.FunctionDef)]
    return []


_LINES_OUT = frozenset({"makefile", "Telnet"})
"""What makes something whose `write` sends."""


def kept_state(methods: Methods) -> Iterator[str]:
    """What objects of the class keep from one call to the next, one reason each."""
    for tree, method in methods.serving():
        for node in descendants(method.body):
            name = _own_attribute_changed(tree, node)
            if name is not None and not (_writes(node) and _is_a_line_out(methods, name)):
                yield _state(methods, name, tree, node)
    for tree, _, method in methods.defined:
        changed = (n for n in descendants(method.body) if isinstance(n, _CHANGING))
        for node in changed:
            assert isinstance(node, _CHANGING)
            if _is_class_attribute(node.target, methods.name):
                yield _state(methods, last_name(node.target), tree, node)


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


def _state(methods: Methods, name: str, tree: Tree, node: cst.CSTNode) -> str:
    return (
        f"`{methods.name}.{name}` is state that outlives a request "
        f"(changed in line {tree.line(node)} of {tree.path})"
    )


def _own_attribute_changed(tree: Tree, node: cst.CSTNode) -> str | None:
    """The attribute of `self` that a node assigns or changes in place."""
    if isinstance(node, (cst.AssignTarget, cst.AugAssign)):
        if isinstance(node, cst.AssignTarget) and _is_fresh(tree.parent(node)):
            return None
        return _own_root(node.target)
    if isinstance(node, cst.Call) and dotted(node.func) == "next" and node.args:
        return _own_root(node.args[0].value)
    method = node.func if isinstance(node, cst.Call) else None
    if isinstance(method, cst.Attribute) and method.attr.value in MUTATORS:
        return _own_root(method.value)
    return None


def _is_fresh(node: cst.CSTNode) -> bool:
    """`self.cursor = self.connection.cursor()` begins anew with each call."""
    return isinstance(node, cst.Assign) and last_name(node.value) == "cursor"


def _own_root(node: cst.BaseExpression) -> str | None:
    while isinstance(node, (cst.Subscript, cst.Attribute)):
        if isinstance(node, cst.Attribute) and dotted(node.value) == "self":
            return node.attr.value
        node = node.value
    return None


def _is_class_attribute(node: cst.BaseExpression, name: str) -> bool:
    if not isinstance(node, cst.Attribute):
        return False
    owner = node.value
    if isinstance(owner, cst.Call):
        return last_name(owner) == "type"
    return last_name(owner) in (name, "__class__", "cls")
