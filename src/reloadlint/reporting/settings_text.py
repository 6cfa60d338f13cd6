"""The settings of a run as TOML, with where they come from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from reloadlint.rules.codes import RULES
from reloadlint.settings.values import FIELDS
from reloadlint.source import display_path

if TYPE_CHECKING:
    from reloadlint.settings import Settings


def shown(settings: Settings) -> str:
    """Every key with its value; what is not set, as a comment. In ASCII."""
    return "".join(f"{line}\n" for line in _lines(settings))


def _lines(settings: Settings) -> Iterator[str]:
    file = display_path(settings.config) if settings.config else "none"
    root = display_path(settings.root) if settings.root else "that of each project"
    yield f"# configuration file: {file}"
    yield f"# folder that patterns are relative to: {root}"
    yield f"# rules: {', '.join(code for code in RULES if settings.selected(code))}"
    values = {key: msgspec.to_builtins(getattr(settings, FIELDS[key].name)) for key in FIELDS}
    for key, value in values.items():
        if value is None:
            yield f"# {key} is not set"
        elif not isinstance(value, dict):
            yield f"{key} = {_toml(value)}"
    for key, table in values.items():
        if isinstance(table, dict) and table:
            yield f"\n[{key}]"
            yield from (f"{json.dumps(name)} = {_toml(value)}" for name, value in table.items())


def _toml(value: Any) -> str:
    """A value in TOML, whose strings, numbers and lists are written as JSON's."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
