"""Going through records without following them."""

from __future__ import annotations

from collections.abc import Iterator

from reloadlint.facts import records as r

_DEFINITIONS = (r.FunctionDef, r.ClassDef)


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
                fields = [getattr(current, name) for name in current.__struct_fields__]
                pending.extend(reversed(fields))


def mentioned(node: object) -> Iterator[str]:
    """The names that are read or bound at and below a node, inner definitions included."""
    return (record.id for record in walk(node) if isinstance(record, r.Name))
