"""Functions of a project: who mentions them, what they are part of."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
import libcst.matchers as m
from libcst.metadata import GlobalScope, ImportAssignment

from reloadlint.fixes.project import Project
from reloadlint.fixes.references import references
from reloadlint.fixes.tree import FunctionNode, Tree, descendants

Place = tuple[Tree, cst.CSTNode]


def class_of(tree: Tree, function: FunctionNode) -> cst.ClassDef | None:
    """The class whose method a function is."""
    block = tree.parent(function)
    owner = tree.parent(block) if isinstance(block, cst.IndentedBlock) else block
    return owner if isinstance(owner, cst.ClassDef) else None


def is_generator(function: FunctionNode) -> bool:
    """Whether calling a function runs nothing of it yet."""
    return any(isinstance(node, cst.Yield) for node in own_nodes(function.body))


def own_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and what it holds, without the functions and classes defined in it."""
    yield node
    for child in node.children:
        if not isinstance(child, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            yield from own_nodes(child)


def referring(project: Project, tree: Tree, function: cst.FunctionDef) -> list[Place]:
    """Where a function is mentioned: by its name, or for a method as an attribute."""
    cls = class_of(tree, function)
    name = function.name.value
    if cls is None:
        return _by_name(project, tree, function, name)
    if name.startswith("__") and name.endswith("__"):
        return [
            (where, node)
            for where, node in _by_name(project, tree, cls, cls.name.value)
            if isinstance(where.parent(node), cst.Call)
        ]
    return list(_by_attribute(project, tree, name))


def _by_name(
    project: Project, tree: Tree, node: cst.FunctionDef | cst.ClassDef, name: str
) -> list[Place]:
    scope = tree.scope(node)
    if isinstance(scope, GlobalScope):
        return [(use.tree, use.node) for use in references(project, tree.path, name).uses]
    found = {access.node for a in scope[name] if a.scope is scope for access in a.references}
    return [(tree, found_node) for found_node in found]


def _by_attribute(project: Project, tree: Tree, name: str) -> Iterator[Place]:
    """Attributes of that name, of whatever may be an object of the project."""
    for path in project.mentioning(name):
        where = project.tree(path)
        for node in where.every(cst.Attribute):
            if node.attr.value == name and not _is_foreign(project, where, node.value):
                yield where, node


def _is_foreign(project: Project, tree: Tree, receiver: cst.BaseExpression) -> bool:
    """Whether an expression is surely no object of the project."""
    if isinstance(receiver, (cst.SimpleString, cst.FormattedString, cst.Dict, cst.List)):
        return True
    while isinstance(receiver, (cst.Attribute, cst.Call, cst.Subscript)):
        receiver = receiver.func if isinstance(receiver, cst.Call) else receiver.value
    if not isinstance(receiver, cst.Name):
        return False
    for assignment in tree.scope(receiver)[receiver.value]:
        if isinstance(assignment, ImportAssignment):
            return not _of_project(project, tree, assignment.node)
    return False


def _of_project(project: Project, tree: Tree, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.ImportFrom):
        module = _text(node.module)
        return project.resolve(tree.path, module, len(node.relative)) is not None
    if isinstance(node, cst.Import):
        return any(
            project.resolve(tree.path, alias.evaluated_name) is not None for alias in node.names
        )
    return True


def _text(module: cst.Attribute | cst.Name | None) -> str:
    return cst.Module([]).code_for_node(module) if module is not None else ""


def wrapped_by(
    project: Project, tree: Tree, outer: FunctionNode
) -> Iterator[tuple[Tree, FunctionNode] | None]:
    """The functions that a decorator is put on; None where it is used in another way.

    `outer` is the function that returns the wrapper: the decorator, or what makes one.
    """
    while (around := tree.function_of(outer)) is not None and _returns(around, outer):
        outer = around
    if not isinstance(outer, cst.FunctionDef):
        yield None
        return
    for where, node in referring(project, tree, outer):
        parent = where.parent(node)
        if isinstance(parent, cst.Call) and parent.func is node:
            parent = where.parent(parent)
        if isinstance(parent, cst.Decorator):
            target = where.parent(parent)
            if isinstance(target, cst.FunctionDef):
                yield where, target
        else:
            yield None


def _returns(function: FunctionNode, inner: FunctionNode) -> bool:
    if not isinstance(inner, cst.FunctionDef):
        return isinstance(function, cst.Lambda)
    wanted = m.Return(value=m.Name(inner.name.value))
    return any(m.matches(node, wanted) for node in descendants(function.body))
