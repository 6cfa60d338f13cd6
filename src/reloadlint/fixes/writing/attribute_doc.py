"""The docstring of a name at module level: a text in the line below its assignment."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.writing.style import Style


def take_doc(thing: Thing, style: Style) -> None:
    """Have the docstring below an object's assignment go to its accessor."""
    line = _below(thing.made)
    if line is not None:
        thing.dropped.append(line)
        source = thing.made.tree.source(line.body[0])
        thing.doc = [style.indent + part if part.strip() else part for part in source.splitlines()]


def _below(made: Made) -> cst.SimpleStatementLine | None:
    """The text in the next line, with nothing else in it and no comment in between."""
    body = list(made.tree.module.body)
    place = body.index(made.line) + 1
    line = body[place] if place < len(body) else None
    if not isinstance(line, cst.SimpleStatementLine) or line.leading_lines or len(line.body) > 1:
        return None
    small = line.body[0]
    is_text = isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
    return line if is_text and line.trailing_whitespace.comment is None else None
