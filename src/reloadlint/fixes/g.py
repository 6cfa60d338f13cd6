"""Strategy `g`: an accessor that opens on `flask.g`, and a teardown that closes."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class
from reloadlint.fixes.accessor import Parts, accessor_text, teardown_text
from reloadlint.fixes.arguments import argument_doubts
from reloadlint.fixes.contexts import Contexts
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.flask_import import flask_name
from reloadlint.fixes.keys import free_key
from reloadlint.fixes.lookups import lookup_doubts
from reloadlint.fixes.moving import Moving, moving_with
from reloadlint.fixes.names import accessor_name, closer_name, stem_of
from reloadlint.fixes.object import Made, made_by
from reloadlint.fixes.pieces import moved
from reloadlint.fixes.placing import replaced
from reloadlint.fixes.project import Project
from reloadlint.fixes.references import References, references
from reloadlint.fixes.registration import register
from reloadlint.fixes.release import Closer, closer_of, own_class
from reloadlint.fixes.rewriting import rewrite
from reloadlint.fixes.state import state_doubts
from reloadlint.fixes.style import Style, style_of


def draft_g(hazard: Hazard, project: Project) -> Draft:
    """Write the cure for one hazard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    closer = closer_of(hazard, project)
    made = made_by(hazard, project)
    found = references(project, hazard.path, made.name)
    moving = moving_with(made, found)
    draft = Draft()
    cls = own_class(hazard, project)
    for doubt in _doubts(project, made, found, moving, cls, closer):
        draft.doubt(doubt)
    _write(hazard, project, made, found, moving, closer, draft, cls)
    return draft


def _doubts(
    project: Project,
    made: Made,
    found: References,
    moving: Moving,
    cls: Class | None,
    closer: Closer,
) -> Iterator[str]:
    """Why the cure may not hold.

    Raises:
        Refusal: it would break the module's loading.
    """
    if closer.doubt is not None:
        yield closer.doubt
    yield from moving.doubts
    contexts = Contexts(project)
    for use in found.uses:
        if not moving.takes(use):
            for trouble in contexts.troubles(use):
                if trouble.fatal:
                    raise Refusal(f"it is used at module level: {trouble.reason}")
                yield f"it is used in {use.where}, and {trouble.reason}"
    before = made.tree.span(made.line)[0]
    yield from argument_doubts(project, made.tree, [made.value, *moving.values], before)
    yield from state_doubts(project, made, found, moving.lines, cls, closer.name)
    yield from lookup_doubts(project, found)


def _write(
    hazard: Hazard,
    project: Project,
    made: Made,
    found: References,
    moving: Moving,
    closer: Closer,
    draft: Draft,
    cls: Class | None,
) -> None:
    style, stem = style_of(made.tree), stem_of(made.name)
    trees = [made.tree, *(project.tree(path) for path in found.paths)]

    def taken(name: str) -> bool:
        return any(name in tree.identifiers for tree in trees)

    accessor, teardown = accessor_name(stem, taken), closer_name(stem, taken)
    g = flask_name(made.tree, "g", made.tree.span(made.line)[0], style.newline)
    key = free_key(stem, hazard, project)
    only_here = all(path == hazard.path for path in found.paths)
    registered = register(made, teardown, project, style, draft, only_here=only_here)
    parts = Parts(
        accessor=accessor,
        closer=teardown,
        key=key,
        g=g.expression,
        opening=_opening(made, moving, found, f"{g.expression}.{key}", style),
        returns=_returns(made, cls),
        release=closer.call,
        decorator=registered.decorator,
        what=made.name,
    )
    gap = style.newline * style.blank
    text = accessor_text(parts, style) + gap + teardown_text(parts, style) + registered.after
    draft.add(hazard.path, *g.edits, *replaced(made, moving.lines, text, style))
    rewrite(found, [made.line, *moving.lines], accessor, draft)
    draft.note = (
        f"`{accessor}()` opens it at first use in a request and `{teardown}()` closes it; "
        "an error in opening it now comes with that request"
    )


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


def _opening(made: Made, moving: Moving, found: References, place: str, style: Style) -> str:
    """The lines that open the object and configure it, inside the accessor."""
    indent = 2 * style.indent
    text = moved(made.tree, made.piece, indent, [Edit(*made.target, place)])
    for line in moving.lines:
        uses = [use for use in found.uses if use.tree.statement_of(use.node) is line]
        edits = [Edit(*use.tree.span(use.node), place) for use in uses]
        text = text.rstrip("\r\n") + style.newline
        text += moved(made.tree, line, indent, edits, comments=True)
    return text
