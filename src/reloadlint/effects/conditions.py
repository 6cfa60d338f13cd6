"""What must be true where a statement runs, as the tests around it say.

Conditions are compared as they are written: nothing is computed, and what is known of values
elsewhere doesn't count.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

Condition: TypeAlias = tuple[r.Expr, bool]
"""An expression, and whether it is true."""

Body: TypeAlias = tuple[r.Stmt, ...]

_OPPOSITES = {"NotEq": "Eq", "IsNot": "Is", "NotIn": "In"}
_ASKS_ENVIRONMENT = frozenset({"os.environ.get", "environ.get", "os.getenv", "getenv"})
_PLAIN = (r.Constant, r.Name, r.Attribute, r.Subscript, r.Compare, r.BoolOp, r.Not, r.Display)
_BINDING = (r.AugAssign, r.AnnAssign, r.For, r.WithItem)
_DEEPEST = 4


def implied(test: r.Expr, *, holds: bool) -> Iterator[Condition]:
    """What must be true of the parts of a test for it to hold (or to fail)."""
    if isinstance(test, r.Not):
        yield from implied(test.value, holds=not holds)
    elif isinstance(test, r.BoolOp) and holds is (test.op == "and"):
        for part in test.values:
            yield from implied(part, holds=holds)
    elif isinstance(test, r.Compare) and test.ops[0] in _OPPOSITES and len(test.ops) == 1:
        ops = (_OPPOSITES[test.ops[0]],)
        yield r.Compare(test.left, ops, test.comparators), not holds
    else:
        yield test, holds


def contradict(ones: Iterable[Condition], others: Iterable[Condition]) -> Iterator[r.Expr]:
    """The expressions that have to be true for one side and false for the other."""
    known = [(as_written(expression), holds) for expression, holds in others]
    for expression, holds in ones:
        if is_plain(expression) and (as_written(expression), not holds) in known:
            yield expression


def is_plain(node: r.Expr) -> bool:
    """Whether an expression is worth the same wherever it stands, as long as its names are."""
    if isinstance(node, r.Call):
        return node.text in _ASKS_ENVIRONMENT and all(is_plain(arg) for arg in node.args)
    if not isinstance(node, _PLAIN):
        return False
    return all(is_plain(part) for part in _parts(node))


def _parts(node: r.Expr) -> Iterator[r.Expr]:
    for name in node.__struct_fields__:
        value = getattr(node, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, r.Record):
                yield part  # type: ignore[misc]  # a plain expression's parts are expressions


def as_written(node: object) -> object:
    """A record without the places that it stands at."""
    if isinstance(node, tuple):
        return tuple(as_written(part) for part in node)
    if not isinstance(node, r.Record):
        return (type(node), node)
    fields = (name for name in node.__struct_fields__ if name != "span")
    return (type(node), *(as_written(getattr(node, name)) for name in fields))


def roots(node: r.Expr) -> set[str]:
    """The names that an expression begins with or mentions."""
    return {record.id for record in walk(node) if isinstance(record, r.Name)}


class Bindings:
    """Where the names of a function (or a module's body) are bound, in the order of its records.

    `shared` are names that other functions may bind at any time.
    """

    def __init__(
        self,
        body: Body,
        function: r.FunctionDef | None = None,
        shared: frozenset[str] = frozenset(),
    ) -> None:
        self._shared = shared
        self._order: dict[int, int] = {}
        self._bound: dict[str, list[int]] = {}
        self._meant: dict[str, r.Expr] = {}
        self._parameters = {p.name for p in (() if function is None else function.parameters)}
        for place, record in enumerate(walk(body, into_definitions=False)):
            self._order[id(record)] = place
            for name in bound_by(record):
                self._bound.setdefault(name, []).append(place)
            if isinstance(record, r.Assign) and isinstance(record.targets[0], r.Name):
                self._meant[record.targets[0].id] = record.value

    def binds(self, names: set[str]) -> bool:
        """Whether any of these names is bound here at all."""
        return any(name in self._bound or name in self._parameters for name in names)

    def meaning(self, name: str) -> r.Expr | None:
        """The only expression that is ever assigned to a name."""
        if name in self._parameters | self._shared or len(self._bound.get(name, ())) != 1:
            return None
        return self._meant.get(name)

    def expanded(self, conditions: Iterable[Condition], depth: int = 0) -> Iterator[Condition]:
        """Conditions, and what they say of the expressions that their names stand for."""
        for expression, holds in conditions:
            yield expression, holds
            meant = self.meaning(expression.id) if isinstance(expression, r.Name) else None
            if meant is not None and depth < _DEEPEST:
                yield from self.expanded(implied(meant, holds=holds), depth + 1)

    def changed_between(self, one: r.Record, other: r.Record, names: set[str]) -> bool:
        """Whether any of these names may be bound anew between two records."""
        if names & self._shared:
            return True
        if id(one) not in self._order or id(other) not in self._order:
            return True
        first, last = sorted((self._order[id(one)], self._order[id(other)]))
        return any(
            bisect_left(places, last) > bisect_right(places, first)
            for places in (self._bound.get(name, []) for name in names)
        )


def bound_by(record: r.Record) -> Iterator[str]:
    """The names that a record binds, or whose attributes or items it sets."""
    if isinstance(record, r.NamedExpr):
        yield record.target
    for target in _targets(record):
        for part in walk(target):
            if isinstance(part, r.Name):
                yield part.id
    if isinstance(record, (r.Import, r.ImportFrom)):
        for alias in record.names:
            yield (alias.asname or alias.name).partition(".")[0]


def _targets(record: r.Record) -> Iterator[r.Expr]:
    if isinstance(record, (r.Assign, r.Delete)):
        yield from record.targets
    elif isinstance(record, _BINDING) and record.target is not None:
        yield record.target
