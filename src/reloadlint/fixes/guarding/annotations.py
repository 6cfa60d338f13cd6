"""Annotated assignments that go into a function, where a `global` name may have no annotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree, descendants

_QUOTES = "'\""


def without_annotations(tree: Tree, members: Sequence[cst.BaseStatement]) -> list[Edit]:
    """The edits that take the annotations off the names that these statements bind.

    Raises:
        Refusal: one declares a name, and gives it no value.
    """
    edits = []
    for node in _annotated(members):
        if node.value is None:
            raise Refusal(f"line {tree.line(node)} only declares a type, and would have to go, too")
        edits.append(Edit(tree.span(node.target)[1], tree.span(node.value)[0], " = "))
    return edits


def annotations_of(tree: Tree, members: Sequence[cst.BaseStatement]) -> dict[str, str]:
    """By name, how these statements annotate it; without quotes."""
    return {
        node.target.value: tree.source(node.annotation.annotation).strip(_QUOTES)
        for node in _annotated(members)
        if isinstance(node.target, cst.Name)
    }


def _annotated(members: Sequence[cst.BaseStatement]) -> Iterator[cst.AnnAssign]:
    for member in members:
        for node in descendants(member):
            if isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name):
                yield node
