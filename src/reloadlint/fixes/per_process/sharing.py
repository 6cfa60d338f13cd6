"""Whether the functions of a request can share the connection that each has taken by itself."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.doubts.transactions import uncommitted
from reloadlint.fixes.per_process.checkouts import Checkout, Unclear
from reloadlint.fixes.reading.contexts import Contexts
from reloadlint.fixes.reading.flows import Flows
from reloadlint.fixes.reading.functions import referring
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import FunctionNode, Tree, descendants, last_name
from reloadlint.fixes.reading.troubles import line_in
from reloadlint.fixes.reading.uses import Use


def one_is_enough(project: Project, found: list[Checkout]) -> None:
    """See that one connection for a request does what one for each function did.

    Raises:
        Unclear: it may not.
    """
    contexts = Contexts(project)
    flows = Flows(project, contexts, None, closes_on_exit=False)
    functions = _taking_one(found)
    given = (node for each in found for line in each.gives for node in descendants(line))
    flows.ignore(given)
    for tree, function, use, call, *_ in found:
        for trouble in contexts.troubles(use):
            raise Unclear(f"it is used in {use.where}, and {trouble.reason}")
        for doubt in flows.doubts(Use(tree, call)):
            raise Unclear(doubt)
        if (write := uncommitted(project, tree, function)) is not None:
            raise Unclear(f"{line_in(tree, write)} writes without a commit in the same function")
        if any("errorhandler" in last_name(d.decorator) for d in function.decorators):
            raise Unclear(f"`{function.name.value}` handles errors with a connection of its own")
        for where, caller in _callers(project, tree, function, set()):
            if where.function_of(caller) in functions:
                raise Unclear(
                    f"`{function.name.value}` has a connection of its own beside that of its "
                    f"caller ({line_in(where, caller)})"
                )
            if _is_attempted(where, caller):
                raise Unclear(f"{line_in(where, caller)} goes on after an error in it")


def _taking_one(found: list[Checkout]) -> set[FunctionNode]:
    """The functions, of which each takes one connection.

    Raises:
        Unclear: one takes several.
    """
    functions = [checkout.function for checkout in found]
    for tree, function, *_ in found:
        if functions.count(function) > 1:
            raise Unclear(f"`{function.name.value}` takes several ({line_in(tree, function)})")
    return set(functions)


def _callers(
    project: Project, tree: Tree, function: FunctionNode, seen: set[FunctionNode]
) -> Iterator[tuple[Tree, cst.CSTNode]]:
    """Where a function is mentioned, and whoever does that."""
    if function in seen or not isinstance(function, cst.FunctionDef):
        return
    seen.add(function)
    for where, node in referring(project, tree, function):
        yield where, node
        outer = where.function_of(node)
        if outer is not None:
            yield from _callers(project, where, outer, seen)


def _is_attempted(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a `try` that has `except` clauses stands around a node, in its function."""
    function, inner = tree.function_of(node), node
    for outer in tree.ancestors(node):
        if outer is function:
            return False
        if isinstance(outer, cst.Try) and outer.handlers and inner is outer.body:
            return True
        inner = outer
    return False
