"""Entries of the catalogue as one JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reloadlint.effects.catalogue import Entry
    from reloadlint.reporting.style import Style

#: Grows when a key changes its meaning or goes, not when one is added.
VERSION = 1


def render(entries: Sequence[Entry], style: Style) -> str:  # noqa: ARG001
    """The entries with the keys of the catalogue's files; defaults are left out. In ASCII."""
    content = {"version": VERSION, "entries": [msgspec.to_builtins(entry) for entry in entries]}
    return json.dumps(content, indent=2) + "\n"
