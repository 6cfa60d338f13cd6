"""Statements between a start and the run that may need what has been started."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_WAITS = frozenset({"acquire", "result", "recv", "accept", "urlopen", "sleep"})
_CLIENTS = frozenset({"requests", "httpx", "urllib"})
_PATHS = frozenset({"path", "posixpath", "ntpath"})
_SERVERS = frozenset({"serve", "serve_forever", "run_wsgi", "WSGIServer", "run"})


def doubts_about(tree: Tree, rest: list[cst.BaseStatement]) -> Iterator[str]:
    """Why what stays between a start and the run may need more than it will find."""
    for call in waiting(rest):
        text, line = _text(tree, call), tree.line(call)
        yield f"`{text}()` in line {line} may wait for what it starts, in both processes"
    for statement in rest:
        for call in calls_in(statement):
            if last_name(call) in _SERVERS:
                text, line = _text(tree, call), tree.line(call)
                yield f"`{text}()` in line {line} may serve the application without a reloader"


def waiting(statements: list[cst.BaseStatement]) -> Iterator[cst.Call]:
    """Calls that may wait for something that has been started."""
    for part in _running(statements):
        for call in calls_in(part):
            owner = call.func.value if isinstance(call.func, cst.Attribute) else None
            is_text = isinstance(owner, (cst.SimpleString, cst.FormattedString))
            if last_name(owner) in _PATHS or is_text:
                continue
            if _waits(call) or dotted(owner).partition(".")[0] in _CLIENTS:
                yield call


def _running(statements: list[cst.BaseStatement]) -> list[cst.CSTNode]:
    """What runs of statements: of a function nothing, unless something that runs names it."""
    functions = {s.name.value: s for s in statements if isinstance(s, cst.FunctionDef)}
    running: list[cst.CSTNode] = []
    for statement in statements:
        if isinstance(statement, cst.FunctionDef):
            running += [*statement.decorators, statement.params]
        else:
            running.append(statement)
    for part in running:  # which grows meanwhile
        named = {node.value for node in descendants(part) if isinstance(node, cst.Name)}
        running += [functions.pop(name).body for name in sorted(named & functions.keys())]
    return running


def _waits(call: cst.Call) -> bool:
    """Whether a call's name is one that waits; `join` of a query or of words has more to join."""
    name = last_name(call)
    if name != "join":
        return name in _WAITS or name.startswith("wait")
    return len(call.args) <= 1 and not any(_is_joined(arg.value) for arg in call.args)


def _is_joined(node: cst.BaseExpression) -> bool:
    """Whether an argument of `join` can't be a time: a class, or several things."""
    is_class = last_name(node)[:1].isupper()
    return is_class or isinstance(node, (cst.BaseString, cst.BaseComp, cst.List, cst.Tuple))


def _text(tree: Tree, call: cst.Call) -> str:
    """What a call calls; of a chain over several lines, the end."""
    source = tree.source(call.func)
    return source if "\n" not in source else f"….{last_name(call)}"


@lru_cache(maxsize=4096)
def calls_in(statement: cst.CSTNode) -> tuple[cst.Call, ...]:
    """The calls that a statement writes, those in functions that it defines as well."""
    return tuple(node for node in descendants(statement) if isinstance(node, cst.Call))
