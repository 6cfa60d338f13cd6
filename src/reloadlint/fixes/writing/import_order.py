"""The names of `from … import a, b` stay in the order that they were in."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from reloadlint.fixes.edits import Edit, applied

Key: TypeAlias = Callable[[str], Any]


def by_kind(name: str) -> tuple[int, str]:
    """Constants first, then classes, then the rest: isort's and ruff's default."""
    if name.isupper() and len(name) > 1:
        return (0, name)
    return (1 if name[:1].isupper() else 2, name)


def order_of(names: list[str]) -> Key | None:
    """The order that these names are in: as isort has it, or by letters; None if in none."""
    orders: tuple[Key, ...] = (by_kind, str.lower, str)
    return next((key for key in orders if names == sorted(names, key=key)), None)


def kept_in_order(before: str, after: str) -> str:
    """A rewritten text; new names in an import whose names had an order are put where they belong.

    Both texts compile.
    """
    orders = {module: _common_order(found) for module, found in _imports(before).items()}
    edits: list[Edit] = []
    for module, found in _imports(after).items():
        key = orders.get(module)
        for statement in found if key is not None else ():
            names = [alias.name for alias in statement.names]
            if key is not None and names != sorted(names, key=key):
                edits += _sorted(after, statement, key)
    return applied(after, edits)


def _imports(text: str) -> dict[tuple[int, str | None], list[ast.ImportFrom]]:
    """The statements that take names from a module, by its level and name."""
    found: dict[tuple[int, str | None], list[ast.ImportFrom]] = defaultdict(list)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            found[node.level, node.module].append(node)
    return found


def _common_order(statements: list[ast.ImportFrom]) -> Key | None:
    """The order of all of them: that of the longest, which shows most of a habit."""
    listed = [[alias.name for alias in statement.names] for statement in statements]
    key = order_of(max(listed, key=len))
    several = any(len(names) > 1 for names in listed)
    return key if several and key and all(n == sorted(n, key=key) for n in listed) else None


def _sorted(text: str, statement: ast.ImportFrom, key: Key) -> Iterator[Edit]:
    """The edits that change the names' places; none where a comment goes with one of them."""
    starts = _line_starts(text)
    spans = [_span(alias, starts) for alias in statement.names]
    data = text.encode()
    if b"#" in data[spans[0][0] : spans[-1][1]]:
        return
    written = [data[start:end].decode() for start, end in spans]
    ordered = sorted(zip(statement.names, written, strict=True), key=lambda pair: key(pair[0].name))
    for (start, end), (_, name) in zip(spans, ordered, strict=True):
        yield Edit(start, end, name)


def _line_starts(text: str) -> list[int]:
    """Where each line begins, as `ast` counts lines, in bytes."""
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _span(node: ast.alias, starts: list[int]) -> tuple[int, int]:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first, last = starts[node.lineno - 1], starts[node.end_lineno - 1]
    return first + node.col_offset, last + node.end_col_offset
