"""GitLab's code quality report: an array of issues, told apart by a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from reloadlint.baseline import statement_at
from reloadlint.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reloadlint.findings import Finding, Result
    from reloadlint.reporting.style import Style

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major"}


def render(result: Result, style: Style) -> str:  # noqa: ARG001 - the same in every style
    """The array; a fingerprint goes by path, code and statement, so it outlives moved lines."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in result.findings:
        key = _key(finding, result.sources)
        seen[key] += 1
        issues.append(_issue(finding, f"{key}\0{seen[key]}"))
    return json.dumps(issues, indent=2) + "\n"


def _key(finding: Finding, sources: Mapping[str, str]) -> str:
    statement = statement_at(sources.get(finding.path, ""), finding.line)
    return "\0".join((finding.path, finding.code, statement))


def _issue(finding: Finding, key: str) -> dict[str, Any]:
    begin = {"line": finding.line, "column": finding.column}
    end = {"line": finding.end_line, "column": finding.end_column}
    return {
        "description": f"{finding.code} {finding.name}: {finding.message}",
        "check_name": finding.code,
        "fingerprint": hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.path, "positions": {"begin": begin, "end": end}},
    }
