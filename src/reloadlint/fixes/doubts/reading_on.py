"""What depends on where the last request stopped: a result half read, a transaction begun."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import libcst as cst

from reloadlint.fixes.reading.functions import referring
from reloadlint.fixes.reading.own_attributes import own_root
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import FunctionNode, Tree, descendants, last_name

_PLACED = frozenset({"DictReader", "execute", "fdopen", "iter", "open", "reader"})
"""What makes something that knows how far it has been read."""
_TAKING = frozenset({"fetchall", "fetchmany", "fetchone", "read", "readline", "readlines"})
_THROUGH = frozenset({"list", "next", "set", "sorted", "sum", "tuple"})
_AFRESH = frozenset({"execute", "seek"})

_LAST_WRITE = re.compile(
    r"\b(last_insert_rowid\s*\(|last_insert_id\s*\(\s*\)|lastval\s*\(|currval\s*\(|changes\s*\(\s*\)"
    r"|row_count\s*\(|found_rows\s*\(|scope_identity\s*\(|@@identity)",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"\s*(BEGIN|START\s+TRANSACTION|SAVEPOINT)\b", re.IGNORECASE)
_ENDING = re.compile(r"\s*(COMMIT|END|ROLLBACK|RELEASE)\b", re.IGNORECASE)
_ENDS = frozenset({"commit", "rollback"})
_WRITING = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|SQL_CALC_FOUND_ROWS)\b", re.IGNORECASE)


def read_on(methods: Methods) -> Iterator[str]:
    """Where methods read on in what the constructor has opened, one reason each."""
    opened = _opened(methods)
    for tree, method in methods.serving() if opened else ():
        nodes = list(descendants(method.body))
        for name in sorted(opened):
            if any(_calls(node, name, _AFRESH) for node in nodes):
                continue
            taking = next((node for node in nodes if _takes(node, name)), None)
            if taking is not None:
                where = f"line {tree.line(taking)} of {tree.path}"
                yield f"{where} reads on in `{methods.name}.{name}`, where each request would begin"


def _opened(methods: Methods) -> set[str]:
    """The attributes that a constructor sets to what is read from beginning to end."""
    found = set()
    for _, method in methods.constructing():
        for node in descendants(method.body):
            if isinstance(node, (cst.Assign, cst.AnnAssign)) and last_name(node.value) in _PLACED:
                aims = node.targets if isinstance(node, cst.Assign) else (node,)
                found |= {own_root(aim.target, {}) for aim in aims}
    return {name for name in found if name is not None}


def _takes(node: cst.CSTNode, name: str) -> bool:
    if isinstance(node, (cst.For, cst.CompFor)):
        return own_root(node.iter, {}) == name
    if isinstance(node, cst.From):
        return own_root(node.item, {}) == name
    if isinstance(node, cst.Call) and last_name(node) in _THROUGH and node.args:
        return own_root(node.args[0].value, {}) == name
    return _calls(node, name, _TAKING)


def _calls(node: cst.CSTNode, name: str, methods: frozenset[str]) -> bool:
    method = node.func if isinstance(node, cst.Call) else None
    return (
        isinstance(method, cst.Attribute)
        and method.attr.value in methods
        and own_root(method.value, {}) == name
    )


def asked_afterwards(project: Project, places: Mapping[FunctionNode, Tree]) -> Iterator[str]:
    """Where a function asks the connection for what another one has written with it."""
    for function, tree in places.items():
        for text, node in _texts([function]):
            found = _LAST_WRITE.search(text)
            if found is None or _writes([function]):
                continue
            callers = _callers(project, tree, function)
            if not callers or not all(_writes([caller]) for caller in callers):
                line = f"line {tree.line(node)} of {tree.path}"
                asked = f"{found[1].partition('(')[0].strip()}"
                yield f"`{asked}` in {line} is about this connection's last write, in any request"


def left_begun(project: Project, places: Mapping[FunctionNode, Tree]) -> Iterator[str]:
    """Where a function begins a transaction that neither it nor its callers end."""
    for function, tree in places.items():
        begun = (node for text, node in _texts([function]) if _BEGINNING.match(text))
        first = next(begun, None)
        if first is None or _ends(function):
            continue
        callers = _callers(project, tree, function)
        if not callers or not all(map(_ends, callers)):
            line = f"line {tree.line(first)} of {tree.path}"
            yield f"the transaction begun in {line} would end with the request"


def _ends(function: FunctionNode) -> bool:
    calls = (n for n in descendants(function.body) if isinstance(n, cst.Call))
    return any(_ENDING.match(text) for text, _ in _texts([function])) or any(
        last_name(call) in _ENDS for call in calls
    )


def _callers(project: Project, tree: Tree, function: FunctionNode) -> list[FunctionNode]:
    if not isinstance(function, cst.FunctionDef):
        return []
    found = (where.function_of(node) for where, node in referring(project, tree, function))
    return [caller for caller in found if caller is not None]


def _writes(functions: Iterable[FunctionNode]) -> bool:
    return any(_WRITING.search(text) for text, _ in _texts(functions))


def _texts(functions: Iterable[FunctionNode]) -> Iterator[tuple[str, cst.CSTNode]]:
    for function in functions:
        for node in descendants(function.body):
            if isinstance(node, cst.SimpleString) and isinstance(node.evaluated_value, str):
                yield node.evaluated_value, node
            elif isinstance(node, cst.FormattedStringText):
                yield node.value, node
