"""The statements that open an object and configure it, moved into its accessor."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.writing.accessor import Parts
from reloadlint.fixes.writing.pieces import moved
from reloadlint.fixes.writing.style import Style


def opening_lines(
    thing: Thing, found: list[Thing], accessors: list[str], parts: Parts, style: Style
) -> str:
    """The lines that open the object and configure it, inside the accessor."""
    place, indent = f"{parts.g}.{parts.key}", 2 * style.indent
    return style.newline.join(moved_lines(thing, found, accessors, place, indent))


def moved_lines(
    thing: Thing, found: Sequence[Thing], accessors: Sequence[str], place: str, indent: str
) -> list[str]:
    """The statement that makes a thing, then those that configure it, as they stand elsewhere.

    Args:
        found, accessors: all things of the cure, and how each is reached.
        place: what the thing is called there.
    """
    tree = thing.made.tree
    edits = [Edit(*thing.made.target, place)]
    edits += accessor_calls(thing, thing.made.line, found, accessors)
    texts = [moved(tree, thing.made.piece, indent, edits)]
    for line in thing.lines:
        own = [use for use in thing.found.uses if use.tree.statement_of(use.node) is line]
        edits = [Edit(*tree.span(use.node), place) for use in own]
        edits += accessor_calls(thing, line, found, accessors)
        texts.append(moved(tree, line, indent, edits, comments=True))
    return [text.rstrip("\r\n") for text in texts]


def accessor_calls(
    thing: Thing,
    line: cst.SimpleStatementLine,
    found: Sequence[Thing],
    accessors: Sequence[str],
) -> list[Edit]:
    """In a statement that moves, the calls of other things' accessors."""
    edits = []
    for other, accessor in zip(found, accessors, strict=True):
        for use in other.found.uses if other is not thing else ():
            if use.tree.statement_of(use.node) is line:
                start, end = use.tree.span(use.node)
                if isinstance(use.node, cst.Attribute):
                    start = use.tree.span(use.node.attr)[0]
                edits.append(Edit(start, end, f"{accessor}()"))
    return edits
