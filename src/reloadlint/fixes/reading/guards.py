"""What stands around a piece of code: main guards, application contexts, conditions."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.tree import FunctionNode, Tree, descendants, last_name

_RUNNING = frozenset({"run_simple", "serve", "serve_forever"})
_OTHER_RUNS = frozenset(
    {"subprocess", "asyncio", "anyio", "trio", "loop", "self", "session", "tx", "transaction"}
    | {"db", "conn", "connection", "cursor", "cur", "client", "pipeline", "task", "job"}
)
"""Whose `run` is no server's: that of a process, a loop, a query, a piece of work."""
_CONTEXTS = frozenset({"app_context", "request_context", "test_request_context"})


def in_main_guard(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a node stands in the body of `if __name__ == "__main__":`."""
    inner = node
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.If) and inner is outer.body and is_main_test(outer.test):
            return True
        inner = outer
    return False


def is_main_test(test: cst.BaseExpression) -> bool:
    """Whether a test asks for `__name__ == "__main__"`."""
    names = {n.value for n in descendants(test) if isinstance(n, cst.Name)}
    texts = {n.evaluated_value for n in descendants(test) if isinstance(n, cst.SimpleString)}
    return isinstance(test, cst.Comparison) and names == {"__name__"} and texts == {"__main__"}


def runs_application(node: cst.CSTNode) -> bool:
    """Whether a statement or a function runs a server itself."""
    inside = descendants(node.body if isinstance(node, cst.FunctionDef) else node)
    return any(isinstance(n, cst.Call) and _runs(n.func) for n in inside)


def _runs(func: cst.BaseExpression) -> bool:
    if isinstance(func, cst.Attribute) and func.attr.value == "run":
        return last_name(func.value) not in _OTHER_RUNS
    return last_name(func) in _RUNNING


def opens_context(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a `with app.app_context():` (or the like) stands around a node, in its function."""
    function: FunctionNode | None = tree.function_of(node)
    inner = node
    for outer in tree.ancestors(node):
        if outer is function:
            return False
        if isinstance(outer, cst.With):
            before = outer.items
            if isinstance(inner, cst.WithItem):
                before = before[: list(before).index(inner)]
            if any(last_name(item.item) in _CONTEXTS for item in before):
                return True
        inner = outer
    return False
