"""The edits of strategy `g`: accessors, a teardown and its registration, and every use."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class
from reloadlint.fixes.doubts.proxies import proxied
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.on_g.load_blocks import LoadBlock
from reloadlint.fixes.on_g.naming_g import names_for, there_already
from reloadlint.fixes.on_g.registration import register
from reloadlint.fixes.on_g.writing_blocks import inside_init_app, moved_lines, write_blocks
from reloadlint.fixes.on_g.writing_hooks import hooks_named, hooks_text, note
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.release import Closer, own_class
from reloadlint.fixes.reading.stars import brought_by_stars
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import statements_of
from reloadlint.fixes.writing.accessor import Parts, accessor_text
from reloadlint.fixes.writing.annotation import style_for, taken_away, written_annotation
from reloadlint.fixes.writing.attribute_doc import take_doc
from reloadlint.fixes.writing.flask_import import flask_name
from reloadlint.fixes.writing.keys import free_key
from reloadlint.fixes.writing.names import stem_of
from reloadlint.fixes.writing.opening import opening_lines
from reloadlint.fixes.writing.placing import replaced
from reloadlint.fixes.writing.rewriting import rewrite
from reloadlint.fixes.writing.style import Style
from reloadlint.fixes.writing.unimport import unused_without


def write(
    hazard: Hazard,
    project: Project,
    found: list[Thing],
    closer: Closer,
    draft: Draft,
    *,
    by_proxy: bool,
    before_request: bool = False,
    blocks: Sequence[LoadBlock] = (),
) -> None:
    """Add the edits to the draft; `Refusal` if they can't be made."""
    first = found[0]
    tree, style, stem = first.made.tree, style_for(first.made), stem_of(first.made.name)
    there = [None if by_proxy else there_already(project, thing) for thing in found]
    for thing, existing in zip(found, there, strict=True):
        if not by_proxy and existing is None:
            take_doc(thing, style)
    accessors, given = names_for(project, found, there)
    hooks = hooks_named(project, first, given, before_request=before_request)
    teardown = hooks.closer
    if "g" in brought_by_stars(tree.text, project.texts, imported=False):
        raise Refusal("`import *` may bring another `g`")
    g = flask_name(tree, "g", tree.span(first.made.line)[0], style.newline)
    draft.add(hazard.path, *g.edits)
    only_here = by_proxy or all(
        path == hazard.path for thing in found for path in thing.found.paths
    )
    registered = register(first.made, hooks, project, style, draft, only_here=only_here)
    registered = inside_init_app(blocks, found, () if by_proxy else accessors, registered)
    gone = [line for thing in found for line in thing.statements]
    cut = [line for thing in found for line in (*thing.lines, *thing.dropped)]
    inside = [node for block in blocks for s in block.statements for node in statements_of(s)]
    for thing, accessor, existing in zip(found, accessors, there, strict=True):
        parts = Parts(
            accessor=accessor,
            closer=teardown,
            key=free_key(stem_of(thing.made.name), hazard, project),
            local=stem,
            g=g.expression,
            returns=_returns(thing.made, own_class(hazard, project) if thing is first else None),
            release=closer.call,
            decorator=registered.decorator,
            what=thing.made.name,
            existing=existing,
            doc=thing.doc,
        )
        opening = opening_lines(thing, found, accessors, parts, style)
        text = accessor_text(parts, opening, style)
        if thing is first:
            text += hooks_text(parts, hooks, registered, style)
        text += _below(thing, accessor, style, draft, by_proxy=by_proxy)
        moved_away = [*gone, *inside, *(existing.statements if existing is not None else ())]
        if not by_proxy:
            rewrite(thing.found, moved_away, accessor, draft)
        if existing is not None:
            draft.add(hazard.path, existing.removal())
        ends = not (by_proxy or thing.made.owner)
        lines = [*thing.lines, *thing.dropped, *_going_below(thing, found, blocks)]
        places = replaced(thing.made, lines, text, style, gone, cut, ends_with_function=ends)
        for line in thing.dropped:
            draft.add_once(hazard.path, *unused_without(tree, line))
        draft.add(hazard.path, *places)
        if not by_proxy:
            draft.add(hazard.path, *taken_away(thing.made, _kept(parts), style))
    write_blocks(blocks, found, () if by_proxy else accessors, draft)
    draft.note = note(accessors[0], hooks)


def _going_below(
    thing: Thing, found: list[Thing], blocks: Sequence[LoadBlock]
) -> list[cst.SimpleStatementLine | cst.BaseCompoundStatement]:
    """The statements that go from below an object to below the application."""
    tree = thing.made.tree
    lines = [line for block in blocks if block.tree is tree for line in moved_lines(block)]
    above = [t for t in found if lines and tree.span(t.made.line)[0] < tree.span(lines[0])[0]]
    return lines if above and above[-1] is thing else []


def _below(thing: Thing, accessor: str, style: Style, draft: Draft, *, by_proxy: bool) -> str:
    """What stands below the functions: what keeps the name, or the attribute, at hand."""
    if by_proxy:
        return proxied(thing, accessor, style, draft)
    if thing.made.owner:
        gap = style.newline * style.blank
        return f"{gap}{thing.made.owner}.{accessor} = {accessor}{style.newline}"
    return ""


def _kept(parts: Parts) -> str | None:
    """What of the assignment's annotation stays, at the accessor."""
    return parts.returns if parts.existing is None else None


def _returns(made: Made, cls: Class | None) -> str | None:
    """The annotation of the accessor, where the source says it."""
    assert isinstance(made.value, cst.Call)
    return written_annotation(made, cls) or _RETURNED.get(made.tree.source(made.value.func))


_RETURNED = {
    "sqlite3.connect": "sqlite3.Connection",
    "duckdb.connect": "duckdb.DuckDBPyConnection",
    "psycopg.connect": "psycopg.Connection",
}
