"""The application whose context statements of a module or function can have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from reloadlint.fixes.doubts.arguments import PURE
from reloadlint.fixes.reading.applications import Application, applications
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.products import made_above
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.setting_up import recorded_application
from reloadlint.fixes.reading.tree import FunctionNode, Tree, descendants, dotted, last_name
from reloadlint.project.modules import Module

_MOVABLE = (cst.SimpleStatementLine, cst.With)


def recorded(tree: Tree, function: FunctionNode | None, home: Made | None) -> str | None:
    """The application at hand where a blueprint is registered, if the teardown is there by then."""
    if function is not None and home is not None and tree is home.tree:
        above = tree.span(function)[0] < tree.span(home.line)[0]
        return None if above else recorded_application(function)
    return recorded_application(function)


def above(project: Project, tree: Tree, function: FunctionNode | None, start: int) -> str | None:
    """The name of an application that is made, or imported, above a place."""
    made = [app for app in applications(project, {tree.path}) if app.plain]
    inside = [app for app in made if app.function is function and app.end <= start]
    if function is not None:
        inside += [app for app in made if app.function is None]  # called when all is loaded
        start = len(tree.data)
    inside += [app for app in made_above(project, tree, start) if app.plain]
    return next((app.name for app in inside), None) or _imported(project, tree, start)


def _imported(project: Project, tree: Tree, start: int) -> str | None:
    """The local name of an application that a module imports above an offset."""
    for node in tree.every(cst.ImportFrom):
        early = tree.span(node)[0] < start and tree.function_of(node) is None
        if early and not isinstance(node.names, cst.ImportStar):
            source = project.resolve(tree.path, dotted(node.module), len(node.relative))
            there = {source.path} if isinstance(source, Module) else set()
            names = {a.name for a in applications(project, there) if a.function is None and a.plain}
            for alias in node.names:
                if alias.evaluated_name in names:
                    return alias.evaluated_alias or alias.evaluated_name
    return None


def made_below(
    project: Project, tree: Tree, body: cst.CSTNode, run: list[cst.BaseStatement]
) -> Application | None:
    """The application that is made next, if nothing in between can depend on the statements."""
    if not isinstance(body, cst.Module):
        return None
    statements: list[cst.BaseStatement] = list(body.body)
    after = statements[statements.index(run[-1]) + 1 :]
    for app in applications(project, {tree.path}):
        if app.tree is tree and app.plain and app.statement in after:
            between = after[: after.index(app.statement)]
            needed = _bound_in(run) & _mentioned([*between, app.statement])
            plain = all(isinstance(statement, _MOVABLE) for statement in run)
            if plain and not needed and all(_is_harmless(project, tree, s) for s in between):
                return app
    return None


def _bound_in(statements: Sequence[cst.CSTNode]) -> set[str]:
    """The names that statements assign to."""
    nodes = (node for statement in statements for node in descendants(statement))
    targets = (n.target for n in nodes if isinstance(n, (cst.AssignTarget, cst.AnnAssign)))
    return _mentioned(targets)


def _mentioned(nodes: Iterable[cst.CSTNode]) -> set[str]:
    inside = (inner for node in nodes for inner in descendants(node))
    return {inner.value for inner in inside if isinstance(inner, cst.Name)}


def _is_harmless(project: Project, tree: Tree, statement: cst.CSTNode) -> bool:
    """Whether a statement does the same before and after others."""
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        return not statement.decorators
    calls = [node for node in descendants(statement) if isinstance(node, cst.Call)]
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and all(last_name(call) in PURE for call in calls)
        and not any(_is_own_import(project, tree, small) for small in statement.body)
    )


def _is_own_import(project: Project, tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a statement loads a module of the project, which may do anything."""
    if isinstance(node, cst.ImportFrom):
        found = project.resolve(tree.path, dotted(node.module), len(node.relative))
        return found is not None
    names = node.names if isinstance(node, cst.Import) else ()
    return any(project.resolve(tree.path, alias.evaluated_name) for alias in names)
