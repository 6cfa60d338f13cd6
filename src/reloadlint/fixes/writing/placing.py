"""Putting functions where a statement stood."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import libcst as cst

from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.pieces import whole_lines, with_comments
from reloadlint.fixes.writing.style import Style


def replaced(
    made: Made,
    lines: Sequence[cst.SimpleStatementLine | cst.BaseCompoundStatement],
    text: str,
    style: Style,
    gone: list[cst.SimpleStatementLine],
    cut: Collection[cst.SimpleStatementLine] = (),
    *,
    begins_with_function: bool = True,
    ends_with_function: bool = True,
) -> list[Edit]:
    """The edits that put `text` in place of an assignment, and take its other lines away.

    `gone` are all statements that functions take the place of; `cut`: those for which nothing is
    put there. `begins_with_function`: blank lines
    are due above the text; `ends_with_function`: below it.
    """
    tree = made.tree
    if len(made.line.body) > 1:
        return [_between(made, text, style)]
    start, end = whole_lines(tree, made.line)
    above = with_comments(tree, made.line)[0]
    edits = []
    for line in lines:
        first, last = with_comments(tree, line)
        if tree.data[end:first].strip() == b"":
            end = last
        else:
            edits.append(Edit(_from_blank_lines(tree, first, last), last, ""))
    body = list(tree.module.body)
    place = body.index(made.line)
    follows = not begins_with_function or (place > 0 and body[place - 1] in gone)
    missing = "" if follows else style.newline * _missing_before(tree, above, style)
    if ends_with_function:
        text += style.newline * _missing_after(tree, _below_cut(tree, end, cut), style)
    if end == len(tree.data) and not tree.data.endswith((b"\n", b"\r")):
        text = text.rstrip("\r\n")
    return [Edit(above, above, missing), Edit(start, end, text), *edits]


def _below_cut(tree: Tree, offset: int, cut: Collection[cst.SimpleStatementLine]) -> int:
    """Where what stays begins, behind lines that go."""
    for first, last in sorted(with_comments(tree, line) for line in cut):
        if first >= offset and not tree.data[offset:first].strip():
            offset = last
    return offset


def _from_blank_lines(tree: Tree, first: int, last: int) -> int:
    """Where lines that go begin: above as many blank lines as follow, all if nothing else does."""
    below = last
    while below < len(tree.data) and _is_blank(tree, first) and _is_blank(tree, below, after=True):
        below, first = tree.line_end(below), tree.line_above(first)
    while first and not tree.data[last:].strip() and _is_blank(tree, first):
        first = tree.line_above(first)
    return first


def _is_blank(tree: Tree, offset: int, *, after: bool = False) -> bool:
    """Whether the line above the one that starts at `offset` is blank; `after`: that line."""
    if after:
        return not tree.data[offset : tree.line_end(offset)].strip()
    return offset > 0 and not tree.data[tree.line_above(offset) : offset].strip()


def _between(made: Made, text: str, style: Style) -> Edit:
    """The edit that puts `text` in place of one of several statements on a line."""
    tree, body = made.tree, list(made.line.body)
    place = body.index(made.assignment)
    gap = style.newline * (style.blank + 1)
    line = whole_lines(tree, made.line)
    start = tree.span(body[place - 1])[1] if place else line[0]
    if place + 1 < len(body):
        end = tree.span(body[place + 1])[0]
        return Edit(start, end, f"{gap if place else ''}{text}{style.newline * style.blank}")
    after = style.newline * _missing_after(tree, line[1], style)
    return Edit(start, line[1], f"{gap}{text}{after}")


def _missing_before(tree: Tree, offset: int, style: Style) -> int:
    """The blank lines that are wanting before a function at `offset`."""
    if not tree.data[:offset].strip():
        return 0
    return max(0, style.blank - _blank_lines(tree.data[:offset][::-1]) + 1)


def _missing_after(tree: Tree, offset: int, style: Style) -> int:
    """The blank lines that are wanting between a function that ends at `offset` and the rest."""
    if not tree.data[offset:].strip():
        return 0
    return max(0, style.blank - _blank_lines(tree.data[offset:]))


def _blank_lines(data: bytes) -> int:
    """The line breaks before the first thing that is none."""
    space = data[: len(data) - len(data.lstrip())].replace(b"\n\r", b"\n").replace(b"\r\n", b"\n")
    return space.count(b"\n") + space.count(b"\r")
