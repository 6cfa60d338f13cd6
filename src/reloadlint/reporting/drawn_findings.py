"""Findings for people: each with its source, the chain to its cause, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reloadlint.findings import Confidence
from reloadlint.reporting.chain import chain
from reloadlint.reporting.drawing import Pen, drawn, hanging, prose, wrapped
from reloadlint.reporting.frame import frame
from reloadlint.reporting.wording import harmless, summary
from reloadlint.source import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reloadlint.findings import Finding, Fix, Result
    from reloadlint.reporting.style import Style

_INDENT = 2


def render(result: Result, style: Style) -> str:
    """Every finding in full and, if the style asks for it, the summary."""
    return drawn(_lines(result, style), style)


def _lines(result: Result, style: Style) -> Iterator[Text]:
    sources = {path: split_lines(text) for path, text in result.sources.items()}
    for number, finding in enumerate(result.findings):
        if number:
            yield Text()
        yield from _finding(finding, sources, Pen(style, finding.severity))
    if style.summary:
        if result.findings:
            yield Text()
        color = "bold" if result.findings else "bold green"
        yield from wrapped(Text(summary(result), color), style.width)


def _finding(finding: Finding, sources: Mapping[str, Sequence[str]], pen: Pen) -> Iterator[Text]:
    yield _header(finding, pen)
    yield from _indented(prose(finding.message), pen)
    lines = sources.get(finding.path, ())
    margin = _INDENT + len(str(min(finding.end_line + 1, max(1, len(lines)))))
    if finding.line <= len(lines):
        yield Text()
        yield from frame(finding, lines, margin, pen)
    if _leads_on(finding):
        yield pen.gutter("", margin)
        yield from chain(finding, sources, margin, pen)
    yield from _advice(finding, pen)


def _header(finding: Finding, pen: Pen) -> Text:
    place = harmless(f"{finding.path}:{finding.line}:{finding.column}")
    sure = "" if finding.confidence is Confidence.CERTAIN else f" ({finding.confidence.value})"
    return Text.assemble(
        (place, "bold"), "  ", (finding.code, pen.accent), f" {finding.name}  ",
        (finding.severity.value + sure, pen.accent),
    )  # fmt: skip


def _leads_on(finding: Finding) -> bool:
    """Whether the evidence tells more than the message and the frame do."""
    here = (finding.path, finding.line)
    return len(finding.evidence) > 1 or any((e.path, e.line) != here for e in finding.evidence)


def _indented(text: Text, pen: Pen) -> list[Text]:
    return hanging(Text(" " * _INDENT), text, pen.prose)


def _advice(finding: Finding, pen: Pen) -> Iterator[Text]:
    """The sentences on what it means and what to do, set off from what was seen."""
    advice = {"why: ": finding.consequence, "fix: ": _remedy(finding)}
    if any(advice.values()):
        yield Text()
    for label, sentence in advice.items():
        if sentence:
            start = Text.assemble(" " * _INDENT, (label, "bold green"))
            yield from hanging(start, prose(sentence), pen.prose)


def _remedy(finding: Finding) -> str:
    strategy = _strategy(finding.fix) if finding.fix else ""
    return f"{finding.remedy} {strategy}".strip()


def _strategy(fix: Fix) -> str:
    reason = f": {fix.reason}" if fix.reason else ""
    kind = (
        "manual" if fix.strategy == "manual" else f"strategy `{fix.strategy}`, {fix.applicability}"
    )
    return f"({kind}{reason})"
