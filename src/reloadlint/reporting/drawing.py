"""What the parts of a full report share: the glyphs, the colours, wrapped text."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console, RenderableType
from rich.text import Text

from reloadlint.findings import Severity
from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reloadlint.reporting.style import Style

GUTTER = "bright_blue"

_WIDEST_PROSE = 100


class Glyphs(NamedTuple):
    """Lines and marks; each field has the same width in both sets, but for the ellipsis."""

    bar: str
    branch: str
    last: str
    ellipsis: str


_UNICODE = Glyphs("│", "├─", "╰─", "…")
_ASCII = Glyphs("|", "|-", "`-", "...")
_ACCENTS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}


class Pen:
    """Draws for one finding: `accent` is the colour of its severity."""

    def __init__(self, style: Style, severity: Severity) -> None:
        self.glyphs = _UNICODE if style.unicode else _ASCII
        self.width = style.width
        self.prose = min(style.width, _WIDEST_PROSE)
        self.accent = _ACCENTS[severity]

    def gutter(self, label: str, margin: int, content: Text | None = None) -> Text:
        """A line of a frame: `label`, right-aligned in `margin` cells, the bar, the content."""
        line = Text(f"{label:>{margin}} {self.glyphs.bar}", GUTTER)
        return Text.assemble(line, " ", content) if content else line


def prose(message: str) -> Text:
    """`message` as text: never markup, with what stands in backticks set apart."""
    text = Text(harmless(message))
    text.highlight_regex(r"`[^`]+`", "bold")
    return text


def wrapped(text: Text, width: int) -> list[Text]:
    """`text` in lines of at most `width` cells."""
    lines = text.wrap(_wrapping_console(), max(1, width))
    for line in lines:
        line.rstrip()
    return list(lines)


def hanging(label: Text, text: Text, width: int) -> list[Text]:
    """`text` wrapped beside `label`, its further lines indented as far."""
    first, *rest = wrapped(text, width - label.cell_len) or [Text()]
    indent = " " * label.cell_len
    return [label + first, *(Text(indent) + line for line in rest)]


def drawn(lines: Iterable[Text], style: Style) -> str:
    """The lines as one string, with escape sequences where there is colour."""
    console = _console(style.width, color=style.color)
    for line in lines:
        console.print(line, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def drawn_whole(thing: RenderableType, style: Style) -> str:
    """A table or the like as one string, without spaces at the ends of lines."""
    console = _console(style.width, color=style.color)
    console.print(thing)
    assert isinstance(console.file, io.StringIO)
    lines = (line.rstrip() for line in console.file.getvalue().splitlines())
    return "\n".join(lines).strip("\n") + "\n"


@cache
def _wrapping_console() -> Console:
    return _console(80, color=False)


def _console(width: int, *, color: bool) -> Console:
    """A console into a string that takes nothing from the environment."""
    return Console(
        file=io.StringIO(),
        width=width,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
