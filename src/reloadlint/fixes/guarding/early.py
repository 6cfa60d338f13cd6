"""What a request runs before the hook that would start something."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.guarding.blocks import mentions
from reloadlint.fixes.guarding.standing import Standing
from reloadlint.fixes.guarding.users import users
from reloadlint.fixes.reading.applications import applications
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted

_SIGNALS = ("appcontext_pushed", "request_started")
_ALWAYS = frozenset({"url_value_preprocessor", "app_url_value_preprocessor"})
_BY_TURN = frozenset({"before_request", "before_app_request"})
_CONNECTING = frozenset({"connect", "connect_via"})


def too_early(place: Standing, names: set[str]) -> Iterator[str]:
    """Why a request may need the names while they are still None."""
    tree = place.tree
    using = users(tree, names)
    for function in tree.every(cst.FunctionDef):
        named = function.name.value in using and tree.parent(function) is tree.module
        if not named and not mentions(tree, function.body, names):
            continue
        if any(_is_early(tree, place, registration) for registration in _given(tree, function)):
            yield f"`{function.name.value}` uses it, and a request runs that before it is started"


def others_served(project: Project, place: Standing, app: str | None) -> list[str]:
    """The other applications of the module, whose requests start nothing."""
    if app is None or place.function is not None:
        return []
    own = applications(project, {place.tree.path})
    return sorted({a.name for a in own if a.function is None and a.name} - {app})


def _given(tree: Tree, function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
    """What a function is registered with: its decorators, and callables that are given its name."""
    for decorator in function.decorators:
        used = decorator.decorator
        yield used.func if isinstance(used, cst.Call) else used
    for call in tree.every(cst.Call):
        if call.args and dotted(call.args[0].value) == function.name.value:
            yield call.func


def _is_early(tree: Tree, place: Standing, registration: cst.BaseExpression) -> bool:
    owner, _, last = dotted(registration).rpartition(".")
    if last in _CONNECTING:
        return owner.rpartition(".")[2] in _SIGNALS
    above = tree.span(registration)[0] < tree.span(place.unit)[0]
    return last in _ALWAYS or (last in _BY_TURN and above)
