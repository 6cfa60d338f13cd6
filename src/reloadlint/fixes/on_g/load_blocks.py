"""Statements that use an object while a module is loaded: where their `with` block goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.doubts.arguments import PURE
from reloadlint.fixes.doubts.repeatable import is_repeatable
from reloadlint.fixes.doubts.transactions import makes_temporary
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.on_g.at_load import Place
from reloadlint.fixes.reading.applications import Application, applications
from reloadlint.fixes.reading.guards import is_main_test, runs_application
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.products import made_above
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.setting_up import recorded_application
from reloadlint.fixes.reading.things import how
from reloadlint.fixes.reading.tree import FunctionNode, Tree, descendants, dotted, last_name
from reloadlint.project.modules import Module

_BLOCKS = (cst.Module, cst.IndentedBlock)
_FIXED = (cst.FunctionDef, cst.ClassDef, cst.Import, cst.ImportFrom, cst.Return)
"""What doesn't go into a block."""

_TEARDOWN = "teardown_appcontext"


class LoadBlock(NamedTuple):
    """Statements that follow each other, and the application whose context they need.

    `below` is the application that they have to be moved below; None where they stay. Where
    `app` is empty, they go into the module's `init_app`.
    """

    tree: Tree
    app: str
    statements: list[cst.BaseStatement]
    below: Application | None


def load_blocks(
    project: Project, places: Iterable[Place], home: Made | None = None
) -> list[LoadBlock]:
    """The blocks for all places.

    `home` makes the object, in a module that may have an `init_app`.

    Raises:
        Refusal: a place can't stand in a block, or no application is there in time.
    """
    by_body: dict[cst.CSTNode, list[tuple[Place, cst.BaseStatement]]] = {}
    places = list(places)
    if places and _teardown_asks_for_request(project):
        raise Refusal(f"{places[0].reason}, and a teardown needs a request")
    for place in places:
        if how(place.tree, place.node):
            raise Refusal(place.reason)
        statement = _outermost(place.tree, place.node)
        body = place.tree.parent(statement)
        by_body.setdefault(body, []).append((place, statement))
    return [_block(project, body, found, home) for body, found in by_body.items()]


def _outermost(tree: Tree, node: cst.CSTNode) -> cst.BaseStatement:
    """The statement of a module's, a main guard's or a function's body that holds a node."""
    statement = tree.statement_of(node)
    while True:
        body = tree.parent(statement)
        owner = tree.parent(body) if not isinstance(body, cst.Module) else body
        ends = isinstance(owner, (cst.Module, cst.FunctionDef))
        guard = isinstance(owner, cst.If) and owner.body is body and is_main_test(owner.test)
        if isinstance(body, _BLOCKS) and (ends or guard):
            return statement
        statement = tree.statement_of(body)


def _block(
    project: Project,
    body: cst.CSTNode,
    found: Sequence[tuple[Place, cst.BaseStatement]],
    home: Made | None,
) -> LoadBlock:
    first = found[0][0]
    tree, wanted = first.tree, {statement for _, statement in found}
    assert isinstance(body, _BLOCKS)
    inside = [number for number, node in enumerate(body.body) if node in wanted]
    run = [s for s in body.body[inside[0] : inside[-1] + 1] if isinstance(s, cst.BaseStatement)]
    for statement in run:
        fixed = any(isinstance(node, _FIXED) for node in descendants(statement))
        if fixed or runs_application(statement) or _is_temporary(statement):
            raise Refusal(first.reason)
    start = tree.span(run[0])[0]
    function = tree.function_of(run[0])
    app = _recorded(tree, function, home) or _above(project, tree, function, start)
    if app is not None:
        return LoadBlock(tree, app, run, None)
    below = _below(project, tree, body, run)
    if below is not None:
        return LoadBlock(tree, below.name, run, below)
    if (
        home is not None
        and tree is home.tree
        and body is tree.module
        and is_repeatable(project, tree, run)
    ):
        return LoadBlock(tree, "", run, None)
    raise Refusal(first.reason)


def _teardown_asks_for_request(project: Project) -> bool:
    """Whether a teardown of a context, which ends each block as well, works in requests only."""
    for path in sorted(project.flask_modules.intersection(project.mentioning(_TEARDOWN))):
        for function in project.tree(path).every(cst.FunctionDef):
            if any(last_name(d.decorator) == _TEARDOWN for d in function.decorators):
                names = {n.value for n in descendants(function.body) if isinstance(n, cst.Name)}
                if names & {"request", "session"}:
                    return True
    return False


def _is_temporary(statement: cst.CSTNode) -> bool:
    """Whether a statement makes what is gone with the connection."""
    return any(
        isinstance(n, cst.SimpleString) and makes_temporary(n) for n in descendants(statement)
    )


def _recorded(tree: Tree, function: FunctionNode | None, home: Made | None) -> str | None:
    """The application at hand where a blueprint is registered, if the teardown is there by then."""
    if function is not None and home is not None and tree is home.tree:
        above = tree.span(function)[0] < tree.span(home.line)[0]
        return None if above else recorded_application(function)
    return recorded_application(function)


def _above(project: Project, tree: Tree, function: FunctionNode | None, start: int) -> str | None:
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


def _below(
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
            plain = all(isinstance(statement, cst.SimpleStatementLine) for statement in run)
            if plain and all(_is_harmless(project, tree, statement) for statement in between):
                return app
    return None


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
