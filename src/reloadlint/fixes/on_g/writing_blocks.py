"""Statements under `with app.app_context():`, where they are or below the application."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.on_g.hooks import Registered
from reloadlint.fixes.on_g.load_blocks import LoadBlock
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.writing.pieces import shifted, whole_lines, with_comments
from reloadlint.fixes.writing.rewriting import called
from reloadlint.fixes.writing.style import style_of


def write_blocks(
    blocks: Sequence[LoadBlock], found: Sequence[Thing], accessors: Sequence[str], draft: Draft
) -> None:
    """Add the edits; `accessors` is empty where the names stay."""
    for block in blocks:
        if not block.app:
            continue
        start, end = bounds(block)
        text = _text(block, start, end, _renamed(block, found, accessors))
        if block.below is None:
            draft.add(block.tree.path, Edit(start, end, text))
        else:
            draft.add(block.tree.path, _below(block, text))


def inside_init_app(
    blocks: Sequence[LoadBlock],
    found: Sequence[Thing],
    accessors: Sequence[str],
    registered: Registered,
) -> Registered:
    """The registration, with the statements that go into the `init_app` that it writes.

    Raises:
        Refusal: it writes none.
    """
    for block in (block for block in blocks if not block.app):
        if "def init_" not in registered.after:
            line = block.tree.line(block.statements[0])
            where = f"line {line} of {block.tree.path}"
            raise Refusal(f"it is used while the module is loaded, in {where}")
        style, (start, end) = style_of(block.tree), bounds(block)
        edits = _renamed(block, found, accessors)
        text = shifted(block.tree, start, end, 2 * style.indent, edits).rstrip("\r\n")
        head = f"{style.indent}with app.app_context():{style.newline}"
        registered = registered._replace(after=f"{registered.after}{head}{text}{style.newline}")
    return registered


def bounds(block: LoadBlock) -> tuple[int, int]:
    """From the comments above the first statement to the end of the last one's last line."""
    tree, (first, *_, last) = block.tree, (block.statements[0], *block.statements)
    assert isinstance(first, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    return with_comments(tree, first)[0], whole_lines(tree, last)[1]


def moved_lines(block: LoadBlock) -> list[cst.SimpleStatementLine | cst.BaseCompoundStatement]:
    """The statements that go to another place."""
    if block.below is None and block.app:
        return []
    kinds = (cst.SimpleStatementLine, cst.BaseCompoundStatement)
    return [line for line in block.statements if isinstance(line, kinds)]


def _renamed(block: LoadBlock, found: Sequence[Thing], accessors: Sequence[str]) -> list[Edit]:
    start, end = bounds(block)
    return [
        called(use, accessor)
        for thing, accessor in zip(found, accessors, strict=False)
        for use in thing.found.uses
        if use.tree is block.tree and start <= use.tree.span(use.node)[0] < end
    ]


def _text(block: LoadBlock, start: int, end: int, edits: list[Edit]) -> str:
    tree, style = block.tree, style_of(block.tree)
    first = tree.span(block.statements[0])[0]
    indent = tree.data[tree.line_start(first) : first].decode()
    text = shifted(tree, start, end, style.indent, edits)
    ended = "" if text.endswith(("\n", "\r")) else style.newline
    return f"{indent}with {block.app}.app_context():{style.newline}{text}{ended}"


def _below(block: LoadBlock, text: str) -> Edit:
    """The edit that puts the block below the statement that makes the application."""
    assert block.below is not None
    tree, newline = block.tree, style_of(block.tree).newline
    at = whole_lines(tree, block.below.statement)[1]
    following = tree.data[at:].decode()
    parted = not following.strip() or following.startswith(("\n", "\r"))
    return Edit(at, at, f"{newline}{text}{'' if parted else newline}")
