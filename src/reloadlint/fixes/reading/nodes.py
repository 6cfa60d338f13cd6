"""Nodes by themselves, without the module that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

MOST_NODES = 50_000
"""Nodes whose children are remembered: those of a file of some 1,500 lines."""


def descendants(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all that it holds, in the order of the text."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(_children_backwards(current))


def with_parents(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """All that a node holds, in the order of the text, each with the node that holds it."""
    pending = [(child, node) for child in _children_backwards(node)]
    while pending:
        found = pending.pop()
        yield found
        pending.extend((child, found[0]) for child in _children_backwards(found[0]))


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What a node holds itself, in the order of the text."""
    return reversed(_children_backwards(node))


@lru_cache(MOST_NODES)
def _children_backwards(node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    """What a node holds, the last first. libcst copies the node each time that it is asked."""
    return tuple(reversed(node.children))


def statements_of(node: cst.CSTNode) -> Iterator[cst.BaseStatement]:
    """The statements that a statement holds, itself included."""
    return (n for n in descendants(node) if isinstance(n, cst.BaseStatement))


def last_name(node: cst.CSTNode | None) -> str:
    """The last part of a dotted name: `run` of `self.app.run`; empty for anything else."""
    if isinstance(node, cst.Call):
        return last_name(node.func)
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def dotted(node: cst.CSTNode | None) -> str:
    """A dotted name as text; empty for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr.value}" if before else ""
    return ""
