"""What functions would miss, once it is made in the main guard alone."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
from libcst.metadata import GlobalScope, ImportAssignment

from reloadlint.fixes.guarding.arranging import Arrangement
from reloadlint.fixes.guarding.blocks import bound, mentioned
from reloadlint.fixes.reading.tree import Tree


def missed(tree: Tree, members: Sequence[cst.BaseStatement]) -> str | None:
    """The function that reads a name which these statements bind, in words; None if none does."""
    made = set[str]().union(*(bound(member) for member in members))
    for node in mentioned(tree, tree.module, made):
        function = tree.function_of(node)
        if function is None or not _is_global(tree, node):
            continue
        if not any(member in tree.ancestors(node) for member in members):
            named = function if isinstance(function, cst.FunctionDef) else None
            name = f"`{named.name.value}`" if named is not None else "a lambda"
            return (
                f"{name} uses `{tree.source(node)}`, which would exist only where "
                "the file is run as a script: `flask run` and gunicorn would get a NameError"
            )
    return None


def is_worked_with(tree: Tree, found: Arrangement) -> bool:
    """Whether functions work with a module that the start has set up, as with `GPIO`."""
    modules = {name for name in found.objects if _is_imported(tree, name.partition(".")[0])}
    nodes = mentioned(tree, tree.module, modules)
    return any(tree.function_of(node) is not None and _is_global(tree, node) for node in nodes)


def _is_imported(tree: Tree, name: str) -> bool:
    return any(isinstance(a, ImportAssignment) for a in tree.bound(tree.module, name))


def is_for_requests(tree: Tree, found: Arrangement) -> bool:
    """Whether nothing in the main guard works with what is started."""
    members = [member for segment in found.segments for member in segment]
    return not found.after and all(tree.parent(member) is tree.module for member in members)


def _is_global(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a (dotted) name begins at module level."""
    while isinstance(node, cst.Attribute):
        node = node.value
    if not isinstance(node, cst.Name):
        return False
    return any(isinstance(a.scope, GlobalScope) for a in tree.bound(node, node.value))
