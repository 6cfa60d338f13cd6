"""Taking whole statements out of a text, so that it doesn't show that they were there."""

from __future__ import annotations

from collections.abc import Iterator

from reloadlint.fixes.reading.tree import Tree


def taken_away(
    tree: Tree, ranges: list[tuple[int, int]], *, opens: bool = False
) -> Iterator[tuple[int, int]]:
    """What to take away with these ranges of lines: of the blank lines around, the wider gap stays.

    `opens`: the first of them opens a block, which begins with no blank line.
    """
    for number, (start, end) in enumerate(merged(tree, ranges)):
        above, below = _gap_above(tree, start), _gap_below(tree, end)
        if number == 0 and opens:
            yield start, below[0]
        elif above[1] >= below[1]:
            yield start, below[0] if above[1] else end
        else:
            yield above[0], end


def merged(tree: Tree, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in order, as one where nothing but blank lines is between them."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and not tree.data[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def is_below_blank_line(tree: Tree, start: int) -> bool:
    """Whether the line above, if there is one, is blank."""
    return _gap_above(tree, start)[1] > 0


def _gap_above(tree: Tree, start: int) -> tuple[int, int]:
    """Where the blank lines above begin, and how many there are."""
    lines = 0
    while start and not tree.data[(above := tree.line_above(start)) : start].strip():
        start, lines = above, lines + 1
    return start, lines


def _gap_below(tree: Tree, end: int) -> tuple[int, int]:
    """Where the blank lines below end, and how many there are."""
    lines = 0
    while end < len(tree.data) and not tree.data[end : tree.line_end(end)].strip():
        end, lines = tree.line_end(end), lines + 1
    return end, lines
