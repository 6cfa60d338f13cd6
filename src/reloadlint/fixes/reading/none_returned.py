"""Whether a call may give None in place of the object: `except Error: return None`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.endings import NEVER_RETURN
from reloadlint.effects.frames import Scope
from reloadlint.effects.values import Function, Literal, alternatives
from reloadlint.facts import records as r
from reloadlint.facts.walk import mentioned, walk
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree

_DEEPEST = 5
"""Functions that return what another returns are followed so far."""


def may_be_none(project: Project, tree: Tree, value: cst.CSTNode) -> bool:
    """Whether a call at module level may return None, as far as the project's source shows."""
    outcome = project.outcomes.get((tree.path, tree.position(value)))
    if outcome is None:
        return False
    given = alternatives(outcome.result)
    seen = any(isinstance(option, Literal) and option.value is None for option in given)
    if isinstance(outcome.called, Function):
        return _returns_none(outcome.called.definition, outcome.called.scope, _DEEPEST, seen=seen)
    return seen


def _returns_none(function: r.FunctionDef, scope: Scope, depth: int, *, seen: bool) -> bool:
    """`seen`: None is among what following it has given, which endless loops add, too."""
    body = function.body
    emptied = set(_emptied(body)) - set(_tested(body))
    returned = [node.value for node in _own(body) if isinstance(node, r.Return)]
    if _goes_on(body) or any(_is_none(value, emptied) for value in returned):
        return True
    for call in (value for value in returned if isinstance(value, r.Call)):
        found = _called(call, function, scope) if depth else None
        is_class = call.text.rpartition(".")[2][:1].isupper()
        if _returns_none(*found, depth - 1, seen=seen) if found else seen and not is_class:
            return True
    return False


def _called(
    call: r.Call, function: r.FunctionDef, scope: Scope
) -> tuple[r.FunctionDef, Scope] | None:
    """The function that is called by its name in another, with what that sees."""
    name = call.func.id if isinstance(call.func, r.Name) else ""
    for inner in _own(function.body):
        if isinstance(inner, r.FunctionDef) and inner.name == name:
            return inner, scope
    found = scope.find(name)
    return (found.definition, found.scope) if isinstance(found, Function) else None


def _is_none(value: r.Expr | None, emptied: set[str]) -> bool:
    if isinstance(value, r.IfExp):
        return _is_none(value.body, emptied) or _is_none(value.orelse, emptied)
    if isinstance(value, r.Name):
        return value.id in emptied
    return value is None or (isinstance(value, r.Constant) and value.known and value.value is None)


def _emptied(body: tuple[r.Stmt, ...]) -> Iterator[str]:
    """The names that are given None."""
    for node in _own(body):
        if isinstance(node, (r.Assign, r.AnnAssign)) and _is_none(node.value, set()):
            targets = node.targets if isinstance(node, r.Assign) else (node.target,)
            yield from (target.id for target in targets if isinstance(target, r.Name))


def _tested(body: tuple[r.Stmt, ...]) -> Iterator[str]:
    """The names with which nothing goes on while they are None: `while client is None:`."""
    for node in _own(body):
        if isinstance(node, r.While) or (isinstance(node, r.If) and not _goes_on(node.body)):
            yield from mentioned(node.test)


def _own(body: tuple[r.Stmt, ...]) -> Iterator[r.Record]:
    return walk(body, into_definitions=False)


def _goes_on(body: tuple[r.Stmt, ...]) -> bool:
    """Whether what stands below some statements may run after them."""
    return all(_is_passed(statement) for statement in body)


def _is_passed(statement: r.Stmt) -> bool:
    match statement:
        case r.Return() | r.Raise():
            return False
        case r.If():
            return _goes_on(statement.body) or _goes_on(statement.orelse)
        case r.With():
            return _goes_on(statement.body)
        case r.While():
            endless = isinstance(statement.test, r.Constant) and bool(statement.test.value)
            return not endless or any(isinstance(node, r.Break) for node in _own(statement.body))
        case r.Try():
            ends = [statement.body + statement.orelse, *(h.body for h in statement.handlers)]
            return _goes_on(statement.final) and any(_goes_on(end) for end in ends)
        case r.Match():
            cases = statement.cases
            return not cases[-1].wildcard or any(_goes_on(case.body) for case in cases)
        case r.ExprStatement(value=r.Call(text=text)):
            return text not in NEVER_RETURN
    return True
