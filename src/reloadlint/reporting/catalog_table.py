"""Entries of the catalogue for people: a table, or all there is to say about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from reloadlint.reporting.catalog_words import (
    condition,
    cure,
    effects,
    knowledge,
    leaving,
    released,
)
from reloadlint.reporting.drawing import drawn, drawn_whole, hanging, prose
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reloadlint.effects.catalogue import Entry
    from reloadlint.reporting.style import Style

_LABEL = 14


def render(entries: Sequence[Entry], style: Style) -> str:
    """A table with a count below it; for a single entry, everything that is known of it."""
    if len(entries) == 1:
        return drawn(_entry(entries[0], style), style)
    table = drawn_whole(_table(entries, style), style) if entries else ""
    return table + _count(entries)


def _count(entries: Sequence[Entry]) -> str:
    lazy = sum(entry.when == "lazy" for entry in entries)
    measured = sum(entry.measured is not None for entry in entries)
    libraries = len({entry.library for entry in entries})
    found = f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"
    read = f"{found} of {libraries} {'library' if libraries == 1 else 'libraries'}"
    return f"{read}: {lazy} lazy, {measured} measured.\n"


def _table(entries: Sequence[Entry], style: Style) -> Table:
    narrow = style.width < 90
    lines = box.SIMPLE_HEAD if style.unicode else box.ASCII2
    table = Table(box=lines, pad_edge=False)
    table.add_column("callable", overflow="fold", ratio=3, style="bold")
    table.add_column("leaves behind", overflow="fold")
    if not narrow:
        table.add_column("role")
        table.add_column("closers", overflow="fold")
        table.add_column("library", overflow="fold", style="dim")
    table.add_column("cure")
    for entry in entries:
        closers = ", ".join(entry.closers)
        wide = () if narrow else (entry.role, closers, entry.library)
        color = "green" if entry.when == "lazy" else "yellow"
        table.add_row(
            harmless(entry.name),
            Text(effects(entry), color),
            *map(harmless, wide),
            "" if entry.cure == "none" else entry.cure,
        )
    return table


def _entry(entry: Entry, style: Style) -> Iterator[Text]:
    yield Text.assemble((harmless(entry.name), "bold"), "  ", (harmless(entry.library), "dim"))
    yield Text()
    for label, text in _facts(entry):
        if text:
            yield from hanging(Text(f"  {label:<{_LABEL}}", "green"), prose(text), style.width)


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    """What is known, label by label; empty where it isn't."""
    yield "also called", ", ".join(entry.aliases)
    yield "when called", leaving(entry)
    yield "only if", " and ".join(map(condition, entry.requires))
    yield "but not if", " or ".join(map(condition, entry.unless))
    yield "forced by", _forced(entry)
    yield "role", entry.role
    yield "closers", ", ".join(f"`{closer}()`" for closer in entry.closers) or "none"
    yield (
        "`with`",
        {"closes": "closes it", "keeps": "leaves it open"}.get(entry.context_manager or "", ""),
    )
    yield "dropped", "dropping the last reference closes it" if entry.collected else ""
    yield "cure", cure(entry)
    yield "versions", _versions(entry)
    yield "note", entry.note or ""
    yield "known from", knowledge(entry)
    yield "then", released(entry)
    yield "source", entry.source or ""


def _forced(entry: Entry) -> str:
    methods = ", ".join(f"`{name}`" for name in entry.forced_by)
    return f"{methods}: {', '.join(entry.forced_effects)}" if methods else ""


def _versions(entry: Entry) -> str:
    since = f"from {entry.since} on" if entry.since else ""
    until = f"before {entry.until}" if entry.until else ""
    return " and ".join(filter(None, (since, until)))
