"""Where a project makes its Flask applications."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import libcst as cst
from libcst.metadata import GlobalScope, ImportAssignment

from reloadlint.fixes.reading.flask_classes import (
    CLASSES,
    may_be_flask,
    may_make_application,
)
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import FunctionNode, Tree, dotted
from reloadlint.project.modules import Module


class Application(NamedTuple):
    """A statement that makes an application and binds it to a name.

    `function` is the factory that it stands in, None at module level; `plain` is False where the
    statement stands in a block, or gives the application no plain name. `end` is where the
    assignment ends, which may share its line with others.
    """

    tree: Tree
    name: str
    statement: cst.BaseStatement
    function: FunctionNode | None
    plain: bool
    end: int = 0


def applications(project: Project, paths: Collection[str]) -> list[Application]:
    """The applications that these modules make, those of the project's tests left out."""
    known = project.once(_known)
    found = []
    for path in project.texts:
        if path in paths and path not in known:
            known[path] = _in_module(project, path)
        found += known[path] if path in paths else []
    return found


def _known(_project: Project) -> dict[str, list[Application]]:
    """The applications of each module that was looked into."""
    return {}


def _in_module(project: Project, path: str) -> list[Application]:
    if project.is_test(path) or not may_make_application(project, path):
        return []
    tree = project.tree(path)
    return [
        _application(tree, call)
        for call in tree.every(cst.Call)
        if is_class(project, tree, call.func)
    ]


def is_class(project: Project, tree: Tree, node: cst.BaseExpression, depth: int = 0) -> bool:
    """Whether an expression names Flask's class, or one that the project makes from it."""
    name = qualified_name(tree, node)
    if name in CLASSES:
        return True
    if depth == 5 or not may_be_flask(project, tree.path, dotted(node)):
        return False  # which spares a second tree of most modules
    definition = _class_definition(project, tree, node)
    if definition is None:
        return False
    where, cls = definition
    return any(is_class(project, where, base.value, depth + 1) for base in cls.bases)


def qualified_name(tree: Tree, node: cst.BaseExpression) -> str:
    """What an imported expression is called in full: `flask.Flask`; empty where it isn't known."""
    written = dotted(node)
    if not written:
        return ""
    first, _, rest = written.partition(".")
    for assignment in tree.bound(node, first):
        if isinstance(assignment, ImportAssignment):
            statement = assignment.node
            name = _imported_as(statement, first)
            if name:
                return f"{name}.{rest}" if rest else name
    return f"flask.{written}" if _is_of_star(tree, node, first) else ""


def _imported_as(statement: cst.CSTNode, local: str) -> str:
    if isinstance(statement, cst.ImportFrom) and not isinstance(statement.names, cst.ImportStar):
        module = "." * len(statement.relative) + dotted(statement.module)
        gap = "." if statement.module is not None else ""
        for alias in statement.names:
            if (alias.evaluated_alias or alias.evaluated_name) == local:
                return f"{module}{gap}{alias.evaluated_name}"
    if isinstance(statement, cst.Import):
        for alias in statement.names:
            if alias.evaluated_alias == local:
                return alias.evaluated_name
            if alias.evaluated_alias is None and alias.evaluated_name.split(".")[0] == local:
                return local
    return ""


def _is_of_star(tree: Tree, node: cst.BaseExpression, first: str) -> bool:
    """Whether nothing but `from flask import *` can bind a name."""
    if list(tree.bound(node, first)):
        return False
    stars = (s for s in tree.every(cst.ImportFrom) if isinstance(s.names, cst.ImportStar))
    return any(dotted(star.module) == "flask" for star in stars)


def _class_definition(
    project: Project, tree: Tree, node: cst.BaseExpression
) -> tuple[Tree, cst.ClassDef] | None:
    if not isinstance(node, cst.Name):
        return None
    for assignment in tree.bound(node, node.value):
        definition = getattr(assignment, "node", None)
        if isinstance(definition, cst.ClassDef):
            return tree, definition
        if isinstance(definition, cst.ImportFrom):
            return _imported_class(project, tree, definition, node.value)
    return None


def _imported_class(
    project: Project, tree: Tree, statement: cst.ImportFrom, local: str
) -> tuple[Tree, cst.ClassDef] | None:
    found = project.resolve(tree.path, dotted(statement.module), len(statement.relative))
    if not isinstance(found, Module) or found.path not in project.texts:
        return None
    name = _imported_as(statement, local).rpartition(".")[2]
    source = project.tree(found.path)
    for assignment in source.bound(source.module, name):
        definition = getattr(assignment, "node", None)
        if isinstance(definition, cst.ClassDef):
            return source, definition
    return None


def _application(tree: Tree, call: cst.Call) -> Application:
    statement = tree.statement_of(call)
    function = tree.function_of(call)
    parent = tree.parent(call)
    name = ""
    if isinstance(parent, cst.Assign):
        name = next(filter(None, (dotted(target.target) for target in parent.targets)), "")
    elif isinstance(parent, cst.AnnAssign):
        name = dotted(parent.target)
    block = tree.parent(statement)
    direct = isinstance(block, cst.Module) or (
        isinstance(block, cst.IndentedBlock) and tree.parent(block) is function
    )
    plain = (
        bool(name) and direct and isinstance(tree.scope(call), GlobalScope) is (function is None)
    )
    return Application(tree, name, statement, function, plain, tree.span(parent)[1])
