"""A module's top-level statements: what each binds, and which names it reads when."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from functools import cached_property

import libcst as cst
import msgspec

from reloadlint.fixes.reading.captured import captured
from reloadlint.fixes.reading.guards import is_main_test
from reloadlint.fixes.reading.tree import Tree

Definition = (cst.FunctionDef, cst.ClassDef)
_LAZY_BINDING = (cst.FunctionDef, cst.Lambda)


class Piece(msgspec.Struct, eq=False):
    """A statement of a module's body, from its first line (decorators included) to its last.

    `now` are the places at which it reads a name while it is loaded, `later` those in functions.
    """

    number: int
    node: cst.BaseStatement
    start: int
    end: int
    binds: set[str] = msgspec.field(default_factory=set)
    now: dict[str, list[cst.CSTNode]] = msgspec.field(default_factory=dict)
    later: dict[str, list[cst.CSTNode]] = msgspec.field(default_factory=dict)

    @property
    def is_guard(self) -> bool:
        """Whether it is `if __name__ == "__main__":`."""
        return isinstance(self.node, cst.If) and is_main_test(self.node.test)

    @property
    def is_import(self) -> bool:
        """Whether it is an import and nothing else."""
        return isinstance(self.node, cst.SimpleStatementLine) and all(
            isinstance(small, (cst.Import, cst.ImportFrom)) for small in self.node.body
        )

    @property
    def is_definition(self) -> bool:
        """Whether it defines a function or a class."""
        return isinstance(self.node, Definition)


class Body:
    """The statements of one module."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.pieces = [_piece(tree, n, node) for n, node in enumerate(tree.module.body)]
        self._starts = [piece.start for piece in self.pieces]
        self.declared_global: set[str] = {
            item.name.value for node in tree.every(cst.Global) for item in node.names
        }
        for name, node in self._bindings:
            piece = self.of(node)
            if tree.function_of(node) is None:
                piece.binds.add(name)
        for name, node in self._reads():
            piece = self.of(node)
            when = piece.now if tree.function_of(node) is None else piece.later
            when.setdefault(name, []).append(node)

    def of(self, node: cst.CSTNode) -> Piece:
        """The statement that a node is part of."""
        place = bisect.bisect_right(self._starts, self.tree.span(node)[0]) - 1
        return self.pieces[max(0, place)]

    def binding(self, name: str) -> list[Piece]:
        """The statements that bind a name while they are loaded."""
        return [piece for piece in self.pieces if name in piece.binds]

    def reading(self, name: str) -> list[Piece]:
        """The statements in which a name is read, now or later."""
        return [piece for piece in self.pieces if name in piece.now or name in piece.later]

    def line(self, piece: Piece) -> int:
        """The line in which a statement begins."""
        return self.tree.data[: piece.start].count(b"\n") + 1

    @cached_property
    def _bindings(self) -> list[tuple[str, cst.CSTNode]]:
        scope = self.tree.global_scope
        found = []
        for assignment in self.tree.in_order(scope.assignments):
            node = getattr(assignment, "node", None)
            if assignment.scope is scope and node is not None:
                name = assignment.name.partition(".")[0]
                found.append((name, node))
        return found

    def _reads(self) -> Iterator[tuple[str, cst.CSTNode]]:
        scope = self.tree.global_scope
        seen: set[cst.CSTNode] = set()
        for assignment in self.tree.in_order(scope.assignments):
            if assignment.scope is not scope:
                continue
            for access in self.tree.in_order(assignment.references):
                node = access.node
                if node not in seen and not captured(self.tree, node):
                    seen.add(node)
                    yield assignment.name.partition(".")[0], node


def _piece(tree: Tree, number: int, node: cst.BaseStatement) -> Piece:
    start, end = tree.span(node)
    decorators = node.decorators if isinstance(node, Definition) else ()
    if decorators:
        start = tree.span(decorators[0])[0]
    return Piece(number, node, tree.line_start(start), _with_footer(tree, tree.line_end(end)))


def _with_footer(tree: Tree, end: int) -> int:
    """Where a statement ends with the indented comments below it."""
    while end < len(tree.data):
        line = tree.data[end : tree.line_end(end)]
        if not (line[:1] in (b" ", b"\t") and line.lstrip().startswith(b"#")):
            break
        end = tree.line_end(end)
    return end
