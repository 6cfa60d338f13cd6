"""A server's processes: when each of them lived, and what each of them held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from reloadlint.reporting import trace_words as words
from reloadlint.reporting.drawing import prose
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from reloadlint.reporting.style import Style
    from reloadlint.trace.records import Process, Trace

_UNICODE = {"loading": "░", "up": "█", "ending": "▒"}
_ASCII = {"loading": ".", "up": "=", "ending": "x"}
_COLORS = {"loading": "yellow", "up": "green", "ending": "red"}
_WIDEST_BAR = 60
_CELLS = {"held": "red", "alive": "bold red", "refused": "bold red", "over": "green", "begun": ""}


def timeline(trace: Trace, style: Style) -> Table:
    """A bar for each process."""
    signs = _UNICODE if style.unicode else _ASCII
    width = max(10, min(_WIDEST_BAR, style.width - 34))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for process in trace.processes:
        table.add_row(process.title, _bar(process, trace, signs, width), _times(process, trace))
    legend = "  ".join(f"{signs[phase]} {text}" for phase, text in _PHASES.items())
    table.add_row("", Text(legend, "dim"), "")
    return table


_PHASES = {"loading": "loads", "up": "runs", "ending": "ends"}


def phases(process: Process, trace: Trace) -> list[tuple[str, float, float]]:
    """What a process was doing, from when to when."""
    end = process.ended if process.ended is not None else trace.duration
    leaving = process.exiting if process.exiting is not None else end
    loaded = process.loaded if process.loaded is not None else leaving
    steps = [
        ("loading", process.began, loaded),
        ("up", loaded, leaving),
        ("ending", leaving, end),
    ]
    return [(name, start, stop) for name, start, stop in steps if stop > start]


def _bar(process: Process, trace: Trace, signs: dict[str, str], width: int) -> Text:
    scale = width / max(trace.duration, 0.001)
    bar = Text()
    for name, start, stop in phases(process, trace):
        bar.append(" " * (round(start * scale) - bar.cell_len))
        cells = round(stop * scale) - bar.cell_len
        # A process that waits in vain must be seen to, however short the wait is.
        at_least = 1 if name == "ending" and process.hangs else 0
        bar.append(signs[name] * max(cells, at_least), _COLORS[name])
    return bar


def _times(process: Process, trace: Trace) -> Text:
    end = process.ended if process.ended is not None else trace.duration
    return Text(f"{process.began:.1f}-{end:.1f} s", "dim")


def table(trace: Trace, style: Style) -> Table | None:
    """What each process held, a row for each effect; None if nothing began."""
    rows = words.rows(trace)
    if not rows:
        return None
    table = Table(box=box.SIMPLE_HEAD if style.unicode else box.ASCII2, pad_edge=False)
    table.add_column("line", overflow="fold", style="cyan", ratio=2)
    table.add_column("what", overflow="fold", ratio=3)
    for process in trace.processes:
        table.add_column(process.title)
    table.caption = Text(words.LEGEND, "dim")
    table.caption_justify = "left"
    for row in rows:
        effect = next(iter(row.values()))
        fates = [Text(fate, _CELLS.get(fate, "")) for fate in words.fates(trace, row)]
        table.add_row(harmless(words.place(words.first(effect))), prose(words.what(effect)), *fates)
    return table
