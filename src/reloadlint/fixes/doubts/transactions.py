"""Writes that nobody commits: closing the connection after the request would drop them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import libcst as cst

from reloadlint.fixes.doubts.with_blocks import commits_when_left, is_transaction
from reloadlint.fixes.reading.functions import referring
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import (
    FunctionNode,
    Tree,
    assigned_values,
    descendants,
    last_name,
)

_WRITE = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(INSERT|UPDATE|DELETE|REPLACE|MERGE|CREATE|DROP|ALTER|TRUNCATE|WITH)\b",
    re.IGNORECASE,
)
_READING_WITH = re.compile(r"\s*WITH\b(?!.*\b(INSERT|UPDATE|DELETE)\b)", re.IGNORECASE | re.DOTALL)
_TEMPORARY = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:LOCAL\s+|GLOBAL\s+)?TEMP", re.IGNORECASE
)
_DDL = re.compile(r"\s*(?:--[^\n]*\n\s*)*(CREATE|DROP|ALTER|TRUNCATE)\b", re.IGNORECASE)
_EXECUTING = frozenset({"execute", "executemany", "executescript"})
_COMMITTING = frozenset({"commit", "begin", "autocommit", "executescript"})
_CONDITIONS = (cst.If, cst.ExceptHandler, cst.While, cst.For, cst.IfExp, cst.MatchCase)


def uncommitted(
    project: Project,
    tree: Tree,
    function: FunctionNode,
    *,
    ddl_commits: bool = False,
    settled: Callable[[cst.Call], bool] | None = None,
) -> cst.Call | None:
    """The call in a function that writes, where neither it nor its callers commit.

    `ddl_commits`: `CREATE TABLE` and the like need no commit. `settled` says of a call that what
    it calls sees to that.
    """
    for call in _executing(function):
        if not call.args or (settled is not None and settled(call)):
            continue
        if _committed(project, tree, function, call):
            continue
        statement = call.args[0].value
        if any(_is_write(text, ddl_commits=ddl_commits) for text in _texts(tree, statement)):
            if not _callers_commit(project, tree, function):
                return call
        elif _is_parameter(function, statement) and _is_told_to_write(project, tree, function):
            return call
    return None


def _executing(function: FunctionNode) -> Iterator[cst.Call]:
    for node in descendants(function.body):
        if isinstance(node, cst.Call) and last_name(node) in _EXECUTING:
            yield node


def commits_what_it_writes(project: Project, tree: Tree, method: cst.FunctionDef) -> bool:
    """Whether a method hands statements to the database, and commits each of them."""
    calls = list(_executing(method))
    return bool(calls) and all(_committed(project, tree, method, call) for call in calls)


def uncommitted_at_load(
    tree: Tree, statements: Sequence[cst.CSTNode], *, ddl_commits: bool
) -> cst.Call | None:
    """The call in statements at module level that writes, and that no commit below it follows."""
    open_since = None
    for node in (node for statement in statements for node in descendants(statement)):
        if isinstance(node, cst.Call) and last_name(node) in _COMMITTING:
            open_since = None
        elif isinstance(node, cst.Call) and last_name(node) in _EXECUTING and node.args:
            texts = _texts(tree, node.args[0].value)
            writes = any(_is_write(text, ddl_commits=ddl_commits) for text in texts)
            around = (n for n in tree.ancestors(node) if isinstance(n, cst.With))
            inside = any(is_transaction(tree, block) for block in around)
            open_since = node if writes and not inside else open_since
    return open_since


_DDL_COMMITS = frozenset({"sqlite3", "duckdb", "pymysql", "MySQLdb", "mysql", "mariadb"})


def ddl_is_committed(library: str) -> bool:
    """Whether the connections of a library commit `CREATE TABLE` and the like by themselves."""
    return library.partition(".")[0] in _DDL_COMMITS


def _is_write(text: str, *, ddl_commits: bool = False) -> bool:
    if ddl_commits and _DDL.match(text):
        return False
    return bool(_WRITE.match(text)) and not _READING_WITH.match(text)


def _committed(project: Project, tree: Tree, function: FunctionNode, write: cst.CSTNode) -> bool:
    """Whether a commit in the function follows the write under no further condition."""
    around = set(_conditions(tree, function, write))
    for node in descendants(function.body):
        commits = isinstance(node, cst.Call) and last_name(node) in _COMMITTING
        if commits and set(_conditions(tree, function, node)) <= around:
            return True
        block = isinstance(node, cst.With) and (
            is_transaction(tree, node) or commits_when_left(project, node)
        )
        if block and any(outer is node for outer in tree.ancestors(write)):
            return True
    return False


def _conditions(tree: Tree, function: FunctionNode, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for outer in tree.ancestors(node):
        if outer is function:
            return
        if isinstance(outer, _CONDITIONS):
            yield outer


def _callers_commit(project: Project, tree: Tree, function: FunctionNode) -> bool:
    calls = list(_calls(project, tree, function))
    return bool(calls) and all(
        (outer := where.function_of(call)) is not None and _committed(project, where, outer, call)
        for where, call in calls
    )


def _is_told_to_write(project: Project, tree: Tree, function: FunctionNode) -> bool:
    """Whether a caller passes a statement that writes, and doesn't commit."""
    for where, call in _calls(project, tree, function):
        outer = where.function_of(call)
        writes = any(_is_write(t) for arg in call.args for t in _texts(where, arg.value))
        if writes and (outer is None or not _committed(project, where, outer, call)):
            return True
    return False


def _calls(project: Project, tree: Tree, function: FunctionNode) -> Iterator[tuple[Tree, cst.Call]]:
    if isinstance(function, cst.FunctionDef):
        for where, node in referring(project, tree, function):
            call = where.parent(node)
            if isinstance(call, cst.Call) and call.func is node:
                yield where, call


def _is_parameter(function: FunctionNode, node: cst.BaseExpression) -> bool:
    names = {parameter.name.value for parameter in function.params.params}
    return isinstance(node, cst.Name) and node.value in names


def _texts(tree: Tree, node: cst.BaseExpression) -> Iterator[str]:
    """The beginnings of texts that an expression may be."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        yield str(node.evaluated_value or tree.source(node).lstrip("\"'rbfuRBFU"))
    elif isinstance(node, cst.FormattedString):
        first = node.parts[0] if node.parts else None
        if isinstance(first, cst.FormattedStringText):
            yield first.value
    elif isinstance(node, cst.BinaryOperation):
        yield from _texts(tree, node.left)
    elif isinstance(node, cst.Attribute):
        yield from _texts(tree, node.value)
    elif isinstance(node, cst.Call):
        yield from _texts(tree, node.func)
    elif isinstance(node, cst.Name):
        for value in assigned_values(tree, node):
            names = (part.value for part in descendants(value) if isinstance(part, cst.Name))
            if node.value not in names and not isinstance(value, cst.Name):
                yield from _texts(tree, value)


def commits_by_itself(tree: Tree, parts: Iterable[cst.CSTNode]) -> bool:
    """Whether a connection is made or configured so that each statement is its own transaction."""
    text = " ".join(tree.source(part) for part in parts)
    return bool(
        re.search(r"isolation_level\s*=\s*None|autocommit\s*(?:=|\()\s*(?:True|1)", text)
        or "AUTOCOMMIT" in text
    )


def makes_temporary(text: cst.SimpleString) -> bool:
    """Whether a statement makes a table that is gone with its connection."""
    return bool(_TEMPORARY.search(text.value))


def temporary_table(tree: Tree) -> cst.SimpleString | None:
    """A text in a module that makes a temporary table."""
    if not _TEMPORARY.search(tree.text):
        return None
    texts = (node for node in tree.every(cst.SimpleString) if makes_temporary(node))
    return next(texts, None)
