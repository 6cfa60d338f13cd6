"""A service that a teardown shuts down (RL304) is shut down when the process ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.conditions import used_names
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, last_name
from reloadlint.fixes.writing.plain_imports import module_names
from reloadlint.fixes.writing.style import style_of

if TYPE_CHECKING:
    from reloadlint.rules.program import Report

_HOOKS = frozenset({"teardown_appcontext", "teardown_request", "teardown_app_request"})
_OF_A_REQUEST = frozenset({"g", "request", "session", "current_app"})


def draft_at_process_end(project: Project, report: Report) -> Draft:
    """Have `atexit` call what was a teardown.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    tree = project.tree(report.path)
    function = _function(tree, report)
    draft = Draft()
    draft.doubt("what was shut down after each request then lives until the process ends")
    place, newline = tree.span(function.decorators[0].decorator), style_of(tree).newline
    modules, imports = module_names(tree, ["atexit"], place[0], newline)
    draft.add(tree.path, Edit(*place, f"{modules['atexit']}.register"), *imports)
    start, end = tree.span(function.name)[1], tree.span(function.body)[0]
    opening = tree.data.index(b"(", start, end)
    closing = tree.data.rindex(b")", start, _header_end(tree, function))
    draft.add(tree.path, Edit(opening + 1, closing, ""))
    draft.note = f"`{function.name.value}()` runs when the process ends, not after each request"
    return draft


def _function(tree: Tree, report: Report) -> cst.FunctionDef:
    """The teardown, if it does nothing for the request.

    Raises:
        Refusal: it does more, or is more than a teardown.
    """
    for function in tree.every(cst.FunctionDef):
        first, _, last, _ = tree.position(function)
        if first <= report.span[0] <= last and tree.parent(function) is tree.module:
            break
    else:
        raise Refusal("no teardown of the module shuts it down by itself")
    names = [last_name(decorator.decorator) for decorator in function.decorators]
    if len(names) != 1 or names[0] not in _HOOKS or function.asynchronous is not None:
        raise Refusal("the function is more than a teardown")
    inside = used_names(tree, function.body)
    needed = {parameter.name.value for parameter in function.params.params}
    if inside & (needed | _OF_A_REQUEST):
        raise Refusal("the teardown does something for the request, too")
    uses = [n for n in tree.every(cst.Name) if n.value == function.name.value]
    if len(uses) > 1:
        raise Refusal(f"`{function.name.value}` is used elsewhere, too")
    if len(_calls(function)) != 1:
        raise Refusal("the teardown calls more than what shuts it down")
    return function


def _calls(function: cst.FunctionDef) -> list[cst.Call]:
    return [node for node in descendants(function.body) if isinstance(node, cst.Call)]


def _header_end(tree: Tree, function: cst.FunctionDef) -> int:
    """Where the parameters' parenthesis has been closed."""
    if function.returns is not None:
        return tree.span(function.returns.annotation)[0]
    return tree.line_end(_last_parameter(tree, function))


def _last_parameter(tree: Tree, function: cst.FunctionDef) -> int:
    parameters = function.params.params
    return tree.span(parameters[-1])[1] if parameters else tree.span(function.name)[1]
