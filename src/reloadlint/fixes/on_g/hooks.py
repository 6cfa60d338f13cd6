"""What hooks need to be called: a decorator, or a statement after an application is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from libcst import SimpleStatementLine

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.applications import Application
from reloadlint.fixes.writing.pieces import whole_lines
from reloadlint.fixes.writing.style import Style

HOOK = "teardown_appcontext"
OPENING = "before_request"
OPENING_OF_ALL = "before_app_request"
"""What a blueprint calls the hook that runs before the requests of the whole application."""


class Hooks(NamedTuple):
    """The functions of a cure that an application has to call: the teardown, and what opens."""

    closer: str
    opener: str | None = None

    def calls(self, app: str) -> list[str]:
        """The statements that register them."""
        opening = [f"{app}.{OPENING}({self.opener})"] if self.opener else []
        return [*opening, f"{app}.{HOOK}({self.closer})"]


class Registered(NamedTuple):
    """What the hooks' own module has to do: decorators, or statements after them.

    `decorator` is the teardown's; `opening` is that of the function that opens, if there is one.
    """

    decorator: str | None = None
    after: str = ""
    opening: str | None = None


def calls_after(app: Application, calls: Iterable[str], style: Style) -> Edit:
    """The edit that puts statements after the one that makes an application."""
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
    text = "".join(f"{indent}{call}{style.newline}" for call in calls)
    return Edit(end, end, f"{'' if ended else style.newline}{text}")
