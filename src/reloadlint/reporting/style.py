"""How a report is drawn, and what a stream and the environment allow."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, TextIO

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

_NARROWEST = 40


class Style(msgspec.Struct, frozen=True):
    """`width` in terminal cells; `unicode` allows box drawing; `summary` asks for a last line."""

    color: bool = False
    width: int = 80
    unicode: bool = True
    summary: bool = True


def style_for(
    stream: TextIO, color: str, environ: Mapping[str, str], *, summary: bool = True
) -> Style:
    """What fits `stream`; `color` is `auto`, `always` or `never`.

    Where the stream is no terminal the width is 80, unless COLUMNS says otherwise.
    """
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower()
    return Style(
        color=wants_color(stream, color, environ),
        width=max(_NARROWEST, shutil.get_terminal_size().columns),
        unicode=encoding.startswith("utf"),
        summary=summary,
    )


def wants_color(stream: TextIO, color: str, environ: Mapping[str, str]) -> bool:
    """Whether to colour: `color` decides, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"
