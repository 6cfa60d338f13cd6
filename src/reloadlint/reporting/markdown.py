"""Markdown of our own documentation, drawn in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from reloadlint.reporting.drawing import drawn_whole

if TYPE_CHECKING:
    from reloadlint.reporting.style import Style

_WIDEST = 100


class _Heading(Heading):
    """A heading at the left, as in a manual page."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield Text.assemble("", self.text, style="bold")


class _Code(CodeBlock):
    """Code set in, in the terminal's own colours and without a background."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = Syntax(
            str(self.text).rstrip(),
            self.lexer_name,
            theme="ansi_dark",
            word_wrap=True,
            background_color="default",
        )
        yield Padding(code, (0, 0, 0, 4))


class _Markdown(Markdown):
    elements: ClassVar = Markdown.elements | {"heading_open": _Heading, "fence": _Code}


def markdown(text: str, style: Style) -> str:
    """`text` drawn for `style`."""
    narrowed = msgspec.structs.replace(style, width=min(style.width, _WIDEST))
    return drawn_whole(_Markdown(text, hyperlinks=False), narrowed)
