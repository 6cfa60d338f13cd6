"""A trace for people: what began and by which line, or what each process of a server did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reloadlint.findings import Severity
from reloadlint.reporting import trace_words as words
from reloadlint.reporting.drawing import Pen, drawn, drawn_whole, prose, wrapped
from reloadlint.reporting.tree import Node, tree
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reloadlint.reporting.style import Style
    from reloadlint.reporting.trace_report import Report
    from reloadlint.trace.records import Effect, Line, Process

_COLORS = {
    "held": "bold red",
    "refused": "bold red",
    "unknown": "bold yellow",
    "transient": "bold green",
}


def render(report: Report, style: Style) -> str:
    """What was seen; for a server, its timeline and a table above that."""
    trace = report.trace
    text = drawn(_head(report, style), style)
    if trace.asked and trace.processes:
        from reloadlint.reporting.trace_table import table, timeline

        parts = (timeline(trace, style), table(trace, style))
        text += "".join(f"\n{drawn_whole(part, style)}" for part in parts if part is not None)
    return text + drawn(_body(report, style), style)


def _head(report: Report, style: Style) -> Iterator[Text]:
    trace = report.trace
    title = Text.assemble((harmless(trace.program), "bold"), f"  {words.course(trace)}")
    yield from wrapped(title, style.width)
    told = [trace.problem] if trace.is_told else []
    hanging = [words.obstacles(process) for process in trace.processes if process.hangs]
    for remark in filter(None, [*told, *hanging, trace.note, trace.blind]):
        yield from wrapped(prose(remark), style.width)
    if trace.log:
        yield Text()
        yield Text("the program's own traceback:", "bold")
        yield from (Text(f"  {harmless(line)}") for line in trace.log.splitlines())


def _body(report: Report, style: Style) -> Iterator[Text]:
    pen = Pen(style, Severity.WARNING)
    for branch in _branches(report):
        yield Text()
        yield from tree(branch, pen.glyphs, pen.width)
    if style.summary:
        yield Text()
        yield from wrapped(prose(words.summary(report)), style.width)


def _branches(report: Report) -> Iterator[Node]:
    for state in words.STATES:
        found = words.distinct(report.trace, state)
        twigs = [_effect(effect, process, report) for process, effect in found]
        if twigs:
            yield Node(Text(words.heading(report.trace, state), _COLORS[state]), twigs)
    if report.unseen:
        heading = Text("only foretold: `check` reports it, nothing was seen of it", "bold yellow")
        yield Node(heading, [_unseen(report, number) for number in range(len(report.unseen))])


def _effect(effect: Effect, process: Process, report: Report) -> Node:
    """The line that `check` would report; below it the way from there to the effect."""
    line = words.first(effect)
    text = Text.assemble((harmless(words.place(line)), "cyan"), "  ")
    text.append_text(Text(harmless(words.code(line)), "bold"))
    text.append("  ").append_text(prose(words.what(effect)))
    if effect.refusal:
        text.append(f": {harmless(effect.refusal)}")
    if known := words.said(report.of(process, effect)):
        text.append(f"  {known}", "bold yellow" if known == "only seen here" else "dim")
    return Node(text, list(_way(effect, line)))


def _way(effect: Effect, start: Line | None) -> Iterator[Node]:
    lines = list(effect.lines)
    further: Iterable[Line] = lines[lines.index(start) + 1 :] if start in lines else lines
    for line in further:
        shown = Text.assemble((harmless(words.place(line)), "cyan"), "  ")
        yield Node(shown.append(harmless(words.code(line))))
    if library := words.through(effect):
        yield Node(Text.assemble("through ", (harmless(library), "bold")))


def _unseen(report: Report, number: int) -> Node:
    unseen = report.unseen[number]
    finding = unseen.finding
    text = Text.assemble((harmless(f"{finding.path}:{finding.line}"), "cyan"), "  ")
    text.append(f"{finding.code}  ", "bold").append_text(prose(finding.message))
    return Node(text, [Node(Text(unseen.reason, "dim"))])
