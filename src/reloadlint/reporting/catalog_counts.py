"""The numbers of the catalogue, in place of its entries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.counting import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reloadlint.effects.catalogue import Entry
    from reloadlint.effects.counting import Counts


def render(entries: Iterable[Entry], output_format: str) -> str:
    """The numbers in lines for people, or as one JSON object."""
    counts = count(entries)
    if output_format == "json":
        return json.dumps(msgspec.to_builtins(counts), indent=2) + "\n"
    return "".join(f"{line}\n" for line in _lines(counts))


def _lines(counts: Counts) -> Iterator[str]:
    yield f"callables     {counts.callables}, under {counts.names} names"
    yield f"libraries     {counts.libraries}"
    yield f"lazy          {counts.lazy}{_share(counts.lazy, counts)}"
    yield f"eager         {counts.eager}{_share(counts.eager, counts)}"
    libraries = f"{counts.measured_libraries} libraries"
    days = "" if not counts.since else f", {_days(counts)}"
    share = _share(counts.measured, counts)
    yield f"measured      {counts.measured}{share}, of {libraries}{days}"
    yield f"  with closer {counts.released}"
    yield f"not measured  {counts.unmeasured}, each with its reason"
    yield f"effects       {_listed(counts.effects)}"
    yield f"roles         {_listed(counts.roles)}"


def _share(number: int, counts: Counts) -> str:
    return f" ({100 * number / counts.callables:.1f} %)" if counts.callables else ""


def _days(counts: Counts) -> str:
    if counts.since == counts.until:
        return f"on {counts.since}"
    return f"from {counts.since} to {counts.until}"


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items()) or "none"
