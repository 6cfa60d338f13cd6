"""Decorators that are methods of a library's object: who calls what they are given?"""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.callbacks import ENTRIES
from reloadlint.fixes.reading.functions import given_to, referring
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted, last_name

_SYNCHRONOUS = frozenset(
    {
        "ariadne", "blinker", "click", "connexion", "dash", "jsonrpcserver", "linebot", "quart",
        "slackeventsapi", "spyne", "strawberry", "typer", "webargs",
    }
)  # fmt: skip
"""Libraries that call what was registered where they are called themselves, as in a request."""


def registered_with(project: Project, tree: Tree, function: cst.FunctionDef) -> str | None:
    """The decorator of a library that has a function which nobody else mentions.

    Flask's own are no such library, nor its extensions: those call it in a context.
    """
    used = [d.decorator for d in function.decorators]
    if any(last_name(one) in ENTRIES for one in used):
        return None
    for one in used:
        func = one.func if isinstance(one, cst.Call) else one
        if not (isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name)):
            continue
        made = _made_by(project, tree, func.value)
        known = "flask" in made or made.partition(".")[0] in _SYNCHRONOUS
        if made and not known and not referring(project, tree, function):
            return dotted(func)
    return None


def _made_by(project: Project, tree: Tree, name: cst.Name) -> str:
    """The library's callable that has made a name's object; empty where that isn't sure."""
    where, values = given_to(project, tree, name)
    calls = [value for value in values if isinstance(value, cst.Call)]
    if len(calls) != 1 or len(values) != 1:
        return ""
    made = qualified_name(where, calls[0].func)
    own = any(project.resolve(where.path, name) for name in (made, made.partition(".")[0]))
    return "" if own else made
