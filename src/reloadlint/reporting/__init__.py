"""Reports: one module per output format, imported only when it is asked for.

A format's module has `render(result, style) -> str`; it is made known by a line in `FORMATS`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from reloadlint.reporting.style import Style

if TYPE_CHECKING:
    from reloadlint.findings import Result

#: Name of each output format and the module here that renders it.
FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "json_format",
    "jsonl": "json_lines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
}

DRAWN = frozenset({"full"})
"""The formats that are drawn for people, which takes a library."""

__all__ = ["DRAWN", "FORMATS", "Style", "render"]


def render(output_format: str, result: Result, style: Style) -> str:
    """`result` in the format named, ready to be written as it is; empty or ending in a newline."""
    module = import_module(f"reloadlint.reporting.{FORMATS[output_format]}")
    report: str = module.render(result, style)
    return report
