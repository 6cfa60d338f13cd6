"""Strategy `g`: an accessor that opens on `flask.g`, and a teardown that closes."""

from __future__ import annotations

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.accessor import Parts, accessor_text, teardown_text
from reloadlint.fixes.configuring import configures
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.flask_import import flask_name
from reloadlint.fixes.keys import free_key
from reloadlint.fixes.names import accessor_name, closer_name, stem_of
from reloadlint.fixes.object import Made, made_by
from reloadlint.fixes.pieces import moved
from reloadlint.fixes.placing import replaced
from reloadlint.fixes.project import Project
from reloadlint.fixes.references import References, Use, references
from reloadlint.fixes.registration import register
from reloadlint.fixes.rewriting import rewrite
from reloadlint.fixes.style import Style, style_of


def draft_g(hazard: Hazard, project: Project) -> Draft:
    """Write the cure for one hazard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    made = made_by(hazard, project)
    found = references(project, hazard.path, made.name)
    draft = Draft()
    lines = _moving(made, found)
    style = style_of(made.tree)
    stem = stem_of(made.name)
    trees = {made.tree, *(project.tree(path) for path in found.paths)}

    def taken(name: str) -> bool:
        return any(name in tree.identifiers for tree in trees)

    accessor, closer = accessor_name(stem, taken), closer_name(stem, taken)
    draft.names = (accessor, closer)
    g = flask_name(made.tree, "g", made.tree.span(made.line)[0], style.newline)
    key = free_key(stem, hazard, project)
    decorator = register(made, closer, project, style, draft)
    parts = Parts(
        accessor=accessor,
        closer=closer,
        key=key,
        g=g.expression,
        opening=_opening(made, lines, found, f"{g.expression}.{key}", style),
        returns=None,
        release=_release(hazard),
        decorator=decorator,
        what=made.name,
    )
    text = accessor_text(parts, style) + style.newline * style.blank + teardown_text(parts, style)
    draft.add(hazard.path, *g.edits, *replaced(made, lines, text, style))
    rewrite(found, lines, made, accessor, draft)
    draft.note = (
        f"`{accessor}()` opens it at first use in a request and `{closer}` closes it; "
        "an error in opening it now comes with that request"
    )
    return draft


def _release(hazard: Hazard) -> str:
    closers = [name for name in hazard.closers if name != "aclose"]
    if not closers:
        raise Refusal("it has no closer, so every request would leave one open")
    if closers[0] == "__exit__":
        return "__exit__(None, None, None)"
    return f"{closers[0]}()"


def _moving(made: Made, found: References) -> list[cst.SimpleStatementLine]:
    """The statements that move along with the assignment.

    Raises:
        Refusal: the object is used while the module is loaded in a way that can't be moved.
    """
    _no_rebinding(found)
    lines: list[cst.SimpleStatementLine] = []
    for use in found.uses:
        if use.tree.function_of(use.node) is not None:
            continue
        line = configures(made, use)
        if line is None:
            raise Refusal(f"it is used while the module is loaded, in {use.where}")
        if line not in lines:
            lines.append(line)
    return lines


def _no_rebinding(found: References) -> None:
    for use in found.rebound:
        raise Refusal(f"the name is bound again in {use.where}")
    for obstacle in found.obstacles:
        raise Refusal(obstacle)


def _opening(
    made: Made, lines: list[cst.SimpleStatementLine], found: References, place: str, style: Style
) -> str:
    """The lines that open the object and configure it, inside the accessor."""
    start, end = made.target
    indent = 2 * style.indent
    text = moved(made.tree, made.line, indent, [Edit(start, end, place)])
    for line in lines:
        uses = [use for use in found.uses if _stands_in(use, line)]
        text = text.rstrip("\r\n") + style.newline
        edits = [Edit(*use.tree.span(use.node), place) for use in uses]
        text += moved(made.tree, line, indent, edits, comments=True)
    return text


def _stands_in(use: Use, line: cst.SimpleStatementLine) -> bool:
    return use.tree.statement_of(use.node) is line
