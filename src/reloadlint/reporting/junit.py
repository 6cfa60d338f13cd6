"""JUnit's XML, for servers that show tests: a failure for each finding."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from reloadlint.findings import Finding, Result
    from reloadlint.reporting.style import Style


def render(result: Result, style: Style) -> str:  # noqa: ARG001 - the same in every style
    """A suite for each file with findings; where there are none, one test that has passed."""
    number = len(result.findings)
    counts = {"tests": str(max(1, number)), "failures": str(number), "errors": "0"}
    root = Element("testsuites", {"name": "reloadlint", **counts})
    for path, found in groupby(result.findings, key=lambda finding: finding.path):
        _suite(root, path, list(found))
    if not result.findings:
        suite = SubElement(root, "testsuite", {"name": "reloadlint", **counts, "skipped": "0"})
        SubElement(suite, "testcase", {"name": "no findings", "classname": "reloadlint"})
    indent(root)
    declaration = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f"{declaration}{tostring(root, encoding='unicode')}\n"


def _suite(root: Element, path: str, found: Iterable[Finding]) -> None:
    findings = list(found)
    number = str(len(findings))
    counts = {"tests": number, "failures": number, "errors": "0", "skipped": "0"}
    suite = SubElement(root, "testsuite", {"name": harmless(path), **counts})
    for finding in findings:
        place = f"{finding.line}:{finding.column}"
        case = SubElement(
            suite,
            "testcase",
            {
                "name": f"{finding.code} {finding.name} ({place})",
                "classname": harmless(path.removesuffix(".py").replace("/", ".")),
                "file": harmless(path),
                "line": str(finding.line),
            },
        )
        message = harmless(finding.message)
        failure = SubElement(case, "failure", {"message": message, "type": finding.severity.value})
        failure.text = "\n".join(_lines(finding))


def _lines(finding: Finding) -> Iterable[str]:
    """The finding with its chain, as text."""
    yield harmless(f"{finding.path}:{finding.line}:{finding.column}: {finding.message}")
    for step in finding.evidence:
        yield harmless(f"  {step.path}:{step.line}: {step.message}")
    for sentence in (finding.consequence, finding.remedy):
        if sentence:
            yield harmless(sentence)
