"""Statements that leave the module's level: where they begin, and the gap that they leave."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

import libcst as cst

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree


def first_line(body: Body, piece: Piece, *, follows: bool) -> int:
    """Where a statement begins with the comments above it.

    `follows`: the statement above goes as well, so that comments between the two belong to it.
    """
    lines = _comment_lines(piece.node)
    start = piece.start
    for line in reversed(lines):
        if line.comment is None and not follows:
            break
        start = body.tree.line_above(start)
    return _without_blank(body.tree, start, piece.start)


def _comment_lines(node: cst.BaseStatement) -> list[cst.EmptyLine]:
    return list(getattr(node, "leading_lines", ()))


def _without_blank(tree: Tree, start: int, end: int) -> int:
    while start < end and not tree.data[start : tree.line_end(start)].strip():
        start = tree.line_end(start)
    return start


def heads_section(body: Body, run: list[Piece], going: Collection[int]) -> bool:
    """Whether comments that stand apart above a group are about nothing that stays."""
    below = (p for p in body.pieces[run[0].number + 1 :] if p.is_guard or _has_heading(p.node))
    end = next((piece.number for piece in below), len(body.pieces))
    return run[0].number > 0 and all(n in going for n in range(run[0].number, end))


def _has_heading(node: cst.BaseStatement) -> bool:
    """Whether comments stand above a statement, with a blank line between."""
    lines = _comment_lines(node)
    last = next((n for n, line in enumerate(reversed(lines)) if line.comment is None), len(lines))
    return any(line.comment is not None for line in lines[: len(lines) - last])


def runs(body: Body, numbers: Collection[int]) -> Iterator[list[Piece]]:
    """The statements of these numbers, in groups that stand next to each other."""
    ordered = sorted(numbers)
    for _, group in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0]):
        yield [body.pieces[number] for _, number in group]


def cut(body: Body, numbers: Collection[int]) -> list[Edit]:
    """The edits that take statements away; of the blank lines around them the more are left."""
    return [_cut(body, run, heads_section(body, run, numbers)) for run in runs(body, numbers)]


def _cut(body: Body, run: list[Piece], heading: bool) -> Edit:
    tree = body.tree
    start, end = first_line(body, run[0], follows=heading), run[-1].end
    before, after = start, end
    while before and not tree.data[tree.line_above(before) : before].strip():
        before = tree.line_above(before)
    while after < len(tree.data) and not tree.data[after : tree.line_end(after)].strip():
        after = tree.line_end(after)
    above, below = tree.data[before:start], tree.data[end:after]
    if after == len(tree.data):
        return Edit(before, end, "")
    more = above if above.count(b"\n") > below.count(b"\n") else below
    return Edit(before, after, more.decode() if before else "")
