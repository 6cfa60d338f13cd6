"""The report for people. What has nothing to draw is written without the library that draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reloadlint.reporting.wording import summary

if TYPE_CHECKING:
    from reloadlint.findings import Result
    from reloadlint.reporting.style import Style


def render(result: Result, style: Style) -> str:
    """Every finding in full and, if the style asks for it, the summary."""
    line = summary(result) if style.summary else ""
    if not result.findings and not style.color and len(line) <= style.width:
        return f"{line}\n" if line else ""
    from reloadlint.reporting import drawn_findings

    return drawn_findings.render(result, style)
