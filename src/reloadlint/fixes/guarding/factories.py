"""What a factory starts: the statement in it, beside the application that it makes."""

from __future__ import annotations

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.guarding.first_request import draft_first_request
from reloadlint.fixes.reading.applications import applications
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants


def start_in_factory(hazard: Hazard, project: Project) -> tuple[Tree, cst.Call] | None:
    """The innermost call on the way to the effect that stands below a factory's application."""
    for step in reversed(hazard.steps):
        for app in applications(project, {step.path}):
            if app.function is None or not app.plain:
                continue
            call = _call_in(app.tree, app.function, step.line)
            if call is not None and app.tree.span(call)[0] > app.end:
                return app.tree, call
    return None


def _call_in(tree: Tree, function: cst.CSTNode, line: int) -> cst.Call | None:
    """The outermost call that begins in a line of a function."""
    for node in descendants(function):
        if isinstance(node, cst.Call) and tree.line(node) == line:
            return node if tree.function_of(node) is function else None
    return None


def draft_in_factory(hazard: Hazard, project: Project, tree: Tree, call: cst.Call) -> Draft:
    """Have the factory's application start it with its first request.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    apps = {app.name for app in applications(project, {tree.path}) if app.function is not None}
    for arg in call.args:
        if isinstance(arg.value, cst.Name) and arg.value.value in apps:
            text, line = tree.source(call.func), tree.line(call)
            raise Refusal(
                f"`{text}()` in line {line} of {tree.path} gets the application, too, and has to "
                "set it up before the first request; take the start out of it"
            )
    return draft_first_request(hazard, project, tree, call, call)
