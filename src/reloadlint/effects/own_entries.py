"""Entries that users add to the catalogue, in their settings or in files named there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec

from reloadlint.effects.catalogue import (
    CURES,
    Catalogue,
    CatalogueError,
    Cure,
    EffectName,
    Entry,
    Role,
    load,
    parse,
)
from reloadlint.effects.shipped_entries import shipped_entries
from reloadlint.errors import did_you_mean
from reloadlint.source import display_path

if TYPE_CHECKING:
    from reloadlint.settings import Settings

_ROLES: dict[str, Role] = {
    "thread": "service",
    "process": "service",
    "listen": "server",
    "device": "device",
    "socket": "connection",
    "dbfile": "connection",
}
#: What an entry in the settings may say; the rest follows from it.
KEYS = tuple(
    field
    for field in Entry.__struct_fields__
    if field not in ("name", "library", "when", "measured")
)
_WORDS = {"effects": EffectName, "forced_effects": EffectName, "role": Role, "cure": Cure}
_ENTRY = re.compile(r"entry (\S+): ")
_PLACE = re.compile(r" - at `\$\.?(?P<key>\w*).*`$")


def catalogue_for(settings: Settings) -> Catalogue:
    """The catalogue that comes with the package, under what libraries say of themselves, under
    the user's own entries.

    Raises:
        CatalogueError: an entry that can't be used, with its file, line and key.
    """
    own = [entry for name in settings.catalog_files for entry in _from_file(Path(name))]
    own += [
        _entry(name, table, settings.catalog_lines.get(name, {}))
        for name, table in settings.catalog.items()
    ]
    shipped = shipped_entries(settings)
    known = load().merge(shipped, own=False) if shipped else load()
    return known.merge(own) if own else known


def _from_file(path: Path) -> tuple[Entry, ...]:
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CatalogueError(f"`catalog-files`: {display_path(path)}: {reason}") from error
    try:
        return parse(text, display_path(path))
    except CatalogueError as error:
        raise CatalogueError(_with_line(str(error), display_path(path), text)) from error


def _with_line(message: str, shown: str, text: str) -> str:
    """The message about an entry with the line in which that is named."""
    named = _ENTRY.match(message.removeprefix(f"{shown}: "))
    place = (
        re.search(rf"""^\s*name\s*=\s*["']{re.escape(named[1])}["']""", text, re.M)
        if named
        else None
    )
    if place is None:
        return message
    line = text.count("\n", 0, place.end()) + 1
    return f"{shown}:{line}: {message.removeprefix(f'{shown}: ')}"


def _entry(name: str, table: Mapping[str, Any], lines: Mapping[str, str]) -> Entry:
    """The entry that a table of the settings means; `lines` tells where its keys stand."""
    values = {key.replace("-", "_"): value for key, value in table.items()}
    lazy = values.pop("lazy", False)
    try:
        if unknown := values.keys() - set(KEYS):
            key = min(unknown)
            raise _Fault(key, f"unknown key{did_you_mean(key, ('lazy', *KEYS))}")
        return _converted(name, values, lazy)
    except _Fault as fault:
        where = lines.get(fault.key) or lines.get("", "--config")
        key = f'catalog."{name}"' + (f".{fault.key}" if fault.key else "")
        raise CatalogueError(f"{where}: `{key}`: {fault}") from fault


class _Fault(Exception):  # noqa: N818 - a fault of the user's
    """What is wrong with the value of a key."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _converted(name: str, values: dict[str, Any], lazy: Any) -> Entry:
    if not isinstance(lazy, bool):
        raise _Fault("lazy", "must be true or false")
    effects = values.get("effects", ())
    if lazy is bool(effects):
        both = "a lazy callable has no effects; leave out one of the two"
        raise _Fault(
            "effects" if effects else "", both if lazy else "needs `effects` or `lazy = true`"
        )
    first = effects[0] if isinstance(effects, list) and isinstance(effects[0], str) else ""
    role = values.get("role") or _ROLES.get(first, "client")
    cure = "none" if lazy else "defer" if "defer" in values else CURES.get(str(role), "none")
    defaults: dict[str, Any] = {
        "name": name,
        "library": name.partition(".")[0],
        "when": "lazy" if lazy else "eager",
        "effects": [],
        "role": role,
        "cure": cure,
        "unmeasured": "an entry of your own",
    }
    try:
        return msgspec.convert({**defaults, **values}, Entry)
    except msgspec.ValidationError as error:
        raise _explained(error) from error


def _explained(error: msgspec.ValidationError) -> _Fault:
    """A key and what is wrong with it, out of the words of the conversion."""
    message = str(error)
    found = _PLACE.search(message)
    key = found["key"] if found else ""
    message = _PLACE.sub("", message)
    words = get_args(_WORDS.get(key))
    if words and message.startswith("Invalid enum value"):
        wrong = message.rpartition(" ")[2].strip("'")
        message = f"unknown word `{wrong}`" + (
            did_you_mean(wrong, words) or f"; known: {', '.join(words)}"
        )
    return _Fault(key, message[0].lower() + message[1:])
