"""Taking away the statements that give a connection back: a teardown does it from now on."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree, descendants
from reloadlint.fixes.writing.pieces import whole_lines

Line = cst.SimpleStatementLine
_TEXTS = (cst.SimpleString, cst.FormattedString)


def can_go(tree: Tree, line: Line, gone: Collection[Line]) -> bool:
    """Whether a block is still one without these statements, or is a `finally` that goes too."""
    block = tree.parent(line)
    if not isinstance(block, cst.IndentedBlock):
        return False
    if any(statement not in gone for statement in block.body):
        return True
    outer = tree.parent(block)
    attempt = tree.parent(outer)
    return (
        isinstance(outer, cst.Finally)
        and isinstance(attempt, cst.Try)
        and isinstance(attempt.body, cst.IndentedBlock)
    )


def removal(tree: Tree, gone: Collection[Line]) -> Iterator[Edit]:
    """The edits that take statements away of which each `can_go`."""
    ends: list[cst.Finally] = []
    for line in gone:
        block = tree.parent(line)
        assert isinstance(block, cst.IndentedBlock)
        if any(statement not in gone for statement in block.body):
            start, end = whole_lines(tree, line)
            if line is block.body[-1]:
                start = _above_blank_lines(tree, start)
            yield Edit(start, end, "")
        elif (outer := tree.parent(block)) not in ends:
            assert isinstance(outer, cst.Finally)
            ends.append(outer)
    for end_of_try in ends:
        yield from _without_finally(tree, end_of_try)


def _above_blank_lines(tree: Tree, start: int) -> int:
    while start and not tree.data[tree.line_above(start) : start].strip():
        start = tree.line_above(start)
    return start


def _without_finally(tree: Tree, node: cst.Finally) -> Iterator[Edit]:
    attempt = tree.parent(node)
    assert isinstance(attempt, cst.Try)
    start, end = whole_lines(tree, node)
    end = max(end, whole_lines(tree, node.body.body[-1])[1])
    yield Edit(_above_blank_lines(tree, start), end, "")
    if not attempt.handlers:
        yield from _unwrapped(tree, attempt)


def _unwrapped(tree: Tree, attempt: cst.Try) -> Iterator[Edit]:
    """The edits that take a `try:` away and have its body stand in its place."""
    start = tree.line_start(tree.span(attempt)[0])
    first, last = attempt.body.body[0], attempt.body.body[-1]
    yield Edit(start, tree.line_end(tree.span(attempt)[0]), "")
    column = tree.span(attempt)[0] - start
    deeper = tree.span(first)[0] - tree.line_start(tree.span(first)[0]) - column
    texts = [tree.span(n) for n in descendants(attempt.body) if isinstance(n, _TEXTS)]
    offset, end = tree.line_end(tree.span(attempt)[0]), whole_lines(tree, last)[1]
    while offset < end:
        line = tree.data[offset : tree.line_end(offset)]
        inside = any(begin < offset < stop for begin, stop in texts)
        if line.strip() and not inside and not line[:deeper].strip():
            yield Edit(offset, offset + deeper, "")
        offset = tree.line_end(offset)
