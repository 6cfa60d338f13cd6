"""A module's edits, once it is known what becomes of each statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.app_factory.commands import as_commands
from reloadlint.fixes.app_factory.cutting import cut, first_line
from reloadlint.fixes.app_factory.staying import Module
from reloadlint.fixes.app_factory.writing_factory import factory_text
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.style import Style


class Wanted(msgspec.Struct, frozen=True):
    """The function that a module gets.

    `head` are its first lines, `last` the one at its end, `below` one that goes below it; `loaded`
    are lines in place of imports, by number. `kept` are statements that run below it, `gone` those
    that go altogether.
    """

    head: Sequence[str]
    last: str | None = None
    below: str | None = None
    loaded: Mapping[int, Sequence[str]] = {}
    kept: Sequence[Piece] = ()
    gone: Collection[int] = ()


def write_module(module: Module, wanted: Wanted, style: Style, draft: Draft) -> None:
    """Add the function to a module's draft, and take away what is in it.

    Edits that the draft has already are made in what moves, too.

    Raises:
        Refusal: something that belongs into the function stands below what calls it.
    """
    body, found = module.body, module.sorted
    edits = draft.edits.setdefault(body.tree.path, [])
    for made in found.handed.values():
        edits += made.edits
    for number, known in found.registered.items():
        edits += as_commands(body, body.pieces[number], known, style, edits)
    place = _place(module, wanted, style)
    text = factory_text(module, wanted.head, style, edits, wanted.loaded, wanted.last)
    if wanted.below is not None:
        text += style.newline * style.blank + wanted.below + style.newline
    moved = [body.pieces[number] for number in found.moved]
    staying = [e for e in edits if not any(p.start <= e.start < p.end for p in moved)]
    cuts = cut(body, {*found.moved, *wanted.gone})
    above = place.above or _missing_above(body.tree, place.offset, cuts, style)
    function = Edit(place.offset, place.offset, f"{above}{text}{place.below}")
    draft.edits[body.tree.path] = [*staying, *cuts, function]


class _Place(NamedTuple):
    """Where the function goes, with the line breaks that are missing around it."""

    offset: int
    above: str
    below: str


def _place(module: Module, wanted: Wanted, style: Style) -> _Place:
    """Above the main guard or what runs the application, else at the end."""
    body, tree, found = module.body, module.body.tree, module.sorted
    calling = [piece for piece in body.pieces if piece.is_guard or piece in wanted.kept]
    if not calling:
        gone = {*found.moved, *wanted.gone}
        broken = "" if tree.data.endswith((b"\n", b"\r")) else style.newline
        stays = any(piece.number not in gone for piece in body.pieces)
        return _Place(len(tree.data), broken + style.newline * style.blank if stays else broken, "")
    first = calling[0]
    _see_that_all_is_above(body, first, {*found.moved, *found.registered, *found.handed})
    below = "" if first in wanted.kept else style.newline * style.blank
    return _Place(first_line(body, first, follows=False), "", below)


def _see_that_all_is_above(body: Body, calling: Piece, going: Collection[int]) -> None:
    late = [number for number in going if number > calling.number]
    if late:
        runs = calling.is_guard or not calling.binds
        why = "runs the application" if runs else "needs it at module level; move that to the end"
        raise Refusal(
            f"line {body.line(body.pieces[min(late)])} stands below line {body.line(calling)}, "
            f"which {why}"
        )


def _missing_above(tree: Tree, offset: int, cuts: Sequence[Edit], style: Style) -> str:
    """The blank lines that are missing above a place, with what is cut out there."""
    if offset == len(tree.data) or not offset:
        return ""
    there = next((edit for edit in cuts if edit.end == offset), None)
    if there is not None:
        count = there.text.count("\n") if there.start else style.blank
    else:
        count, line = 0, offset
        while line and not tree.data[tree.line_above(line) : line].strip():
            count, line = count + 1, tree.line_above(line)
    return style.newline * max(0, style.blank - count)
