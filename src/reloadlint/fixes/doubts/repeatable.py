"""Statements that may as well run for each application: `CREATE TABLE IF NOT EXISTS`.

So does `INSERT OR IGNORE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.reading.functions import definition_of
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, last_name

_WORDS = re.compile(
    r"^\s*(?:CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW|TRIGGER)\s+IF\s+NOT\s+EXISTS\b"
    r"|INSERT\s+OR\s+IGNORE\s+INTO\b|$)",
    re.IGNORECASE,
)
_EXECUTING = frozenset({"execute", "executemany", "executescript"})
_HARMLESS = frozenset({"commit", "close", "cursor"})


def is_repeatable(project: Project, tree: Tree, run: Sequence[cst.BaseStatement]) -> bool:
    """Whether statements do nothing but make tables and rows that aren't there."""
    return all(_is_one(project, tree, statement) for statement in run)


def _is_one(project: Project, tree: Tree, statement: cst.BaseStatement) -> bool:
    if isinstance(statement, cst.With) and isinstance(statement.body, cst.IndentedBlock):
        inside = statement.body.body  # `with db:`, which commits, with or without a name
        return all(isinstance(i.item, cst.Name) for i in statement.items) and all(
            isinstance(line, cst.BaseStatement) and _is_one(project, tree, line) for line in inside
        )
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and len(statement.body) == 1
        and isinstance(statement.body[0], cst.Expr)
        and all(_makes_tables(project, tree, call) for call in _calls(statement))
    )


def _calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    return (inner for inner in descendants(node) if isinstance(inner, cst.Call))


def _makes_tables(project: Project, tree: Tree, call: cst.Call) -> bool:
    name = last_name(call)
    if name in _HARMLESS and not call.args:
        return True
    if name in _EXECUTING and isinstance(call.func, cst.Attribute) and _is_written_out(call):
        text = call.args[0].value
        value = text.evaluated_value if isinstance(text, cst.SimpleString) else None
        parts = value.split(";") if isinstance(value, str) else ["?"]
        return all(_WORDS.match(part) for part in parts)
    found = definition_of(project, tree, call.func)
    if found is None or not isinstance(found[1], cst.FunctionDef):
        return False
    inner = list(_calls(found[1].body))
    return bool(inner) and all(_makes_tables_itself(project, found[0], one) for one in inner)


def _is_written_out(call: cst.Call) -> bool:
    """Whether what a call gets is a text, with values that stand there."""
    given = [node for arg in call.args[1:] for node in descendants(arg.value)]
    return bool(call.args) and not any(isinstance(n, (cst.Name, cst.Call)) for n in given)


def _makes_tables_itself(project: Project, tree: Tree, call: cst.Call) -> bool:
    return not isinstance(call.func, cst.Name) and _makes_tables(project, tree, call)
