"""One JSON object on standard output, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from reloadlint.findings import Finding, Result
    from reloadlint.reporting.style import Style

#: Grows when a key changes its meaning or goes, not when one is added.
VERSION = 1

_KEYS = (
    "code",
    "name",
    "severity",
    "confidence",
    "message",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "target",
    "call",
    "effects",
    "role",
    "closers",
    "evidence",
    "fix",
)


def render(result: Result, style: Style) -> str:  # noqa: ARG001 - the same in every style
    """The object, indented; in ASCII, so it is valid JSON in whatever encoding it is written."""
    content = {
        "version": VERSION,
        "findings": [as_data(finding) for finding in result.findings],
        "summary": msgspec.to_builtins(result.summary),
    }
    return json.dumps(content, indent=2) + "\n"


def as_data(finding: Finding) -> dict[str, Any]:
    """A finding with the keys that programs may rely on, in their order."""
    values = msgspec.to_builtins(finding)
    return {key: values[key] for key in _KEYS}
