"""How much the catalogue knows, and how it knows it, in numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reloadlint.effects.catalogue import Entry


class Counts(msgspec.Struct, frozen=True):
    """The numbers of a catalogue.

    `measured` are the entries that `tools/measure_catalog.py` has run, `released` those of them of
    which a way of releasing was measured, too; `since` and `until` are the days of the first and
    the last measurement.
    """

    callables: int
    names: int
    libraries: int
    lazy: int
    eager: int
    measured: int
    measured_libraries: int
    released: int
    unmeasured: int
    since: str
    until: str
    effects: dict[str, int]
    roles: dict[str, int]


def count(entries: Iterable[Entry]) -> Counts:
    """Count entries; `names` counts the aliases, too."""
    known = list(entries)
    measured = [(entry, entry.measured) for entry in known if entry.measured]
    days = sorted(seen.date for _, seen in measured if seen.date)
    lazy = sum(entry.when == "lazy" for entry in known)
    return Counts(
        callables=len(known),
        names=len(known) + sum(len(entry.aliases) for entry in known),
        libraries=len({entry.library for entry in known}),
        lazy=lazy,
        eager=len(known) - lazy,
        measured=len(measured),
        measured_libraries=len({entry.library for entry, _ in measured}),
        released=sum(bool(seen.closed) for _, seen in measured),
        unmeasured=len(known) - len(measured),
        since=days[0] if days else "",
        until=days[-1] if days else "",
        effects=dict(Counter(e for entry in known for e in entry.effects).most_common()),
        roles=dict(Counter(entry.role for entry in known).most_common()),
    )
