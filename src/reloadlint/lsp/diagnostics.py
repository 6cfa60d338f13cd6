"""Findings as diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from lsprotocol import types

from reloadlint.findings import Finding, Severity
from reloadlint.lsp.area import absolute
from reloadlint.lsp.positions import Lines

SOURCE = "reloadlint"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}
_UNNECESSARY = frozenset({"RL900"})


class Drawing:
    """Makes diagnostics of findings.

    Args:
        lines: the lines of a file.
        uri: the URI of a file, as the client writes it.
        page: the URI of a rule's page.
        related: whether the client can show evidence.
    """

    def __init__(
        self,
        lines: Callable[[Path], Lines],
        uri: Callable[[Path], str],
        page: Callable[[str], str | None],
        *,
        related: bool,
    ) -> None:
        self._lines = lines
        self._uri = uri
        self._page = page
        self._related = related

    def diagnostics(self, findings: Iterable[Finding]) -> list[types.Diagnostic]:
        """The diagnostics of a file's findings."""
        return [self.diagnostic(finding) for finding in findings]

    def diagnostic(self, finding: Finding) -> types.Diagnostic:
        """One of them."""
        page = self._page(finding.code)
        return types.Diagnostic(
            range=range_of(finding, self._lines(absolute(finding.path))),
            message=". ".join(filter(None, (finding.message, finding.remedy))),
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            code_description=types.CodeDescription(page) if page else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if finding.code in _UNNECESSARY else None,
            related_information=self._evidence(finding) if self._related else None,
        )

    def _evidence(self, finding: Finding) -> list[types.DiagnosticRelatedInformation]:
        return [
            types.DiagnosticRelatedInformation(
                types.Location(self._uri(file), self._lines(file).line(step.line)), step.message
            )
            for step in finding.evidence
            for file in (absolute(step.path),)
        ]


def range_of(finding: Finding, lines: Lines) -> types.Range:
    """Where a finding stands."""
    place = (finding.line, finding.column, finding.end_line, finding.end_column)
    return lines.range(*place)
