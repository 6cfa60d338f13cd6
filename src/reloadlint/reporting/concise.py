"""One line per finding, for editors and grep: `path:line:col: CODE message`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from reloadlint.findings import Finding, Result
    from reloadlint.reporting.style import Style


def render(result: Result, style: Style) -> str:  # noqa: ARG001 - lines for programs have no style
    """A line for each finding and nothing else, so an empty text where nothing was found."""
    return "".join(f"{_line(finding)}\n" for finding in result.findings)


def _line(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}:{finding.column}"
    return harmless(f"{place}: {finding.code} {finding.message}")
