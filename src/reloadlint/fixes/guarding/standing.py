"""Where a start stands that goes into a hook: its block, what has to come along, what is below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.blocks import bound, mentioned, mentions
from reloadlint.fixes.reading.guards import is_main_test
from reloadlint.fixes.reading.tree import Tree, descendants, last_name

_DEFINING = (cst.FunctionDef, cst.ClassDef, cst.Import, cst.ImportFrom, cst.Return, cst.Global)
_IDLE = (cst.Pass, cst.Raise, cst.Break, cst.Continue)
_SAYING = frozenset(
    {"print", "debug", "info", "warning", "error", "exception", "critical", "sleep"}
)


class Standing(NamedTuple):
    """A start in a block of a module or of a function.

    `unit` is the statement that moves: the start's own, or the loop, `try` or `with` around it.
    `below` are it and what follows in its block, `later` what follows around that. `margin` is
    the block's indentation, and `function` the one that it is in.
    """

    tree: Tree
    start: cst.Call
    unit: cst.BaseStatement
    below: list[cst.BaseStatement]
    later: list[cst.BaseStatement]
    margin: str
    function: cst.FunctionDef | None

    @property
    def scope(self) -> cst.CSTNode:
        """What the names of the block belong to."""
        return self.function or self.tree.module


def standing(tree: Tree, line: cst.SimpleStatementLine, start: cst.Call) -> Standing:
    """Where a start stands.

    Raises:
        Refusal: nothing can be put there in its place.
    """
    function = tree.function_of(line)
    around = [outer for outer in tree.ancestors(line) if outer is not tree.module]
    if function is not None:
        around = around[: around.index(function)]
    if any(isinstance(outer, cst.ClassDef) for outer in around):
        raise Refusal("it starts in the body of a class")
    blocks = (cst.For, cst.While, cst.Try, cst.TryStar, cst.With)
    outermost = [outer for outer in around if isinstance(outer, blocks)]
    unit: cst.BaseStatement = outermost[-1] if outermost else line
    block = tree.parent(unit)
    if not isinstance(block, (cst.Module, cst.IndentedBlock)):
        raise Refusal("it stands on one line with the header of its block")
    if isinstance(unit, cst.SimpleStatementLine) and len(unit.body) > 1:
        raise Refusal("other statements stand on its line")
    if function is not None and not isinstance(function, cst.FunctionDef):
        raise Refusal("it starts in a `lambda`")
    begins = tree.span(unit)[0]
    margin = tree.data[tree.line_start(begins) : begins].decode()
    below = list(_from(block, unit))
    return Standing(tree, start, unit, below, list(_later(tree, unit)), margin, function)


def _from(block: cst.CSTNode, unit: cst.BaseStatement) -> Iterator[cst.BaseStatement]:
    """The statements of a block from one on, up to the main guard."""
    body: list[cst.BaseStatement] = list(block.body)  # type: ignore[attr-defined]
    for statement in body[body.index(unit) :]:
        if isinstance(statement, cst.If) and is_main_test(statement.test):
            return
        yield statement


def _later(tree: Tree, unit: cst.BaseStatement) -> Iterator[cst.BaseStatement]:
    """What follows the `if` statements around a unit."""
    for outer in tree.ancestors(unit):
        if isinstance(outer, cst.FunctionDef):
            return
        block = tree.parent(outer) if isinstance(outer, cst.If) else None
        if isinstance(outer, cst.If) and isinstance(block, (cst.Module, cst.IndentedBlock)):
            yield from list(_from(block, outer))[1:]


def check_alone(place: Standing, objects: set[str]) -> None:
    """See that a compound statement does nothing but start these objects.

    Raises:
        Refusal: it does something that is needed while the module is loaded.
    """
    tree, unit = place.tree, place.unit
    if isinstance(unit, cst.SimpleStatementLine):
        return
    for node in descendants(unit):
        other = isinstance(node, _DEFINING) or (
            isinstance(node, cst.BaseSmallStatement) and not _belongs(place, node, objects)
        )
        if other:
            raise Refusal(
                f"line {tree.line(node)} does something else in the block that it starts in"
            )


def _belongs(place: Standing, node: cst.BaseSmallStatement, objects: set[str]) -> bool:
    if isinstance(node, _IDLE) or mentions(place.tree, node, objects):
        return True
    if isinstance(node, cst.Expr):
        called = isinstance(node.value, cst.Call) and last_name(node.value) in _SAYING
        return called or place.start in descendants(node)
    names = bound(node)
    return bool(names) and not any(
        "." in name or used_outside(place, name, [place.unit]) for name in names
    )


def used_outside(place: Standing, name: str, members: list[cst.BaseStatement]) -> bool:
    """Whether anything but these statements uses a name of the block."""
    inside = {node for member in members for node in descendants(member)}
    owner = place.tree.scope(place.unit)
    return any(
        part not in inside and any(a.scope is owner for a in place.tree.bound(part, name))
        for part in mentioned(place.tree, place.scope, {name})
    )
