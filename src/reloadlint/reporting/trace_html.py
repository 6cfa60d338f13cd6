"""A trace as one page that needs nothing beside it: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from string import Template
from typing import TYPE_CHECKING

from reloadlint.reporting import trace_words as words
from reloadlint.reporting.trace_table import phases
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from reloadlint.reporting.style import Style
    from reloadlint.reporting.trace_report import Report
    from reloadlint.trace.records import Effect, Process, Trace

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title - reloadlint trace</title>
<style>
:root { color-scheme: light dark; --text: #1c2024; --faint: #5f6b76; --back: #fff; --line: #d8dee4;
  --held: #b42318; --over: #1a7f37; --load: #b7791f; --up: #2f855a; --end: #c53030;
  --link: #0b5fa5; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --faint: #9aa5b1; --back: #14181c;
  --line: #323a42; --held: #ff8a80; --over: #6fcf8a; --load: #e0ac4f; --up: #4fb87f; --end: #ff6b6b;
  --link: #7ab8f5; } }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: var(--text);
  background: var(--back); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin-bottom: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; padding: .75rem; }
.faint { color: var(--faint); }
.problem { border-left: 4px solid var(--held); padding-left: .75rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left;
  vertical-align: top; }
.held, .alive, .refused { color: var(--held); } .alive, .refused { font-weight: 600; }
.over, .transient { color: var(--over); }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .35rem .8rem;
  align-items: center; }
.bar { position: relative; height: 1.1rem; background: var(--line); border-radius: 3px; }
.bar i { position: absolute; top: 0; bottom: 0; min-width: 3px; border-radius: 3px; }
.loading { background: var(--load); } .up { background: var(--up); }
.ending { background: var(--end); }
.key i { display: inline-block; width: .9rem; height: .9rem; border-radius: 3px;
  vertical-align: -.1rem; margin: 0 .3rem 0 .9rem; }
details { border-bottom: 1px solid var(--line); padding: .35rem 0; }
summary { cursor: pointer; } details ol { margin: .4rem 0; }
.place { color: var(--link); font-family: ui-monospace, monospace; font-size: .9em; }
</style>
</head>
<body>
<h1>$title</h1>
<p class="faint">$course</p>
$parts
<p class="faint">$summary</p>
</body>
</html>
""")

_PHASES = {"loading": "loads", "up": "runs", "ending": "ends"}


def render(report: Report, style: Style) -> str:  # noqa: ARG001 - a page has its own style
    """The page."""
    trace = report.trace
    parts = [
        *_remarks(trace),
        *(_timeline(trace) if trace.asked and trace.processes else ()),
        *(_table(report) if trace.asked else ()),
        *_effects(report),
        *_unseen(report),
    ]
    return _PAGE.substitute(
        title=_text(trace.program),
        course=_text(words.course(trace)),
        parts="\n".join(parts),
        summary=_prose(words.summary(report)),
    )


def _text(text: str) -> str:
    """A text as it is: never markup."""
    return escape(harmless(text))


def _prose(text: str) -> str:
    """A sentence of ours, with what stands in backticks set apart."""
    parts = _text(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))


def _remarks(trace: Trace) -> Iterator[str]:
    hanging = [words.obstacles(process) for process in trace.processes if process.hangs]
    for remark in filter(None, [trace.problem, *hanging]):
        yield f'<p class="problem">{_prose(remark)}</p>'
    for remark in filter(None, [trace.note, trace.blind]):
        yield f"<p>{_prose(remark)}</p>"
    if trace.log:
        lines = "\n".join(map(_text, trace.log.splitlines()))
        yield f"<h2>The program's own traceback</h2>\n<pre>{lines}</pre>"


def _timeline(trace: Trace) -> Iterator[str]:
    yield '<h2>Timeline</h2>\n<div class="bars">'
    for process in trace.processes:
        end = process.ended if process.ended is not None else trace.duration
        times = f"{process.began:.1f} to {end:.1f} s"
        yield f"<b>{process.title}</b>{_bar(process, trace)}"
        yield f'<span class="faint">{times}</span>'
    yield "</div>"
    key = "".join(f'<i class="{name}"></i>{text}' for name, text in _PHASES.items())
    yield f'<p class="faint key">{key}</p>'


def _bar(process: Process, trace: Trace) -> str:
    whole = max(trace.duration, 0.001) / 100
    parts = (
        f'<i class="{name}" style="left:{start / whole:.2f}%;width:{(stop - start) / whole:.2f}%" '
        f'title="{_PHASES[name]}: {start:.2f} to {stop:.2f} s"></i>'
        for name, start, stop in phases(process, trace)
    )
    return f'<div class="bar">{"".join(parts)}</div>'


def _table(report: Report) -> Iterator[str]:
    trace = report.trace
    rows = words.rows(trace)
    if not rows:
        return
    titles = "".join(f"<th>{process.title}</th>" for process in trace.processes)
    yield '<h2>What each process held</h2>\n<div class="scroll"><table>'
    yield f"<tr><th>line</th><th>what</th>{titles}</tr>"
    for row in rows:
        effect = next(iter(row.values()))
        columns = "".join(f'<td class="{fate}">{fate}</td>' for fate in words.fates(trace, row))
        yield (
            f'<tr><td class="place">{_text(words.place(words.first(effect)))}</td>'
            f"<td>{_prose(words.what(effect))}</td>{columns}</tr>"
        )
    yield f'</table></div>\n<p class="faint">{_text(words.LEGEND)}</p>'


def _effects(report: Report) -> Iterator[str]:
    for state in words.STATES:
        found = words.distinct(report.trace, state)
        if found:
            yield f'<h2 class="{state}">{_text(words.heading(report.trace, state))}</h2>'
            yield from (_effect(process, effect, report) for process, effect in found)


def _effect(process: Process, effect: Effect, report: Report) -> str:
    refusal = f": {_text(effect.refusal)}" if effect.refusal else ""
    known = words.said(report.of(process, effect))
    note = f' <span class="faint">{_text(known)}</span>' if known else ""
    steps = [
        f"{_line(words.place(line))} <code>{_text(words.code(line))}</code>"
        for line in effect.lines
    ]
    if name := words.through(effect):
        steps.append(f"through <code>{_text(name)}</code>")
    return (
        f"<details open><summary>{_line(words.place(words.first(effect)))} "
        f"{_prose(words.what(effect))}{refusal}{note}</summary>\n{_list(steps)}</details>"
    )


def _line(place: str) -> str:
    return f'<span class="place">{_text(place)}</span>'


def _list(items: Iterable[str]) -> str:
    inner = "".join(f"<li>{item}</li>" for item in items)
    return f"<ol>{inner}</ol>" if inner else ""


def _unseen(report: Report) -> Iterator[str]:
    if not report.unseen:
        return
    yield "<h2>Only foretold: <code>check</code> reports it, nothing was seen of it</h2>"
    yield _list(
        f"{_line(f'{one.finding.path}:{one.finding.line}')} <b>{one.finding.code}</b> "
        f'{_prose(one.finding.message)} <span class="faint">{_text(one.reason)}</span>'
        for one in report.unseen
    )
