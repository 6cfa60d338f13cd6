"""Statements between a start and the run that may need what has been started."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_WAITS = frozenset({"wait", "join", "acquire", "result", "recv", "accept", "urlopen", "sleep"})
_CLIENTS = frozenset({"requests", "httpx", "urllib"})
_PATHS = frozenset({"path", "posixpath", "ntpath"})
_SERVERS = frozenset({"serve", "serve_forever", "run_wsgi", "WSGIServer", "run"})


def doubts_about(tree: Tree, rest: list[cst.BaseStatement]) -> Iterator[str]:
    """Why what stays between a start and the run may need more than it will find."""
    for call in waiting(rest):
        text = tree.source(call.func)
        yield f"`{text}()` in line {tree.line(call)} may wait for what it starts, in both processes"
    for statement in rest:
        for call in calls_in(statement):
            if last_name(call) in _SERVERS:
                text, line = tree.source(call.func), tree.line(call)
                yield f"`{text}()` in line {line} may serve the application without a reloader"


def waiting(statements: list[cst.BaseStatement]) -> Iterator[cst.Call]:
    """Calls that may wait for something that has been started."""
    for statement in statements:
        for call in calls_in(statement):
            owner = call.func.value if isinstance(call.func, cst.Attribute) else None
            is_text = isinstance(owner, (cst.SimpleString, cst.FormattedString))
            if last_name(owner) in _PATHS or is_text:
                continue
            if last_name(call) in _WAITS or dotted(owner).partition(".")[0] in _CLIENTS:
                yield call


@lru_cache(maxsize=4096)
def calls_in(statement: cst.CSTNode) -> tuple[cst.Call, ...]:
    """The calls that a statement writes, those in functions that it defines as well."""
    return tuple(node for node in descendants(statement) if isinstance(node, cst.Call))
