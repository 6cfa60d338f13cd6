"""`atexit.register(db.close)`: what a cure sees to itself."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.guards import in_main_guard
from reloadlint.fixes.reading.references import Use


def closed_by_hand(use: Use, closers: Collection[str]) -> cst.SimpleStatementLine | None:
    """The statement outside of functions that only closes the object, if the use is one."""
    line = use.tree.statement_of(use.node)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    block = use.tree.parent(line)
    method, call = use.tree.parent(use.node), getattr(line.body[0], "value", None)
    closes = (
        isinstance(line.body[0], cst.Expr)
        and isinstance(call, cst.Call)
        and call.func is method
        and isinstance(method, cst.Attribute)
        and method.attr.value in closers
        and not call.args
    )
    alone = isinstance(block, cst.IndentedBlock) and len(block.body) == 1
    return line if closes and not alone and in_main_guard(use.tree, line) else None


def closed_at_exit(use: Use, closers: Collection[str]) -> cst.SimpleStatementLine | None:
    """The statement at module level that has the object closed at exit, if the use is one."""
    line = use.tree.statement_of(use.node)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    method = use.tree.parent(use.node)
    call = line.body[0].value if isinstance(line.body[0], cst.Expr) else None
    registers = (
        isinstance(call, cst.Call)
        and isinstance(method, cst.Attribute)
        and [arg.value for arg in call.args] == [_in_lambda(use, method) or method]
        and method.attr.value in closers
        and qualified_name(use.tree, call.func) == "atexit.register"
    )
    return line if registers and use.tree.parent(line) is use.tree.module else None


def _in_lambda(use: Use, method: cst.Attribute) -> cst.Lambda | None:
    """The `lambda` that does nothing but call the method, if it is in one."""
    call = use.tree.parent(method)
    if not isinstance(call, cst.Call) or call.func is not method or call.args:
        return None
    outer = use.tree.parent(call)
    takes_nothing = isinstance(outer, cst.Lambda) and not any(outer.params.children)
    return outer if isinstance(outer, cst.Lambda) and takes_nothing else None
