"""Statements that change an object after something was made from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.reading.things import HANDLES, Thing
from reloadlint.fixes.reading.tree import Tree, last_name

_COPIED = ("factory", "cursorclass")
"""What a library's cursor takes over from its connection when it is made."""


def changed_too_late(found: Sequence[Thing]) -> Iterator[str]:
    """Lines that would come before what is made from the object above them.

    An accessor makes and configures its own object in one go.
    """
    for thing in found:
        tree = thing.made.tree
        for made in (other for other in found if other.source in thing.found.uses):
            for line in thing.lines:
                if _above(made.made.line, line, tree) and _matters(line, made):
                    where = f"line {tree.line(line)} of {tree.path}"
                    yield f"{where} would no longer run after `{made.made.name}` is made from it"


def _matters(line: cst.SimpleStatementLine, made: Thing) -> bool:
    """Whether what is made, or one of its own lines above this one, may not be the same then."""
    if any(_above(own, line, made.made.tree) for own in made.lines):
        return True
    if last_name(made.made.value) not in HANDLES:
        return True
    small = line.body[0]
    target = small.targets[0].target if isinstance(small, cst.Assign) else None
    return isinstance(target, cst.Attribute) and target.attr.value.endswith(_COPIED)


def _above(one: cst.SimpleStatementLine, line: cst.SimpleStatementLine, tree: Tree) -> bool:
    return tree.span(one)[0] < tree.span(line)[0]
