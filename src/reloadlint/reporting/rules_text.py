"""The documentation of rules, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reloadlint.reporting.drawing import drawn, hanging
from reloadlint.reporting.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reloadlint.reporting.style import Style
    from reloadlint.rules.documentation import Page


def render(pages: Sequence[Page], style: Style, *, listed: bool) -> str:
    """A line for each rule if they are `listed`, else the whole text of each."""
    if listed:
        return drawn(_list(pages, style), style)
    return "\n\n".join(_page(page, style) for page in pages)


def _list(pages: Sequence[Page], style: Style) -> Iterator[Text]:
    for page in pages:
        off = "" if page.default else " (off unless selected)"
        yield from hanging(Text(f"{page.code}  ", "bold"), Text(page.name + off), style.width)
        yield from hanging(Text("       "), Text(page.summary, "dim"), style.width)


def _page(page: Page, style: Style) -> str:
    title = Text.assemble((page.code, "bold green"), " ", (page.name, "bold"))
    if not page.default:
        title.append("  off unless selected", "dim")
    return drawn([title], style) + "\n" + markdown(page.markdown, style)
