"""A start and the run below it: the block that holds both, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.tree import Tree, descendants, dotted

_WRAPPING = (cst.Try, cst.With)
_STARTING = (cst.Expr, cst.Assign, cst.AnnAssign)
_BINDING = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For)
_HEADERS: dict[type[cst.CSTNode], str] = {
    cst.If: "if",
    cst.For: "for",
    cst.While: "while",
    cst.With: "with",
    cst.FunctionDef: "def",
    cst.ClassDef: "class",
}


class Block(NamedTuple):
    """The statements of one block, of which `start` has its effect before `run` runs.

    `body` are all of them. `start` is what has to be guarded; where that stands further inside,
    `inner` is the block that it is in.
    """

    tree: Tree
    body: Sequence[cst.BaseStatement]
    start: cst.BaseStatement
    run: cst.BaseStatement
    anchor: cst.Call
    inner: Sequence[cst.BaseStatement] | None

    @property
    def between(self) -> list[cst.BaseStatement]:
        """The statements from the start's on to the run's."""
        if self.inner is not None:
            return list(self.inner[self.inner.index(self.start) :])
        return list(self.body[self.body.index(self.start) : self.body.index(self.run)])

    @property
    def is_moved_in(self) -> bool:
        """Whether the start stands elsewhere, at module level."""
        return self.start not in self.body and self.inner is None

    @property
    def holder(self) -> cst.BaseStatement:
        """The statement of the block that holds the start: the start itself, unless it is inner."""
        return _child(self.tree, self.body, self.start)

    @property
    def outside(self) -> list[cst.BaseStatement]:
        """Where the start stands further inside: what comes after that, up to the run."""
        if self.inner is None:
            return []
        return list(self.body[self.body.index(self.holder) + 1 : self.body.index(self.run)])


def block_of(tree: Tree, start: cst.CSTNode, anchor: cst.Call) -> Block:
    """The innermost block that holds a start and the run.

    Raises:
        Refusal: what starts can't be taken out, or the run depends on a condition.
    """
    line = line_of(tree, start)
    around = list(tree.ancestors(anchor))
    if line in around:
        raise Refusal("it starts inside the statement that runs the application")
    common = next(node for node in tree.ancestors(line) if node in around and _is_block(node))
    body: Sequence[cst.BaseStatement] = common.body  # type: ignore[attr-defined]
    run = _child(tree, body, anchor)
    if run is _child(tree, body, line):
        raise Refusal("it starts inside the statement that runs the application")
    _unconditional(tree, anchor, common)
    unit = climbed(tree, line, common)
    holder = tree.parent(unit)
    if holder is common:
        return Block(tree, body, unit, run, anchor, None)
    if not isinstance(holder, cst.IndentedBlock):
        raise Refusal(f"it stands on one line with the `{_header(tree.parent(holder))}` above it")
    return Block(tree, body, unit, run, anchor, holder.body)


def line_of(tree: Tree, start: cst.CSTNode) -> cst.SimpleStatementLine:
    """The line of statements in which something starts.

    Raises:
        Refusal: it is no statement by itself.
    """
    line = tree.statement_of(start)
    if not isinstance(line, cst.SimpleStatementLine):
        raise Refusal(f"it starts in the head of the `{_header(line)}` in line {tree.line(line)}")
    small = next(s for s in line.body if start in (s, *descendants(s)))
    if not isinstance(small, _STARTING):
        raise Refusal("it is part of a larger statement that is needed in both processes")
    return line


def _header(node: cst.CSTNode) -> str:
    return _HEADERS.get(type(node), "statement")


def _is_block(node: cst.CSTNode) -> bool:
    return isinstance(node, (cst.IndentedBlock, cst.Module))


def _child(tree: Tree, body: Sequence[cst.BaseStatement], node: cst.CSTNode) -> cst.BaseStatement:
    """The statement of a block that holds a node."""
    around = [node, *tree.ancestors(node)]
    return next(statement for statement in body if statement in around)


def _unconditional(tree: Tree, anchor: cst.Call, common: cst.CSTNode) -> None:
    """See that nothing decides on whether the run is reached."""
    inner: cst.CSTNode = anchor
    for outer in tree.ancestors(anchor):
        if outer is common:
            return
        decides = isinstance(outer, cst.BaseCompoundStatement) and (
            not isinstance(outer, _WRAPPING) or inner is not outer.body
        )
        if decides or isinstance(outer, (cst.IfExp, cst.BooleanOperation, cst.BaseComp)):
            raise Refusal(
                f"line {tree.line(anchor)} runs the application under a condition only, "
                "and it would not be started in the other case"
            )
        inner = outer


def climbed(tree: Tree, line: cst.BaseStatement, common: cst.CSTNode) -> cst.BaseStatement:
    """The statement, or the `if` or `for` around it that does nothing else."""
    unit: cst.BaseStatement = line
    while (block := tree.parent(unit)) is not common and isinstance(block, cst.IndentedBlock):
        outer = tree.parent(block)
        alone = len(block.body) == 1 and isinstance(outer, (cst.If, cst.For))
        if not alone or outer.orelse is not None or isinstance(tree.parent(outer), cst.If):  # type: ignore[attr-defined]
            break
        assert isinstance(outer, cst.BaseStatement)
        unit = outer
    return unit


# What a statement mentions and binds


def mentions(tree: Tree, node: cst.CSTNode, objects: set[str]) -> bool:
    """Whether one of these (dotted) names is used inside a node."""
    return any(True for _ in mentioned(tree, node, objects))


def mentioned(tree: Tree, node: cst.CSTNode, objects: set[str]) -> Iterator[cst.CSTNode]:
    """The places inside a node where one of these (dotted) names is used."""
    index = tree.index
    found = (part for name in objects for part in index.named(name) if index.is_inside(part, node))
    for part in sorted(found, key=index.number):
        parent = tree.parent(part)
        is_part = isinstance(parent, cst.Attribute) and parent.attr is part
        if not is_part and not (isinstance(parent, cst.Arg) and parent.keyword is part):
            yield part


def bound(statement: cst.CSTNode) -> set[str]:
    """The (dotted) names to which a statement gives something."""
    return set(_bound(statement))


@lru_cache(maxsize=4096)
def _bound(statement: cst.CSTNode) -> frozenset[str]:
    found = set()
    for node in descendants(statement):
        targets: list[cst.BaseExpression] = []
        if isinstance(node, _BINDING):
            targets = [node.target]
        elif isinstance(node, cst.AsName):
            targets = [node.name]
        elif isinstance(node, cst.ImportAlias) and node.asname is None:
            found.add(node.evaluated_name.partition(".")[0])
        for target in targets:
            found |= {dotted(part) for part in _elements(target)} - {""}
    return frozenset(found)


def _elements(target: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _elements(element.value)
    else:
        yield target
