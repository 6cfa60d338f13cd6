"""One module as libcst reads it: nodes with their places, scopes and parents."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, TypeAlias, TypeVar, cast

import libcst as cst
from libcst.metadata import (
    Access,
    BaseAssignment,
    ByteSpanPositionProvider,
    GlobalScope,
    MetadataWrapper,
    Scope,
    ScopeProvider,
)

from reloadlint.facts.records import Span
from reloadlint.fixes.reading.node_index import NodeIndex
from reloadlint.fixes.reading.nodes import (
    descendants,
    dotted,
    last_name,
    statements_of,
    with_parents,
)
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

_LINE_BREAK = re.compile(rb"\r\n?|\n")
FunctionNode: TypeAlias = cst.FunctionDef | cst.Lambda
N = TypeVar("N", bound=cst.CSTNode)
T = TypeVar("T")
Placed = TypeVar("Placed", bound=BaseAssignment | Access)


class Tree:
    """A parsed module. Offsets count the bytes of its UTF-8 form, lines start at 1.

    `own_modules` are those of its project that it imports, as it writes them.

    Raises:
        Unparsable: see there.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.data = text.encode()
        self.own_modules: frozenset[str] = frozenset()
        self._done: dict[tuple[Callable[[Tree, cst.CSTNode], Any], cst.CSTNode], Any] = {}
        self._by_kind: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        try:
            self.module = parsed(text)
            self._wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
            self._scopes = self._wrapper.resolve(ScopeProvider)
        except (cst.ParserSyntaxError, RecursionError, NotImplementedError) as error:
            said = error.message if isinstance(error, cst.ParserSyntaxError) else str(error)
            raise Unparsable(f"libcst can't read it ({' '.join(said.split())})") from error

    # Places

    @cached_property
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        found = self._wrapper.resolve(ByteSpanPositionProvider)
        return {node: (span.start, span.start + span.length) for node, span in found.items()}

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.data))]

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end of a node, without its own parentheses and white space."""
        return self._spans[node]

    def line(self, node: cst.CSTNode) -> int:
        """The line in which a node starts."""
        return bisect_right(self._line_starts, self._spans[node][0])

    def position(self, node: cst.CSTNode) -> Span:
        """Line, column, end line and end column, as a report gives them."""
        start, end = self._spans[node]
        return (*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, len(self.data[self._line_starts[line - 1] : offset].decode()) + 1

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

    def bound(self, node: cst.CSTNode, name: str) -> list[BaseAssignment]:
        """What gives a name its value, as it is looked up at a node, in the order of the text."""
        return self.in_order(self.scope(node)[name])

    def in_order(self, found: Iterable[Placed]) -> list[Placed]:
        """Bindings or uses in the order of the text: libcst has them in sets, in any order."""
        return sorted(found, key=self._number)

    def _number(self, found: BaseAssignment | Access) -> int:
        node = getattr(found, "node", None)
        return -1 if node is None else self.index.number(node)

    def every(self, kind: type[N]) -> list[N]:
        """All nodes of a kind, in the order of the text."""
        if kind not in self._by_kind:
            self._by_kind[kind] = [node for node in self.nodes if isinstance(node, kind)]
        return self._by_kind[kind]  # type: ignore[return-value]

    @cached_property
    def nodes(self) -> list[cst.CSTNode]:
        """All nodes, in the order of the text."""
        return [self.module, *self._parents]

    @cached_property
    def _parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """The node that holds each, in the order of the text."""
        return dict(with_parents(self.module))

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every name that the module writes, for whatever it may stand."""
        return frozenset(node.value for node in self.every(cst.Name))

    @cached_property
    def index(self) -> NodeIndex:
        """The nodes by number and name."""
        return NodeIndex(self.nodes, self._parents)

    def once(self, work: Callable[[Tree, cst.CSTNode], T], node: cst.CSTNode) -> T:
        """What `work` returns for a node; it is called the first time only."""
        if (work, node) not in self._done:
            self._done[work, node] = work(self, node)
        return cast("T", self._done[work, node])

    def call_at(self, place: Span) -> cst.Call | None:
        """The call that stands there, as a report gives the place."""
        return self._calls.get(place)

    @cached_property
    def _calls(self) -> dict[Span, cst.Call]:
        return {self.position(call): call for call in reversed(self.every(cst.Call))}

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
    for assignment in tree.bound(name, name.value):
        bound = getattr(assignment, "node", None)
        target = tree.parent(bound) if isinstance(bound, cst.Name) else None
        statement = tree.parent(target) if isinstance(target, cst.AssignTarget) else None
        if isinstance(statement, cst.Assign):
            yield statement.value
