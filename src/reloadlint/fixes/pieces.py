"""Statements that move into a function: their text, indented anew."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from reloadlint.fixes.edits import Edit, applied
from reloadlint.fixes.tree import Tree, descendants

_TEXTS = (cst.SimpleString, cst.FormattedString)


def moved(
    tree: Tree,
    node: cst.SimpleStatementLine | cst.BaseSmallStatement,
    indent: str,
    edits: Iterable[Edit] = (),
    *,
    comments: bool = False,
) -> str:
    """The lines of a top-level statement under another indentation, with edits made in it.

    What stands in texts over several lines keeps its place. `comments`: those directly above it
    come along.
    """
    if not isinstance(node, cst.SimpleStatementLine):
        start, end = tree.span(node)
    else:
        start, end = with_comments(tree, node) if comments else whole_lines(tree, node)
    inside = [tree.span(n) for n in descendants(node) if isinstance(n, _TEXTS)]
    changes = [Edit(e.start - start, e.end - start, e.text) for e in edits]
    for offset in _line_starts(tree.data, start, end):
        blank = tree.data[offset : tree.line_end(offset)].strip() == b""
        if not blank and not any(first < offset < last for first, last in inside):
            changes.append(Edit(offset - start, offset - start, indent))
    text = tree.data[start:end].decode()
    return applied(text, sorted(changes, key=lambda e: (e.start, e.end)))


def whole_lines(tree: Tree, node: cst.CSTNode) -> tuple[int, int]:
    """From the start of a statement's first line to the end of its last, with its comment."""
    start, end = tree.span(node)
    return tree.line_start(start), tree.line_end(end)


def with_comments(tree: Tree, node: cst.SimpleStatementLine) -> tuple[int, int]:
    """The lines of a statement and of the comments directly above it."""
    start, end = whole_lines(tree, node)
    for line in reversed(node.leading_lines):
        if line.comment is None:
            break
        start = tree.line_start(start - 1)
    return start, end


def _line_starts(data: bytes, start: int, end: int) -> list[int]:
    found = [start]
    for offset in range(start, end - 1):
        if data[offset : offset + 1] == b"\n" or (
            data[offset : offset + 1] == b"\r" and data[offset + 1 : offset + 2] != b"\n"
        ):
            found.append(offset + 1)
    return found
