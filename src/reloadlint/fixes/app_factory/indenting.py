"""Whole statements further to the right, docstrings with them."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from reloadlint.fixes.edits import Edit, applied
from reloadlint.fixes.reading.tree import Tree

_TEXTS = (cst.SimpleString, cst.FormattedString)


def indented(tree: Tree, start: int, end: int, indent: str, edits: Iterable[Edit] = ()) -> str:
    """The lines from `start` to `end` under another indentation, with those edits made in them.

    What stands in texts over several lines keeps its place, save docstrings.
    """
    fixed = [
        tree.span(node)
        for kind in _TEXTS
        for node in tree.every(kind)
        if start <= tree.span(node)[0] < end and not _is_docstring(tree, node)
    ]
    changes = [
        Edit(edit.start - start, edit.end - start, edit.text)
        for edit in edits
        if start <= edit.start < end
    ]
    offset = start
    while offset < end:
        following = tree.line_end(offset)
        inside = any(first < offset < last for first, last in fixed)
        if tree.data[offset:following].strip() and not inside:
            changes.append(Edit(offset - start, offset - start, indent))
        offset = following
    changes.sort(key=lambda edit: (edit.start, edit.end, edit.text.strip() != ""))
    return applied(tree.data[start:end].decode(), changes)


def _is_docstring(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a text is the first statement of a function or a class."""
    line = tree.parent(tree.parent(node))
    block = tree.parent(line) if isinstance(line, cst.SimpleStatementLine) else None
    owner = tree.parent(block) if isinstance(block, cst.IndentedBlock) else None
    if not isinstance(owner, (cst.FunctionDef, cst.ClassDef)):
        return False
    return isinstance(tree.parent(node), cst.Expr) and owner.body.body[0] is line
