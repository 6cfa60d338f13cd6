"""Workflow commands that GitHub Actions shows as annotations beside the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from reloadlint.findings import Finding, Result
    from reloadlint.reporting.style import Style

_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def render(result: Result, style: Style) -> str:  # noqa: ARG001 - commands have no style
    """A command for each finding; what could end a command or begin another is escaped."""
    return "".join(f"{_command(finding)}\n" for finding in result.findings)


def _command(finding: Finding) -> str:
    place = {"line": finding.line, "endLine": finding.end_line}
    if finding.line == finding.end_line:  # columns over several lines are refused
        place |= {"col": finding.column, "endColumn": finding.end_column}
    properties = {"file": finding.path, **place, "title": f"reloadlint ({finding.code})"}
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    message = f"{finding.code} {finding.name}: {finding.message}\n{finding.consequence}".rstrip()
    lines = (harmless(line) for line in (f"{finding.path}:{finding.line}: {message}").split("\n"))
    return f"::{finding.severity.value} {written}::{_escaped(chr(10).join(lines), _IN_MESSAGE)}"


def _property(value: str) -> str:
    return _escaped(harmless(value), _IN_PROPERTY)


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(char, char) for char in text)
