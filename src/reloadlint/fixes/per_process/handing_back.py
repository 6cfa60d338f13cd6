"""Functions that use an object and are handed to it while it is made: they may wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.reading.functions import definition_of, referring
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import FunctionNode, Tree, descendants


def handed_back(project: Project, thing: Thing) -> Iterator[str]:
    """Why making the object may wait for itself: what it is given asks for it, under the lock."""
    tree = thing.made.tree
    calls = [line for line in thing.lines if isinstance(line.body[0], cst.Expr)]
    if not calls and not isinstance(thing.made.value, cst.Call):
        return
    named = (n for line in thing.statements for n in descendants(line) if isinstance(n, cst.Name))
    given = [found for node in named if (found := definition_of(project, tree, node)) is not None]
    known = users(project, thing) if given else {}
    for _, function in given:
        if isinstance(function, cst.FunctionDef) and function in known:
            where = known[function].where
            yield (
                f"`{function.name.value}` is handed to it and uses it ({where}); called while the "
                "object is made, it would wait for itself"
            )


class User(NamedTuple):
    """The module of a function that uses an object, and where it or what it calls does so."""

    tree: Tree
    where: str


def users(project: Project, thing: Thing) -> dict[FunctionNode, User]:
    """The functions that use the object, directly or through others."""
    found: dict[FunctionNode, User] = {}
    for use in thing.found.uses:
        if use.tree.statement_of(use.node) not in thing.statements:
            _note(project, use.tree, use.tree.function_of(use.node), use.where, found)
    return found


def _note(
    project: Project,
    tree: Tree,
    function: FunctionNode | None,
    where: str,
    found: dict[FunctionNode, User],
) -> None:
    if function is None or function in found:
        return
    found[function] = User(tree, where)
    if isinstance(function, cst.FunctionDef):
        for place, node in referring(project, tree, function):
            _note(project, place, place.function_of(node), where, found)
