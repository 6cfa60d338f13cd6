"""How a project takes connections from a pool and gives them back, where that is plain to see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst
from libcst.metadata import GlobalScope

from reloadlint.fixes.per_process.giving_back import Line, can_go
from reloadlint.fixes.reading.functions import is_generator
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import Tree, last_name
from reloadlint.fixes.reading.troubles import line_in
from reloadlint.fixes.reading.uses import Use

CLOSE = "close"
"""The connection's own method that gives it back, where it does so."""

_TAKES = {
    "getconn": ("putconn",),
    "get_conn": ("put_conn", "return_conn", "release_conn", CLOSE),
    "acquire": ("release", CLOSE),
    "get_connection": ("put_connection", "release_connection", "return_connection", CLOSE),
    "connection": (CLOSE,),
    "checkout": ("checkin", CLOSE),
    "borrow": ("give_back", "release", CLOSE),
}
"""Methods of pools that hand out a connection, and what gives it back."""

_GIVES = frozenset(name for names in _TAKES.values() for name in names if name != CLOSE)


class Unclear(Exception):  # noqa: N818 - named as what it is
    """A use of the pool can't be told apart; the message says which, without an end."""


class Checkout(NamedTuple):
    """A function's own connection: where it takes it, under which name, and gives it back."""

    tree: Tree
    function: cst.FunctionDef
    use: Use
    call: cst.Call
    name: str
    gives: list[Line]


class Checkouts(NamedTuple):
    """All of a pool's: the method that takes, and the one that gives back (or `CLOSE`)."""

    each: list[Checkout]
    take: str
    give: str


def checkouts(thing: Thing) -> Checkouts:
    """Everything that is done with a pool.

    Raises:
        Unclear: something else is done.
    """
    uses = [u for u in thing.found.uses if u.tree.statement_of(u.node) not in thing.statements]
    methods = {_method(use) for use in uses}
    takes = methods & _TAKES.keys()
    if len(takes) != 1:
        raise Unclear("no connection is plainly taken from it")
    (take,) = takes
    gives = {name for name in methods & _GIVES if name in _TAKES[take]}
    for use in uses:
        if _method(use) not in takes | gives:
            raise Unclear(f"{use.where} does something else with it")
    found = [_checkout(use, _TAKES[take]) for use in uses if _method(use) == take]
    closed = any(_is_close(line) for each in found for line in each.gives)
    if len(gives) + closed > 1:
        raise Unclear("connections are given back in more than one way")
    _all_given(uses, gives, found)
    give = next(iter(gives)) if gives else CLOSE if closed else _TAKES[take][0]
    return Checkouts(found, take, give)


def _method(use: Use) -> str:
    """The method that a use calls; empty for anything else."""
    attribute = use.tree.parent(use.node)
    call = use.tree.parent(attribute)
    is_call = isinstance(call, cst.Call) and call.func is attribute
    return attribute.attr.value if is_call and isinstance(attribute, cst.Attribute) else ""


def _checkout(use: Use, gives: tuple[str, ...]) -> Checkout:
    tree = use.tree
    call = tree.parent(tree.parent(use.node))
    assert isinstance(call, cst.Call)
    assign, function = tree.parent(call), tree.function_of(call)
    targets = assign.targets if isinstance(assign, cst.Assign) else ()
    target = targets[0].target if targets else None
    if not isinstance(function, cst.FunctionDef) or not isinstance(target, cst.Name):
        raise Unclear(f"{use.where} takes one and gives it no name")
    line = tree.parent(assign)
    plain = not call.args and len(targets) == len(getattr(line, "body", ())) == 1
    if not plain or is_generator(function) or function.asynchronous is not None:
        raise Unclear(f"{use.where} takes one in its own way")
    checkout = Checkout(tree, function, use, call, target.value, [])
    checkout.gives.extend(_given_back(checkout, target, gives))
    for given in checkout.gives:
        if not can_go(tree, given, checkout.gives):
            raise Unclear(f"{line_in(tree, given)} gives it back under a condition")
    return checkout


def _given_back(checkout: Checkout, target: cst.Name, gives: tuple[str, ...]) -> Iterator[Line]:
    """The statements that give the connection back; every other use has to keep it open."""
    tree, scope = checkout.tree, checkout.tree.scope(target)
    bound = [one for one in tree.bound(target, target.value) if one.scope is scope]
    if len(bound) != 1 or isinstance(scope, GlobalScope):
        raise Unclear(f"`{target.value}` in {line_in(tree, target)} is bound more than once")
    nodes = {access.node for access in bound[0].references}
    for node in sorted(nodes, key=tree.line):
        if tree.function_of(node) is not checkout.function:
            raise Unclear(f"another function has `{target.value}` ({line_in(tree, node)})")
        call = _giving_call(tree, node)
        if call is None:
            continue
        line = tree.parent(tree.parent(call))
        known = last_name(call) in gives and isinstance(tree.parent(call), cst.Expr)
        if not known or not isinstance(line, Line) or len(line.body) > 1:
            raise Unclear(f"{line_in(tree, node)} gives it back in its own way")
        yield line


def _giving_call(tree: Tree, node: cst.CSTNode) -> cst.Call | None:
    """`pool.putconn(conn)` or `conn.close()`, for a mention of `conn`."""
    parent = tree.parent(node)
    call = tree.parent(parent)
    if not isinstance(call, cst.Call):
        return None
    if isinstance(parent, cst.Arg) and last_name(call) in _GIVES:
        return call
    closes = isinstance(parent, cst.Attribute) and parent.attr.value == CLOSE
    return call if closes and call.func is parent else None


def _is_close(line: Line) -> bool:
    small = line.body[0]
    return isinstance(small, cst.Expr) and last_name(small.value) == CLOSE


def _all_given(uses: list[Use], gives: set[str], found: list[Checkout]) -> None:
    """See that nothing is given back but what was plainly taken, as a whole and with no more."""
    known = [line for each in found for line in each.gives]
    for use in uses:
        if _method(use) in gives:
            call = use.tree.parent(use.tree.parent(use.node))
            assert isinstance(call, cst.Call)
            if use.tree.statement_of(use.node) not in known or len(call.args) != 1:
                raise Unclear(f"what {use.where} gives back can't be told apart")
