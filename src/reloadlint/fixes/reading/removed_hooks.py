"""Functions for a hook that Flask no longer has: they would open what they only use so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from reloadlint.effects.hooks import REMOVED
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.functions import referring
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import FunctionNode, Tree, last_name
from reloadlint.fixes.reading.uses import Use


def no_removed_hook(project: Project, uses: Iterable[Use]) -> None:
    """See that no hook before the first request uses an object, itself or through others.

    Raises:
        Refusal: one does.
    """
    hooks = {path for name in REMOVED for path in project.mentioning(name)}
    near = [use for use in uses if hooks & project.connected_with(use.tree.path)] if hooks else []
    seen: set[FunctionNode] = set()
    for use in near:
        for tree, hook in _hooks_around(project, use.tree, use.node, seen):
            where = f"line {tree.line(hook)} of {tree.path}"
            raise Refusal(
                f"a `{last_name(hook)}` function uses it ({where}), and Flask 2.3 has removed "
                "that hook; rewrite it first"
            )


def _hooks_around(
    project: Project, tree: Tree, node: cst.CSTNode, seen: set[FunctionNode]
) -> Iterator[tuple[Tree, cst.BaseExpression]]:
    """The decorators and calls that register a function in which a node stands, or its callers."""
    function = tree.function_of(node)
    if function is None or function in seen:
        return
    seen.add(function)
    if not isinstance(function, cst.FunctionDef):
        yield from _hooks_around(project, tree, function, seen)
        return
    for decorator in function.decorators:
        if last_name(decorator.decorator) in REMOVED:
            yield tree, decorator.decorator
    for where, mention in referring(project, tree, function):
        call = where.parent(where.parent(mention))
        if isinstance(call, cst.Call) and last_name(call) in REMOVED:
            yield where, call
        yield from _hooks_around(project, where, mention, seen)
