"""One module as libcst reads it: nodes with their places, scopes and parents."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias, TypeVar

import libcst as cst
from libcst.metadata import (
    ByteSpanPositionProvider,
    GlobalScope,
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    Scope,
    ScopeProvider,
)

from reloadlint.facts.records import Span
from reloadlint.fixes.reading.nodes import descendants, dotted, last_name, statements_of
from reloadlint.fixes.reading.parsing import Unparsable, parsed

__all__ = [
    "FunctionNode",
    "Tree",
    "Unparsable",
    "assigned_values",
    "descendants",
    "dotted",
    "last_name",
    "statements_of",
]

FunctionNode: TypeAlias = cst.FunctionDef | cst.Lambda
N = TypeVar("N", bound=cst.CSTNode)


class Tree:
    """A parsed module. Offsets count the bytes of its UTF-8 form, lines start at 1.

    Raises:
        Unparsable: see there.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.data = text.encode()
        self._by_kind: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        try:
            self.module = parsed(text)
            self._wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
            self._parents = self._wrapper.resolve(ParentNodeProvider)
            self._scopes = self._wrapper.resolve(ScopeProvider)
        except (cst.ParserSyntaxError, RecursionError, NotImplementedError) as error:
            raise Unparsable(str(error)) from error

    # Places

    @cached_property
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        found = self._wrapper.resolve(ByteSpanPositionProvider)
        return {node: (span.start, span.start + span.length) for node, span in found.items()}

    @cached_property
    def _lines(self) -> dict[cst.CSTNode, Span]:
        found = self._wrapper.resolve(PositionProvider)
        return {
            node: (place.start.line, place.start.column + 1, place.end.line, place.end.column + 1)
            for node, place in found.items()
        }

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end of a node, without its own parentheses and white space."""
        return self._spans[node]

    def line(self, node: cst.CSTNode) -> int:
        """The line in which a node starts."""
        return self._lines[node][0]

    def position(self, node: cst.CSTNode) -> Span:
        """Line, column, end line and end column, as a report gives them."""
        return self._lines[node]

    def source(self, node: cst.CSTNode) -> str:
        """A node as written, without its own parentheses."""
        start, end = self.span(node)
        return self.data[start:end].decode()

    def line_start(self, offset: int) -> int:
        """Where the line that holds `offset` starts."""
        before = self.data[:offset]
        return max(before.rfind(b"\n"), before.rfind(b"\r")) + 1

    def line_above(self, offset: int) -> int:
        """Where the line above the one that starts at `offset` starts."""
        broken = 2 if self.data[offset - 2 : offset] == b"\r\n" else 1
        return self.line_start(offset - broken)

    def line_end(self, offset: int) -> int:
        """Where the line that holds `offset` ends, its line break included."""
        end = offset
        while end < len(self.data) and self.data[end : end + 1] not in (b"\n", b"\r"):
            end += 1
        return end + (
            2 if self.data[end : end + 2] == b"\r\n" else 1 if end < len(self.data) else 0
        )

    # Structure

    def parent(self, node: cst.CSTNode) -> cst.CSTNode:
        """The node that holds this one; the module, which nothing holds, for itself."""
        return node if node is self.module else self._parents[node]

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around this one, innermost first."""
        while node is not self.module:
            node = self._parents[node]
            yield node

    def scope(self, node: cst.CSTNode) -> Scope:
        """The scope in which a node's names are looked up."""
        scope = self._scopes.get(node)
        if scope is None:
            scope = next(found for n in self.ancestors(node) if (found := self._scopes.get(n)))
        return scope

    @cached_property
    def global_scope(self) -> GlobalScope:
        """The module's own scope."""
        scope = self._scopes[self.module]
        assert isinstance(scope, GlobalScope)
        return scope

    def every(self, kind: type[N]) -> list[N]:
        """All nodes of a kind, in the order of the text."""
        if kind not in self._by_kind:
            self._by_kind[kind] = [node for node in self._nodes if isinstance(node, kind)]
        return self._by_kind[kind]  # type: ignore[return-value]

    @cached_property
    def _nodes(self) -> list[cst.CSTNode]:
        return list(descendants(self.module))

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every name that the module writes, for whatever it may stand."""
        return frozenset(node.value for node in self.every(cst.Name))

    def statement_of(self, node: cst.CSTNode) -> cst.BaseStatement:
        """The statement of a block that a node belongs to."""
        if isinstance(node, cst.BaseStatement):
            return node
        return next(n for n in self.ancestors(node) if isinstance(n, cst.BaseStatement))

    def function_of(self, node: cst.CSTNode) -> FunctionNode | None:
        """The function in whose body a node runs; None for what runs while loading.

        Decorators, defaults and annotations run where the function is defined.
        """
        inner = node
        for outer in self.ancestors(node):
            if isinstance(outer, (cst.FunctionDef, cst.Lambda)) and inner is outer.body:
                return outer
            inner = outer
        return None


def assigned_values(tree: Tree, name: cst.Name) -> Iterator[cst.BaseExpression]:
    """What plain assignments give to a name."""
    for assignment in tree.scope(name)[name.value]:
        bound = getattr(assignment, "node", None)
        target = tree.parent(bound) if isinstance(bound, cst.Name) else None
        statement = tree.parent(target) if isinstance(target, cst.AssignTarget) else None
        if isinstance(statement, cst.Assign):
            yield statement.value
