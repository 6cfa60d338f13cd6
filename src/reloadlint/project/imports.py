"""What a module imports: the first, cheap pass over every file of a project."""

from __future__ import annotations

import ast

import msgspec

from reloadlint.syntax import parse


class ImportedName(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One import as written: `module` (with `level` dots) and the `name` taken from it, if any.

    `deferred` if it stands in a function's body, and so need not happen at import time.
    """

    module: str
    name: str | None
    level: int
    deferred: bool


class ImportFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a module imports: enough to place it in the project."""

    imports: tuple[ImportedName, ...]


_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef})
_SIMPLE = frozenset(
    {
        ast.AnnAssign,
        ast.Assert,
        ast.Assign,
        ast.AugAssign,
        ast.Delete,
        ast.Expr,
        ast.Pass,
        ast.Raise,
        ast.Return,
    }
)
"""Statements without an import or a block; never those that have one."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def import_facts(text: str) -> ImportFacts:
    """The imports of a module with this source text, those under `TYPE_CHECKING` left out.

    Raises:
        InvalidSyntax: the text is no Python, or is nested too deeply to be analysed.
    """
    return parse(text, imports_of)


def imports_of(tree: ast.Module) -> ImportFacts:
    """The same of a tree."""
    found: list[ImportedName] = []
    pending: list[tuple[ast.AST, bool]] = [(node, False) for node in reversed(tree.body)]
    while pending:
        node, deferred = pending.pop()
        kind = type(node)
        if kind in _SIMPLE:  # nine of ten: they are passed by at once
            continue
        found += _imports_of(node, deferred)
        inner = deferred or kind in _FUNCTIONS
        for block in reversed(_blocks_of(node)):
            pending += [(child, inner) for child in reversed(block)]
    return ImportFacts(tuple(found))


def _blocks_of(node: ast.AST) -> list[list[ast.AST]]:
    """The blocks that run when a statement does; not what only type checkers read."""
    names = ("orelse",) if _is_type_checking(node) else _BLOCKS
    return [block for name in names if (block := getattr(node, name, None))]


def _imports_of(node: ast.AST, deferred: bool) -> list[ImportedName]:
    if isinstance(node, ast.Import):
        return [ImportedName(alias.name, None, 0, deferred) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return [ImportedName(module, alias.name, node.level, deferred) for alias in node.names]
    return []


def _is_type_checking(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"
