"""Where a module asks which of the reloader's processes it is in, and what depends on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import msgspec

from reloadlint.effects.truth import RELOADER_VARIABLE
from reloadlint.syntax import is_main_guard

ASKING = (RELOADER_VARIABLE, "is_running_from_reloader")
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Condition = tuple[ast.expr, bool]
"""A test, and how it has to come out."""


class Branch(msgspec.Struct, frozen=True):
    """Statements that run if the test of `node` comes out as `positive`.

    `conditions` are those of the statements around it; `function` is the function it stands in.
    """

    node: ast.If
    positive: bool
    body: tuple[ast.stmt, ...]
    conditions: tuple[Condition, ...]
    function: ast.FunctionDef | ast.AsyncFunctionDef | None

    @property
    def lines(self) -> range:
        """The lines of the statements."""
        return range(self.body[0].lineno, (self.body[-1].end_lineno or self.body[-1].lineno) + 1)


def branches(tree: ast.Module) -> list[Branch]:
    """Every branch of every `if` statement, also what follows one that leaves the function."""
    return list(_of_block(tree.body, (), None))


def _of_block(
    body: Sequence[ast.stmt],
    conditions: tuple[Condition, ...],
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
) -> Iterator[Branch]:
    for place, statement in enumerate(body):
        if isinstance(statement, ast.If) and not is_main_guard(statement):
            rest = tuple(body[place + 1 :])
            yield from _of_if(statement, rest, conditions, function)
            if _leaves(statement.body):
                conditions = (*conditions, (statement.test, False))
            continue
        inner = statement if isinstance(statement, _FUNCTIONS) else function
        outer = () if isinstance(statement, _FUNCTIONS) else conditions
        for block in _blocks(statement):
            yield from _of_block(block, outer, inner)


def _of_if(
    node: ast.If,
    rest: tuple[ast.stmt, ...],
    conditions: tuple[Condition, ...],
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
) -> Iterator[Branch]:
    yield Branch(node, True, tuple(node.body), conditions, function)
    yield from _of_block(node.body, (*conditions, (node.test, True)), function)
    if node.orelse:
        yield Branch(node, False, tuple(node.orelse), conditions, function)
        yield from _of_block(node.orelse, (*conditions, (node.test, False)), function)
    if rest and _leaves(node.body):
        yield Branch(node, False, rest, conditions, function)


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return isinstance(body[-1], _LEAVING)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list) and block:
            yield block
    for part in [*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]:
        yield part.body


def meanings(tree: ast.Module) -> dict[str, ast.expr]:
    """What names stand for: constants, and functions that only return an expression.

    A name that is bound more than once stands for nothing.
    """
    found: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
        elif isinstance(node, _FUNCTIONS):
            found.setdefault(node.name, []).append(_returned(node))
    return {
        name: values[0]
        for name, values in found.items()
        if len(values) == 1 and values[0] is not None
    }


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
    """The expression that a function returns, if it does nothing else."""
    body = [s for s in function.body if not _is_text(s)]
    if len(body) != 1 or not isinstance(body[0], ast.Return):
        return None
    return body[0].value


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def asked_for(tree: ast.Module) -> frozenset[str]:
    """What is handed to a run as `debug` or `use_reloader`, as `ast.dump` writes it."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    keywords = (keyword for call in calls for keyword in call.keywords)
    return frozenset(ast.dump(k.value) for k in keywords if k.arg in ("debug", "use_reloader"))
