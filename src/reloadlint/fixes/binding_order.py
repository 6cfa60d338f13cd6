"""Names that a module uses while it is loaded, above the statement that binds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def early_names(text: str) -> set[str]:
    """The global names that loading reads before the module's text binds them.

    Only what stands there plainly is seen, not what a function reads that is called meanwhile.
    """
    later: dict[str, int] = {}
    body = ast.parse(text).body
    for number, statement in enumerate(body):
        for name in _bound(statement):
            later.setdefault(name, number)
    return {
        name
        for number, statement in enumerate(body)
        for name in _read(statement)
        if later.get(name, -1) > number
    }


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in _loading(statement):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]


def _read(statement: ast.stmt) -> Iterator[str]:
    for node in _loading(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


def _loading(node: ast.AST) -> Iterator[ast.AST]:
    """What runs of a statement while it is loaded: of functions, decorators and defaults."""
    yield node
    if isinstance(node, _FUNCTIONS):
        arguments = node.args
        inside: list[ast.AST] = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
        inside += [] if isinstance(node, ast.Lambda) else node.decorator_list
    elif isinstance(node, ast.AnnAssign):
        inside = [node.target, *([node.value] if node.value is not None else [])]
    else:
        inside = list(ast.iter_child_nodes(node))
    for child in inside:
        yield from _loading(child)
