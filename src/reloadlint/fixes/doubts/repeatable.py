"""Statements that may as well run for each application: `CREATE TABLE IF NOT EXISTS`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.reading.functions import definition_of
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, last_name

_WORDS = re.compile(
    r"^\s*(?:CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)\s+IF\s+NOT\s+EXISTS\b|$)",
    re.IGNORECASE,
)
_EXECUTING = frozenset({"execute", "executescript"})
_HARMLESS = frozenset({"commit", "close", "cursor"})


def is_repeatable(project: Project, tree: Tree, run: Sequence[cst.BaseStatement]) -> bool:
    """Whether statements do nothing but make tables that aren't there."""
    return all(
        isinstance(statement, cst.SimpleStatementLine)
        and len(statement.body) == 1
        and isinstance(statement.body[0], cst.Expr)
        and all(_makes_tables(project, tree, call) for call in _calls(statement))
        for statement in run
    )


def _calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    return (inner for inner in descendants(node) if isinstance(inner, cst.Call))


def _makes_tables(project: Project, tree: Tree, call: cst.Call) -> bool:
    name = last_name(call)
    if name in _HARMLESS and not call.args:
        return True
    if name in _EXECUTING and isinstance(call.func, cst.Attribute) and len(call.args) == 1:
        text = call.args[0].value
        value = text.evaluated_value if isinstance(text, cst.SimpleString) else None
        parts = value.split(";") if isinstance(value, str) else ["?"]
        return all(_WORDS.match(part) for part in parts)
    found = definition_of(project, tree, call.func)
    if found is None or not isinstance(found[1], cst.FunctionDef):
        return False
    inner = list(_calls(found[1].body))
    return bool(inner) and all(_makes_tables_itself(project, found[0], one) for one in inner)


def _makes_tables_itself(project: Project, tree: Tree, call: cst.Call) -> bool:
    return not isinstance(call.func, cst.Name) and _makes_tables(project, tree, call)
