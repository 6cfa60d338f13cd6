"""Finding entries of the catalogue by name, by part of a name or by library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reloadlint.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Catalogue, Entry


def search(catalogue: Catalogue, wanted: str) -> list[Entry]:
    """The one entry of that name or alias, or all whose names or library contain the word.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    exact = catalogue.lookup(wanted)
    found = [exact] if exact else [entry for entry in catalogue if _mentions(entry, wanted)]
    if not found:
        names = {name for entry in catalogue for name in (*_names(entry), entry.library)}
        hint = did_you_mean(wanted, names) or "; see `reloadlint catalog` for all"
        raise UsageError(f"nothing in the catalogue is called `{wanted}`{hint}")
    return sorted(found, key=lambda entry: entry.name.lower())


def _names(entry: Entry) -> tuple[str, ...]:
    return (entry.name, *entry.aliases)


def _mentions(entry: Entry, wanted: str) -> bool:
    word = wanted.lower()
    return any(word in name.lower() for name in (*_names(entry), entry.library))
