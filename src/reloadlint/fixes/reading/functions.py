"""Functions of a project: who mentions them, what they are part of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst
from libcst.metadata import BaseAssignment, GlobalScope, ImportAssignment

from reloadlint.fixes.reading.callbacks import VIEW_METHODS
from reloadlint.fixes.reading.nodes import children
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import references
from reloadlint.fixes.reading.tree import (
    FunctionNode,
    Tree,
    assigned_values,
    descendants,
    dotted,
    last_name,
)
from reloadlint.project.modules import Module

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
    """A node and what it holds, without the insides of functions and classes defined in it."""
    yield node
    for child in children(node):
        if isinstance(child, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            yield child
        else:
            yield from own_nodes(child)


def referring(project: Project, tree: Tree, function: cst.FunctionDef) -> list[Place]:
    """Where a function is mentioned: by its name, or for a method as an attribute."""
    cls = class_of(tree, function)
    name = function.name.value
    if cls is None:
        return _by_name(project, tree, function, name)
    if name in ("__init__", "__new__", "__post_init__", "__init_subclass__"):
        return [
            (where, node)
            for where, node in _by_name(project, tree, cls, cls.name.value)
            if isinstance(where.parent(node), cst.Call)
        ]
    if (name.startswith("__") and name.endswith("__")) or _is_view(cls, name):
        return []  # Python calls it, or Flask does
    return list(_by_attribute(project, tree.path, name))


_MOST_MODULES = 50
MOST_FUNCTIONS = 200
"""Callers of callers that are asked; in large programs some method of each name is run somehow."""


def mentions_of(project: Project, tree: Tree, function: FunctionNode) -> list[Place]:
    """Where a function is mentioned, as far as that can be told.

    A method's name that stands in very many modules doesn't say whose method is meant.
    """
    if not isinstance(function, cst.FunctionDef):
        return [(tree, function)]
    is_method = class_of(tree, function) is not None
    if is_method and len(writing(project, tree.path, function.name.value)) > _MOST_MODULES:
        return []
    return referring(project, tree, function)


def _is_view(cls: cst.ClassDef, method: str) -> bool:
    """Whether a class has a method because Flask calls it for a request: `class Item(MethodView)`.

    Else each `settings.get()` would seem to call the `get` of every view.
    """
    bases = (last_name(base.value) for base in cls.bases)
    return method in VIEW_METHODS and any(base.endswith(("View", "Resource")) for base in bases)


def naming(project: Project, tree: Tree, target: cst.Name) -> list[Place]:
    """Where a name that has been assigned to is mentioned."""
    scope = tree.scope(target)
    if isinstance(scope, GlobalScope):
        return [(use.tree, use.node) for use in references(project, tree.path, target.value).uses]
    bound = (a for a in tree.bound(target, target.value) if a.scope is scope)
    return [(tree, node) for node in _used(tree, bound)]


def definition_of(
    project: Project, tree: Tree, node: cst.BaseExpression
) -> tuple[Tree, cst.FunctionDef | cst.ClassDef] | None:
    """The function or class of the project that a name stands for, if it is sure."""
    if not isinstance(node, cst.Name):
        return None
    for assignment in tree.bound(node, node.value):
        found = getattr(assignment, "node", None)
        if isinstance(found, (cst.FunctionDef, cst.ClassDef)):
            return tree, found
        if isinstance(found, cst.ImportFrom) and not isinstance(found.names, cst.ImportStar):
            return _imported_definition(project, tree, found, node.value)
    return None


def _imported_definition(
    project: Project, tree: Tree, statement: cst.ImportFrom, local: str
) -> tuple[Tree, cst.FunctionDef | cst.ClassDef] | None:
    source = _source_of(project, tree, statement, local)
    for assignment in source[1] if source is not None else ():
        found = getattr(assignment, "node", None)
        if source is not None and isinstance(found, (cst.FunctionDef, cst.ClassDef)):
            return source[0], found
    return None


def _source_of(
    project: Project, tree: Tree, statement: cst.ImportFrom, local: str
) -> tuple[Tree, list[BaseAssignment]] | None:
    """The module of the project that a name is imported from, and what binds it there."""
    source = project.resolve(tree.path, _text(statement.module), len(statement.relative))
    if not isinstance(source, Module) or source.path not in project.texts:
        return None
    if isinstance(statement.names, cst.ImportStar):
        return None
    where = project.tree(source.path)
    for alias in statement.names:
        if (alias.evaluated_alias or alias.evaluated_name) == local:
            return where, where.bound(where.module, alias.evaluated_name)
    return None


def _by_name(
    project: Project, tree: Tree, node: cst.FunctionDef | cst.ClassDef, name: str
) -> list[Place]:
    scope = tree.scope(node)
    if isinstance(scope, GlobalScope):
        return [(use.tree, use.node) for use in references(project, tree.path, name).uses]
    bound = (a for a in tree.bound(node, name) if a.scope is scope)
    return [(tree, found) for found in _used(tree, bound)]


def _used(tree: Tree, bound: Iterable[BaseAssignment]) -> list[cst.CSTNode]:
    """Where these bindings are used, each place once."""
    uses = tree.in_order({access for a in bound for access in a.references})
    return list(dict.fromkeys(access.node for access in uses))


def _by_attribute(project: Project, home: str, name: str) -> Iterator[Place]:
    """Attributes of that name, of whatever may be an object of a class in the module `home`."""
    for path in writing(project, home, name):
        where = project.tree(path)
        for node in where.every(cst.Attribute):
            if node.attr.value == name and not is_foreign(project, where, node.value):
                yield where, node


def writing(project: Project, home: str, name: str) -> list[str]:
    """The modules with an attribute of that name that may be loaded together with `home`.

    Not those that only define such a method, which spares their trees.
    """
    written = re.compile(rf"\.[\s\\]*{re.escape(name)}\b")
    near = project.connected_with(home)
    if not project.is_test(home):  # whose tests no server loads
        near = frozenset(path for path in near if not project.is_test(path))
    found = (path for path in project.mentioning(name) if path in near)
    return [path for path in found if written.search(project.texts[path])]


def is_foreign(project: Project, tree: Tree, receiver: cst.BaseExpression) -> bool:
    """Whether an expression is surely no object of the project."""
    if isinstance(receiver, (cst.SimpleString, cst.FormattedString, cst.Dict, cst.List)):
        return True
    if isinstance(receiver, cst.Name) and _is_of_library(project, tree, receiver):
        return True
    while isinstance(receiver, (cst.Attribute, cst.Call, cst.Subscript)):
        receiver = receiver.func if isinstance(receiver, cst.Call) else receiver.value
    if not isinstance(receiver, cst.Name):
        return False
    for assignment in tree.bound(receiver, receiver.value):
        if isinstance(assignment, ImportAssignment):
            return not _of_project(project, tree, assignment.node)
    return False


def given_to(project: Project, tree: Tree, name: cst.Name) -> tuple[Tree, list[cst.BaseExpression]]:
    """What plain assignments give to a name, in the module that it is imported from if it is."""
    where, bound = tree, tree.bound(name, name.value)
    if len(bound) == 1 and isinstance(getattr(bound[0], "node", None), cst.ImportFrom):
        found = _source_of(project, tree, bound[0].node, name.value)  # type: ignore[attr-defined]
        where, bound = found if found is not None else (tree, [])
    nodes = [node for a in bound if isinstance(node := getattr(a, "node", None), cst.Name)]
    return where, [value for node in nodes for value in assigned_values(where, node)]


def _is_of_library(project: Project, tree: Tree, name: cst.Name) -> bool:
    """Whether a name stands for an object of a library's class: `app = Flask(…)`."""
    where, values = given_to(project, tree, name)
    return bool(values) and all(
        isinstance(value, cst.Call)
        and last_name(value)[:1].isupper()
        and not last_name(value).endswith("Proxy")
        and is_foreign(project, where, value.func)
        for value in values
    )


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
    returned = (n.value for n in descendants(function.body) if isinstance(n, cst.Return))
    return any(dotted(value) == inner.name.value for value in returned)
