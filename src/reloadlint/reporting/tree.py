"""A tree of texts, drawn with lines that lead from each branch to its twigs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from reloadlint.reporting.drawing import GUTTER, wrapped

if TYPE_CHECKING:
    from reloadlint.reporting.drawing import Glyphs

_NARROWEST = 20


class Node(NamedTuple):
    """A text and what hangs on it."""

    text: Text
    children: Sequence[Node] = ()


def tree(root: Node, glyphs: Glyphs, width: int) -> Iterator[Text]:
    """The lines of a tree; what is too long goes on in the next line, under its beginning."""
    yield from wrapped(root.text, width)
    yield from _twigs(root.children, Text(), glyphs, width)


def _twigs(nodes: Sequence[Node], lead: Text, glyphs: Glyphs, width: int) -> Iterator[Text]:
    for node in nodes:
        is_last = node is nodes[-1]
        start = glyphs.last if is_last else glyphs.branch
        further = " " if is_last else glyphs.bar
        below = lead + Text(f"{further:<{len(start) + 1}}", GUTTER)
        first, *others = _fitted(node.text, width - below.cell_len)
        yield Text.assemble(lead, (start, GUTTER), " ", first)
        bar = glyphs.bar if node.children else " "
        yield from (Text.assemble(below, (bar, GUTTER), " ", line) for line in others)
        yield from _twigs(node.children, below, glyphs, width)


def _fitted(text: Text, room: int) -> list[Text]:
    """The text in lines, the first of which may be longer by what the others are set in."""
    indent = 2
    lines = wrapped(text, max(_NARROWEST, room))
    return lines if len(lines) < 2 else wrapped(text, max(_NARROWEST, room - indent))
