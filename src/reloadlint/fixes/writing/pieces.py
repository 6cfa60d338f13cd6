"""Statements that move into a function: their text, indented anew."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from reloadlint.fixes.edits import Edit, applied
from reloadlint.fixes.reading.tree import Tree, descendants

_LINE_END = re.compile(rb"\r\n|\r|\n")
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

    What stands in texts over several lines keeps its place, what is aligned with an opening
    bracket stays so. `comments`: those directly above it come along.
    """
    edits = list(edits)
    if not isinstance(node, cst.SimpleStatementLine):
        start, end = tree.span(node)
    else:
        start, end = with_comments(tree, node) if comments else whole_lines(tree, node)
    inside = [tree.span(n) for n in descendants(node) if isinstance(n, _TEXTS)]
    changes = [Edit(e.start - start, e.end - start, e.text) for e in edits]
    for offset in _line_starts(tree.data, start, end):
        blank = tree.data[offset : tree.line_end(offset)].strip() == b""
        if not blank and not any(first < offset < last for first, last in inside):
            aligned = _aligned(tree, offset, start, edits)
            changes.append(Edit(offset - start, offset - start, indent + " " * aligned))
    text = tree.data[start:end].decode()
    return applied(text, sorted(changes, key=lambda e: (e.start, e.end)))


def shifted(tree: Tree, start: int, end: int, indent: str, edits: Iterable[Edit] = ()) -> str:
    """Whole lines further to the right, with those of the edits made that are inside.

    What stands in texts over several lines keeps its place.
    """
    inside = [tree.span(n) for kind in _TEXTS for n in tree.every(kind)]
    changes = [
        Edit(e.start - start, e.end - start, e.text) for e in edits if start <= e.start < end
    ]
    changes += [
        Edit(offset - start, offset - start, indent)
        for offset in _line_starts(tree.data, start, end)
        if tree.data[offset : tree.line_end(offset)].strip()
        and not any(first < offset < last for first, last in inside)
    ]
    return applied(tree.data[start:end].decode(), changes)


def _aligned(tree: Tree, offset: int, start: int, edits: list[Edit]) -> int:
    """By how much a line moves with the bracket above that it is aligned with."""
    first = tree.data[start : tree.line_end(start)]
    column = first.find(b"(") + 1
    line = tree.data[offset : tree.line_end(offset)]
    indented = len(line) - len(line.lstrip(b" "))
    if offset == start or not column or indented < column or first[column:].strip() == b"":
        return 0
    before = [edit for edit in edits if edit.end <= start + column]
    return max(0, sum(len(edit.text.encode()) - edit.end + edit.start for edit in before))


def whole_lines(tree: Tree, node: cst.CSTNode) -> tuple[int, int]:
    """From the start of a statement's first line to the end of its last, with its comment."""
    start, end = tree.span(node)
    at_start = tree.data[end - 1 : end] in (b"\n", b"\r")  # where a block has ended
    return tree.line_start(start), end if at_start else tree.line_end(end)


def with_comments(
    tree: Tree, node: cst.SimpleStatementLine | cst.BaseCompoundStatement
) -> tuple[int, int]:
    """The lines of a statement and of the comments directly above it."""
    start, end = whole_lines(tree, node)
    for line in reversed(node.leading_lines):
        if line.comment is None:
            break
        start = tree.line_above(start)
    return start, end


def _line_starts(data: bytes, start: int, end: int) -> list[int]:
    ends = (match.end() for match in _LINE_END.finditer(data, start, end))
    return [start, *(offset for offset in ends if offset < end)]
