"""SARIF 2.1.0, for code scanning: rules with their help, the chain as a code flow, fixes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reloadlint import __version__
from reloadlint.baseline import statement_at
from reloadlint.rules.codes import RULES
from reloadlint.rules.documentation import page_of

if TYPE_CHECKING:
    from reloadlint.findings import Finding, Result, Rewrite
    from reloadlint.reporting.style import Style

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def render(result: Result, style: Style) -> str:  # noqa: ARG001 - the same in every style
    """The log of one run; in ASCII. Columns count characters, as SARIF's `unicodeCodePoints`."""
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The working directory."}}},
        "results": [_result(number, result) for number in range(len(result.findings))],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _driver() -> dict[str, Any]:
    return {
        "name": "reloadlint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in RULES],
    }


def _rule(code: str) -> dict[str, Any]:
    page = page_of(RULES[code])
    return {
        "id": code,
        "name": page.name,
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": page.sections.get("Why is this bad?", page.summary)},
        "help": {"text": page.markdown, "markdown": page.markdown},
        "defaultConfiguration": {"enabled": page.default, "level": "warning"},
        "properties": {"tags": ["flask", "reloader"]},
    }


def _result(number: int, result: Result) -> dict[str, Any]:
    finding = result.findings[number]
    statement = statement_at(result.sources.get(finding.path, ""), finding.line)
    print_of = "\0".join((finding.path, finding.code, statement))
    digest = hashlib.sha256(print_of.encode("utf-8", "surrogatepass")).hexdigest()
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": list(RULES).index(finding.code),
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        "locations": [_location(finding.path, _region(finding))],
        "partialFingerprints": {"statement/v1": digest},
        "properties": {
            "confidence": finding.confidence.value,
            "effects": list(finding.effects),
            "role": finding.role,
        },
    }
    if finding.evidence:
        made["codeFlows"] = [{"threadFlows": [{"locations": _steps(finding)}]}]
    if rewrites := result.rewrites.get(number):
        made["fixes"] = [_fix(finding, rewrites)]
    return made


def _message(finding: Finding) -> str:
    return " ".join(filter(None, (f"{finding.message}.", finding.consequence, finding.remedy)))


def _region(place: Finding | Rewrite) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _location(path: str, region: dict[str, int]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    """A file below the working directory; others by their whole way."""
    uri = quote(path, errors="surrogatepass")
    return {"uri": uri} if path.startswith(("/", "..")) else {"uri": uri, "uriBaseId": _ROOT}


def _steps(finding: Finding) -> list[dict[str, Any]]:
    return [
        {
            "location": {
                **_location(step.path, {"startLine": step.line}),
                "message": {"text": step.message},
            },
            "nestingLevel": depth,
        }
        for depth, step in enumerate(finding.evidence)
    ]


def _fix(finding: Finding, rewrites: Sequence[Rewrite]) -> dict[str, Any]:
    strategy = finding.fix.strategy if finding.fix else ""
    ordered = sorted(rewrites, key=lambda rewrite: rewrite.path)
    return {
        "description": {"text": f"reloadlint fix (strategy: {strategy})"},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": _replacements(each)}
            for path, each in groupby(ordered, key=lambda rewrite: rewrite.path)
        ],
    }


def _replacements(rewrites: Iterable[Rewrite]) -> list[dict[str, Any]]:
    return [
        {"deletedRegion": _region(rewrite), "insertedContent": {"text": rewrite.text}}
        for rewrite in rewrites
    ]
