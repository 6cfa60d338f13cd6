"""How a teardown gets to every application that uses it."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.applications import Application, applications
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.object import Made
from reloadlint.fixes.pieces import whole_lines
from reloadlint.fixes.project import Project
from reloadlint.fixes.style import Style


def register(made: Made, closer: str, project: Project, style: Style, draft: Draft) -> str | None:
    """Have `closer` registered with the applications; the decorator where that does it.

    Raises:
        Refusal: no application is found, or none to which a teardown can be given.
    """
    here = [app for app in applications(project) if app.tree is made.tree]
    if not here:
        raise Refusal("no application is made in the same module")
    if any(not app.plain or app.function is not None for app in here):
        raise Refusal("the application is not made by a plain assignment")
    start = made.tree.span(made.line)[0]
    before = [app for app in here if app.tree.span(app.statement)[1] <= start]
    decorator = None
    if before:
        decorator = f"@{before[0].name}.teardown_appcontext"
    for app in here:
        if app not in before[:1]:
            draft.add(
                app.tree.path, _call_after(app, f"{app.name}.teardown_appcontext({closer})", style)
            )
    return decorator


def _call_after(app: Application, call: str, style: Style) -> Edit:
    """The edit that puts a statement after the one that makes an application."""
    assert isinstance(app.statement, cst.SimpleStatementLine)
    start, end = whole_lines(app.tree, app.statement)
    line = app.tree.data[start:end].decode()
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    ended = line.endswith(("\n", "\r"))
    return Edit(end, end, f"{'' if ended else style.newline}{indent}{call}{style.newline}")
