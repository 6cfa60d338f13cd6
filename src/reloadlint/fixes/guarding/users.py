"""Who uses what is started: functions, and statements that call them where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.blocks import mentions
from reloadlint.fixes.guarding.waiting import calls_in
from reloadlint.fixes.reading.tree import Tree, dotted


def run_where_it_stands(statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The parts of a statement that run where it stands."""
    if isinstance(statement, cst.FunctionDef):
        yield from statement.decorators
        yield statement.params
    elif isinstance(statement, cst.ClassDef):
        yield from statement.decorators
        yield from (*statement.bases, *statement.keywords)
        for inner in statement.body.body:
            yield from run_where_it_stands(inner)
    else:
        yield statement


def users(tree: Tree, objects: set[str]) -> set[str]:
    """The functions that use the objects, directly or through others."""
    functions = [f for f in tree.every(cst.FunctionDef) if tree.parent(f) is tree.module]
    found: set[str] = set()
    while True:
        more = {f.name.value for f in functions if mentions(tree, f.body, objects | found)}
        if more <= found:
            return found
        found |= more


def used_meanwhile(
    tree: Tree, rest: Sequence[cst.BaseStatement], objects: set[str], made: set[str]
) -> Iterator[str]:
    """Calls between a start and the run whose functions use what is started, in both processes.

    Args:
        tree: the module.
        rest: the statements that stay between.
        objects: all names of what is started.
        made: those among them that are not bound where nothing is started.

    Raises:
        Refusal: a function would use a name that isn't bound.
    """
    using, needing = users(tree, objects), users(tree, made)
    for part in (part for statement in rest for part in run_where_it_stands(statement)):
        for call in calls_in(part):
            if dotted(call.func) in needing | using:
                text = f"`{tree.source(call.func)}()` in line {tree.line(call)}"
                if dotted(call.func) in needing:
                    raise Refusal(f"{text} uses it, in both processes")
                yield f"{text} uses it, in both processes"
