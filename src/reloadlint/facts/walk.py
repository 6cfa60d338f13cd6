"""Going through records without following them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reloadlint.facts import records as r

_DEFINITIONS = (r.FunctionDef, r.ClassDef)
_KINDS = [kind.__name__ for kind in r.Record.__subclasses__()]
_A_RECORD = re.compile(rf"\b(Expr|Stmt|{'|'.join(_KINDS)})\b")


def walk(node: object, *, into_definitions: bool = True) -> Iterator[r.Record]:
    """All records at and below a node (or a tuple of nodes), in source order.

    `into_definitions`: those of inner functions and classes as well.
    """
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending.extend(reversed(current))
        elif isinstance(current, r.Record):
            yield current
            if into_definitions or not isinstance(current, _DEFINITIONS):
                pending.extend(_children(current))


_PARTS: dict[type, tuple[str, ...]] = {}


def _children(record: r.Record) -> Iterator[object]:
    """The fields that may hold records, the last one first."""
    kind = type(record)
    names = _PARTS.get(kind)
    if names is None:
        fields = reversed(kind.__struct_fields__)
        notes = kind.__annotations__
        names = _PARTS[kind] = tuple(name for name in fields if _A_RECORD.search(notes[name]))
    return (getattr(record, name) for name in names)


def mentioned(node: object) -> Iterator[str]:
    """The names that are read or bound at and below a node, inner definitions included."""
    return (record.id for record in walk(node) if isinstance(record, r.Name))
