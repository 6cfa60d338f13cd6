"""What closing an object does besides: it would be done after every request."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.doubts.handing_out import counted, is_outer
from reloadlint.fixes.doubts.making_data import changed_data
from reloadlint.fixes.reading.functions import own_nodes
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.tree import Tree


def done_by_closing(methods: Methods, closer: str) -> Iterator[str]:
    """What the closer changes of files, tables and what belongs to the module."""
    for tree, _, method in methods.defined:
        for node in own_nodes(method.body) if method.name.value == closer else ():
            what = changed_data(tree, method, node) or counted(tree, node) or _sets(tree, node)
            if what is not None:
                where = f"line {tree.line(node)} of {tree.path}"
                yield f"closing it {what} ({where}), which would come after each request"


def _sets(tree: Tree, node: cst.CSTNode) -> str | None:
    target = node.target if isinstance(node, cst.AssignTarget) else None
    return (
        f"sets `{tree.source(target)}`" if target is not None and is_outer(tree, target) else None
    )
