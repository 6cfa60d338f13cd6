"""What a teardown needs to be called: a decorator, or a statement after an application is made."""

from __future__ import annotations

from typing import NamedTuple

from libcst import SimpleStatementLine

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.applications import Application
from reloadlint.fixes.writing.pieces import whole_lines
from reloadlint.fixes.writing.style import Style

HOOK = "teardown_appcontext"


class Registered(NamedTuple):
    """What the teardown's own module has to do: a decorator, or statements after it."""

    decorator: str | None = None
    after: str = ""


def call_after(app: Application, call: str, style: Style) -> Edit:
    """The edit that puts a statement after the one that makes an application."""
    if not app.plain or not isinstance(app.statement, SimpleStatementLine):
        line = app.tree.line(app.statement)
        raise Refusal(
            f"the application in line {line} of {app.tree.path} is not made by a plain assignment"
        )
    if len(app.statement.body) > 1:
        raise Refusal("other statements stand on the line that makes the application")
    start, end = whole_lines(app.tree, app.statement)
    line_text = app.tree.data[start:end].decode()
    indent = line_text[: len(line_text) - len(line_text.lstrip(" \t"))]
    ended = line_text.endswith(("\n", "\r"))
    return Edit(end, end, f"{'' if ended else style.newline}{indent}{call}{style.newline}")
