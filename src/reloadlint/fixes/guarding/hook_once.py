"""What `before_first_request` did (RL404), with what Flask has left: once, and under a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.writing_once import HOLDS
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, last_name
from reloadlint.fixes.writing.pieces import shifted
from reloadlint.fixes.writing.plain_imports import module_names
from reloadlint.fixes.writing.style import style_of

if TYPE_CHECKING:
    from reloadlint.rules.program import Report

_NOW = {
    "before_first_request": "before_request",
    "before_app_first_request": "before_app_request",
}


def draft_hook_once(project: Project, report: Report) -> Draft:
    """Have a hook before each request do once what it did before the first.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    tree = project.tree(report.path)
    function, decorator = _decorated(tree, report)
    body = function.body
    if not isinstance(body, cst.IndentedBlock) or any(
        isinstance(node, cst.Return) for node in descendants(body)
    ):
        raise Refusal("it is left by `return`, so that nothing could be noted at its end")
    style, draft, name = style_of(tree), Draft(), function.name.value.strip("_")
    lock, flag = f"_{name}_lock", f"_{name}_done"
    if tree.identifiers & {lock, flag}:
        raise Refusal(f"`{lock}` or `{flag}` is taken in {tree.path}")
    draft.doubt(HOLDS)
    owner = decorator.decorator
    assert isinstance(owner, cst.Attribute)
    start = tree.line_start(tree.span(decorator)[0])
    modules, imports = module_names(tree, ["threading"], start, style.newline)
    draft.add(tree.path, *imports)
    draft.add(tree.path, Edit(*tree.span(owner.attr), _NOW[owner.attr.value]))
    gap = style.newline * (style.blank + 1)
    state = f"{lock} = {modules['threading']}.Lock(){style.newline}{flag} = False{gap}"
    draft.add(tree.path, Edit(start, start, state))
    draft.add(tree.path, *_inside(tree, body, lock, flag))
    draft.note = (
        f"`{function.name.value}()` runs with the first request that a process answers, once and "
        "under a lock, as it did with Flask before 2.3"
    )
    return draft


def _decorated(tree: Tree, report: Report) -> tuple[cst.FunctionDef, cst.Decorator]:
    """The hook and its decorator.

    Raises:
        Refusal: it is registered in another way.
    """
    for function in tree.every(cst.FunctionDef):
        for decorator in function.decorators:
            if tree.line(decorator) == report.span[0] and last_name(decorator.decorator) in _NOW:
                plain = isinstance(decorator.decorator, cst.Attribute) and not function.asynchronous
                if not plain or len(function.decorators) > 1 or not _is_top(tree, function):
                    raise Refusal("the hook is a coroutine, or stands in a function or class")
                return function, decorator
    raise Refusal("the hook is registered by a call, not by a decorator")


def _is_top(tree: Tree, function: cst.FunctionDef) -> bool:
    return tree.parent(function) is tree.module


def _inside(tree: Tree, body: cst.IndentedBlock, lock: str, flag: str) -> list[Edit]:
    """The body under the lock; a docstring and `global` statements stay above it."""
    style = style_of(tree)
    kept = next((n for n, s in enumerate(body.body) if not _stays(s)), len(body.body))
    first, last = body.body[kept], body.body[-1]
    margin = tree.data[tree.line_start(tree.span(first)[0]) : tree.span(first)[0]].decode()
    start, end = tree.line_start(tree.span(first)[0]), tree.line_end(tree.span(last)[1])
    i, newline = style.indent, style.newline
    head = f"{margin}global {flag}{newline}{margin}with {lock}:{newline}{margin}{i}if not {flag}:"
    inner = shifted(tree, start, end, 2 * i)
    gap = "" if inner.endswith(("\n", "\r")) else newline
    return [Edit(start, end, f"{head}{newline}{inner}{gap}{margin}{2 * i}{flag} = True{newline}")]


def _stays(statement: cst.BaseStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    small = statement.body[0]
    is_text = isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
    return is_text or isinstance(small, cst.Global)
