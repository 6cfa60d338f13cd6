"""Statements that use an object while a module is loaded: where their `with` block goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.doubts.repeatable import is_repeatable
from reloadlint.fixes.doubts.transactions import makes_temporary
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.on_g.applications_at_hand import above, made_below, recorded
from reloadlint.fixes.on_g.at_load import Place
from reloadlint.fixes.reading.applications import Application
from reloadlint.fixes.reading.guards import is_main_test, runs_application
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import how
from reloadlint.fixes.reading.tree import Tree, descendants, last_name

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
    if places and _teardown_asks_for_request(project, places[0].tree.path):
        raise Refusal(f"{places[0].reason}, and a teardown needs a request")
    for place in places:
        if not place.aside and how(place.tree, place.node):
            raise Refusal(place.reason)
        statement = _around(place.tree, place.node)
        body = place.tree.parent(statement)
        by_body.setdefault(body, []).append((place, statement))
    return [_block(project, body, found, home) for body, found in by_body.items()]


def _around(tree: Tree, node: cst.CSTNode) -> cst.BaseStatement:
    """The statement that goes into a block; of one that runs the application, that part alone."""
    outer, inner = _outermost(tree, node), tree.statement_of(node)
    alone = runs_application(outer) and isinstance(tree.parent(inner), cst.IndentedBlock)
    return inner if alone else outer


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
        fixed = not first.aside and any(isinstance(node, _FIXED) for node in descendants(statement))
        if fixed or runs_application(statement) or _is_temporary(statement):
            raise Refusal(first.reason)
    start = tree.span(run[0])[0]
    function = tree.function_of(run[0])
    if first.aside:
        return LoadBlock(tree, _known_above(project, tree, run, first), run, None)
    app = recorded(tree, function, home) or above(project, tree, function, start)
    if app is not None:
        return LoadBlock(tree, app, run, None)
    below = made_below(project, tree, body, run)
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


def _known_above(project: Project, tree: Tree, run: list[cst.BaseStatement], place: Place) -> str:
    """The application of a function that may run as soon as it is defined.

    Raises:
        Refusal: the module has none above it.
    """
    app = above(project, tree, None, tree.span(run[0])[0])
    if app is None:
        raise Refusal(place.reason)
    return app


def _teardown_asks_for_request(project: Project, home: str) -> bool:
    """Whether a teardown of a context, which ends each block as well, works in requests only."""
    near = project.flask_modules & project.connected_with(home)
    for path in sorted(near.intersection(project.mentioning(_TEARDOWN))):
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
