"""Writes that nobody commits: closing the connection after the request would drop them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from reloadlint.fixes.tree import FunctionNode, Tree, descendants, last_name

_WRITE = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(INSERT|UPDATE|DELETE|REPLACE|MERGE|CREATE|DROP|ALTER|TRUNCATE)\b",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:LOCAL\s+|GLOBAL\s+)?TEMP", re.IGNORECASE)
_EXECUTING = frozenset({"execute", "executemany", "executescript"})
_COMMITTING = frozenset({"commit", "begin", "autocommit", "executescript"})


def uncommitted(tree: Tree, function: FunctionNode) -> cst.Call | None:
    """The call in a function that writes without a commit there; None if there is none."""
    calls = [node for node in descendants(function.body) if isinstance(node, cst.Call)]
    if any(last_name(call) in _COMMITTING for call in calls) or _is_in_block(function):
        return None
    return next((call for call in calls if _writes(tree, call)), None)


def _writes(tree: Tree, call: cst.Call) -> bool:
    if last_name(call) not in _EXECUTING or not call.args:
        return False
    return any(_WRITE.match(text) for text in _texts(tree, call.args[0].value))


def _texts(tree: Tree, node: cst.BaseExpression) -> Iterator[str]:
    """The beginnings of texts that an expression may be."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        yield str(node.evaluated_value or tree.source(node).lstrip("\"'rbfuRBFU"))
    elif isinstance(node, cst.FormattedString):
        first = node.parts[0] if node.parts else None
        if isinstance(first, cst.FormattedStringText):
            yield first.value
    elif isinstance(node, (cst.BinaryOperation, cst.Attribute)):
        yield from _texts(tree, node.left if isinstance(node, cst.BinaryOperation) else node.value)
    elif isinstance(node, cst.Call):
        yield from _texts(tree, node.func)
    elif isinstance(node, cst.Name):
        for assignment in tree.scope(node)[node.value]:
            bound = getattr(assignment, "node", None)
            target = tree.parent(bound) if isinstance(bound, cst.Name) else None
            statement = tree.parent(target) if isinstance(target, cst.AssignTarget) else None
            if isinstance(statement, cst.Assign) and not isinstance(statement.value, cst.Name):
                yield from _texts(tree, statement.value)


def _is_in_block(function: FunctionNode) -> bool:
    """`with connection:` commits at its end."""
    for node in descendants(function.body):
        if isinstance(node, cst.With):
            if any(isinstance(item.item, (cst.Name, cst.Attribute)) for item in node.items):
                return True
    return False


def commits_by_itself(tree: Tree, parts: Iterable[cst.CSTNode]) -> bool:
    """Whether a connection is made or configured so that each statement is its own transaction."""
    text = " ".join(tree.source(part) for part in parts)
    return bool(
        re.search(r"isolation_level\s*=\s*None|autocommit\s*(?:=|\()\s*(?:True|1)", text)
        or "AUTOCOMMIT" in text
    )


def temporary_table(tree: Tree) -> cst.SimpleString | None:
    """A text in a module that makes a temporary table."""
    if not _TEMPORARY.search(tree.text):
        return None
    texts = (node for node in tree.every(cst.SimpleString) if _TEMPORARY.search(node.value))
    return next(texts, None)
