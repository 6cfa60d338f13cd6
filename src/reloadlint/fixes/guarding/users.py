"""Who uses what is started: functions, and statements that call them where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.blocks import mentions
from reloadlint.fixes.guarding.waiting import calls_in
from reloadlint.fixes.reading.tree import Tree, dotted, last_name


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
    functions = dict(_functions(tree))
    found: set[str] = set()
    while True:
        more = {n for n, body in functions.items() if mentions(tree, body, objects | found)}
        if more <= found:
            return found
        found |= more


def _functions(tree: Tree) -> Iterator[tuple[str, cst.CSTNode]]:
    """The bodies of a module's functions, by name; of lambdas that have one, too."""
    for function in tree.every(cst.FunctionDef):
        if tree.parent(function) is tree.module:
            yield function.name.value, function.body
    for part in tree.every(cst.Lambda):
        assignment = tree.parent(part)
        for target in assignment.targets if isinstance(assignment, cst.Assign) else ():
            if isinstance(target.target, cst.Name):
                yield target.target.value, part.body


def commands(tree: Tree, objects: set[str]) -> Iterator[str]:
    """The names of the commands that use the objects, directly or through others."""
    using = users(tree, objects)
    for function in tree.every(cst.FunctionDef):
        is_command = any(last_name(d.decorator) == "command" for d in function.decorators)
        if is_command and (function.name.value in using or mentions(tree, function.body, objects)):
            yield function.name.value


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
