"""Cursors: what one function executes, another must not fetch."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.things import Thing

_TAKING = frozenset(
    {"fetchone", "fetchall", "fetchmany", "lastrowid", "rowcount", "description", "nextset"}
)
_MAKING = frozenset({"execute", "executemany", "executescript", "callproc"})


def carried_on(thing: Thing) -> Iterator[str]:
    """Where a cursor gives what it was asked for in another function, or by another request."""
    by_function: dict[object, list[Use]] = {}
    for use in thing.found.uses:
        by_function.setdefault(use.tree.function_of(use.node), []).append(use)
    for function, uses in by_function.items():
        if function is None or any(_attribute(use) in _MAKING for use in uses):
            continue
        for use in uses:
            if _attribute(use) in _TAKING:
                yield (
                    f"the cursor's `{_attribute(use)}` in {use.where} takes the result of what "
                    "another function has executed"
                )


def _attribute(use: Use) -> str:
    parent = use.tree.parent(use.node)
    return parent.attr.value if isinstance(parent, cst.Attribute) else ""
