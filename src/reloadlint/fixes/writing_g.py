"""The edits of strategy `g`: accessors, a teardown and its registration, and every use."""

from __future__ import annotations

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class
from reloadlint.fixes.accessor import Parts, accessor_text, teardown_text
from reloadlint.fixes.draft import Draft
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.flask_import import flask_name
from reloadlint.fixes.keys import free_key
from reloadlint.fixes.names import accessor_name, closer_name, stem_of
from reloadlint.fixes.object import Made
from reloadlint.fixes.pieces import moved
from reloadlint.fixes.placing import replaced
from reloadlint.fixes.project import Project
from reloadlint.fixes.proxies import proxied
from reloadlint.fixes.registration import register
from reloadlint.fixes.release import Closer, own_class
from reloadlint.fixes.rewriting import rewrite
from reloadlint.fixes.style import Style, style_of
from reloadlint.fixes.things import Thing


def write(
    hazard: Hazard,
    project: Project,
    found: list[Thing],
    closer: Closer,
    draft: Draft,
    *,
    by_proxy: bool,
) -> None:
    """Add the edits to the draft; `Refusal` if they can't be made."""
    first = found[0]
    tree, style, stem = first.made.tree, style_of(first.made.tree), stem_of(first.made.name)
    given: set[str] = set()
    accessors: list[str] = []
    for thing in found:
        accessors.append(accessor_name(stem_of(thing.made.name), _taken(project, thing, given)))
        given.add(accessors[-1])
    teardown = closer_name(stem, _taken(project, first, given))
    g = flask_name(tree, "g", tree.span(first.made.line)[0], style.newline)
    draft.add(hazard.path, *g.edits)
    only_here = by_proxy or all(
        path == hazard.path for thing in found for path in thing.found.paths
    )
    registered = register(first.made, teardown, project, style, draft, only_here=only_here)
    gone = [line for thing in found for line in thing.statements]
    for thing, accessor in zip(found, accessors, strict=True):
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
        )
        opening = _opening(thing, found, accessors, parts, style)
        text = accessor_text(parts, opening, style)
        if thing is first:
            text += style.newline * style.blank + teardown_text(parts, style) + registered.after
        if thing.made.owner and not by_proxy:
            gap = style.newline * style.blank
            text += f"{gap}{thing.made.owner}.{accessor} = {accessor}{style.newline}"
        if by_proxy:
            text += proxied(thing, accessor, style, draft)
        else:
            rewrite(thing.found, gone, accessor, draft)
        draft.add(hazard.path, *replaced(thing.made, thing.lines, text, style, gone))
    draft.note = (
        f"`{accessors[0]}()` opens it at first use in a request and `{teardown}()` closes it; "
        "an error in opening it now comes with that request"
    )


class _taken:  # noqa: N801 - a function that remembers
    """Whether a name can't be given in any of the modules where it would be used."""

    def __init__(self, project: Project, thing: Thing, given: set[str]) -> None:
        trees = [thing.made.tree, *(project.tree(path) for path in thing.found.paths)]
        self._names = frozenset().union(given, *(tree.identifiers for tree in trees))

    def __call__(self, name: str) -> bool:
        return name in self._names


def _returns(made: Made, cls: Class | None) -> str | None:
    """The annotation of the accessor, where the source says it."""
    if isinstance(made.assignment, cst.AnnAssign):
        return made.tree.source(made.assignment.annotation.annotation)
    assert isinstance(made.value, cst.Call)
    callee = made.tree.source(made.value.func)
    named = cls is not None and callee.rpartition(".")[2] == cls.definition.name
    return callee if named else _RETURNED.get(callee)


_RETURNED = {
    "sqlite3.connect": "sqlite3.Connection",
    "duckdb.connect": "duckdb.DuckDBPyConnection",
    "psycopg.connect": "psycopg.Connection",
}


def _opening(
    thing: Thing, found: list[Thing], accessors: list[str], parts: Parts, style: Style
) -> str:
    """The lines that open the object and configure it, inside the accessor."""
    tree, place, indent = thing.made.tree, f"{parts.g}.{parts.key}", 2 * style.indent
    edits = [Edit(*thing.made.target, place), *_calls(thing, thing.made.line, found, accessors)]
    text = moved(tree, thing.made.piece, indent, edits)
    for line in thing.lines:
        own = [use for use in thing.found.uses if use.tree.statement_of(use.node) is line]
        edits = [Edit(*tree.span(use.node), place) for use in own]
        edits += _calls(thing, line, found, accessors)
        text = text.rstrip("\r\n") + style.newline
        text += moved(tree, line, indent, edits, comments=True)
    return text


def _calls(
    thing: Thing, line: cst.SimpleStatementLine, found: list[Thing], accessors: list[str]
) -> list[Edit]:
    """In a statement that moves, the calls of other things' accessors."""
    return [
        Edit(*use.tree.span(use.node), f"{accessor}()")
        for other, accessor in zip(found, accessors, strict=True)
        if other is not thing
        for use in other.found.uses
        if use.tree.statement_of(use.node) is line
    ]
