"""Receivers of signals: a signal holds them weakly, and a factory's own functions are soon gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.tree import Tree, last_name


def check_receivers(body: Body, moved: Collection[int]) -> None:
    """See that nothing forgets the functions that go into the factory.

    Raises:
        Refusal: a signal would.
    """
    for piece in body.pieces:
        if piece.number in moved and isinstance(piece.node, cst.FunctionDef):
            for node in _connected(body, piece, piece.node):
                raise Refusal(
                    f"`{piece.node.name.value}` would be gone when the factory returns: `connect` "
                    f"in line {body.tree.line(node)} of {body.tree.path} holds it weakly "
                    "(`weak=False` keeps it)"
                )


def _connected(body: Body, piece: Piece, function: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    """Where a function that nothing else holds is connected with a signal."""
    names = [decorator.decorator for decorator in function.decorators]
    if any(not _is_connect(name) for name in names):
        return
    yield from names
    own = function.name.value
    for other in body.reading(own):
        for node in other.now.get(own, ()):
            call = _call_with(body.tree, node)
            if call is not None and other is not piece and _holds_weakly(call):
                yield call


def _call_with(tree: Tree, node: cst.CSTNode) -> cst.Call | None:
    """The call that a name is an argument of."""
    argument = tree.parent(node)
    call = tree.parent(argument) if isinstance(argument, cst.Arg) else None
    return call if isinstance(call, cst.Call) else None


def _holds_weakly(call: cst.Call) -> bool:
    said = any(arg.keyword is not None and arg.keyword.value == "weak" for arg in call.args)
    return _is_connect(call.func) and not said


def _is_connect(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Attribute) and last_name(node) == "connect"
