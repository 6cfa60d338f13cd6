"""The JSON schema of the configuration, made from the settings themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from reloadlint.effects.catalogue import Condition, Defer, Entry
from reloadlint.effects.own_entries import KEYS
from reloadlint.reporting import FORMATS
from reloadlint.rules.codes import RULES
from reloadlint.settings.values import EXTEND, FIELDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_EXTEND = {
    "type": "string",
    "description": "Another configuration file, whose settings hold where this one says nothing.",
    "examples": ["../reloadlint.toml"],
}


# What msgspec adds of our classes, and defaults that a reader knows.
_NOISE = ("title", "default")


def schema() -> dict[str, Any]:
    """The schema of `reloadlint.toml`, which is that of `[tool.reloadlint]`."""
    types = [field.type for field in FIELDS.values()]
    schemas, _ = msgspec.json.schema_components(types)
    properties = {key: _inlined(made, {}) for key, made in zip(FIELDS, schemas, strict=True)}
    for key in ("select", "extend-select", "ignore"):
        _narrow(properties[key], {"enum": selectors()})
    properties["per-file-ignores"]["additionalProperties"]["items"] = {"enum": selectors()}
    properties["output-format"]["enum"] = list(FORMATS)
    properties["catalog"]["additionalProperties"] = _entry()
    for key, field in FIELDS.items():
        default = () if field.default is msgspec.NODEFAULT else field.default
        if default not in (None, ()):
            properties[key]["default"] = msgspec.to_builtins(default)
    return {
        "$schema": DIALECT,
        "title": "reloadlint",
        "description": "Settings of reloadlint: `[tool.reloadlint]` or `reloadlint.toml`.",
        "type": "object",
        "properties": {EXTEND: _EXTEND, **properties},
        "additionalProperties": False,
    }


def selectors() -> list[str]:
    """`ALL`, and every code with its beginnings."""
    beginnings = {code[:length] for code in RULES for length in range(2, len(code) + 1)}
    return ["ALL", *sorted(beginnings)]


def _narrow(described: dict[str, Any], items: dict[str, Any]) -> None:
    """Say what may stand in a list of strings, which may also be left unset."""
    lists = [described, *described.get("anyOf", ())]
    for each in lists:
        if each.get("type") == "array":
            each["items"] = items


def _entry() -> dict[str, Any]:
    """What an entry of one's own may say; keys are written with hyphens or underscores."""
    _, components = msgspec.json.schema_components([Entry], ref_template="#/{name}")
    known = components["Entry"]["properties"]
    inner = {f"#/{kind.__name__}": components[kind.__name__] for kind in (Condition, Defer)}
    values = {key: _inlined(known[key], inner) for key in KEYS}
    values |= {key.replace("_", "-"): value for key, value in values.items()}
    return {
        "type": "object",
        "properties": {"lazy": {"type": "boolean"}, **values},
        "additionalProperties": False,
    }


def _inlined(value: Any, inner: dict[str, Any]) -> Any:
    """A schema with what it refers to written out."""
    if isinstance(value, list):
        return [_inlined(each, inner) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _inlined(inner[value["$ref"]], inner)
    written = {key: _inlined(each, inner) for key, each in value.items() if key not in _NOISE}
    if isinstance(written.get("description"), str):  # a docstring, indented as Python keeps it
        written["description"] = " ".join(written["description"].split())
    others = [each for each in written.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) == 1:  # TOML has no null: what is unset isn't written
        del written["anyOf"]
        written = {**others[0], **written}
    return written
