"""The text of an accessor and its teardown."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reloadlint.fixes.writing.existing import Existing
from reloadlint.fixes.writing.style import Style


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What an accessor is made from.

    `local` is what the teardown calls the object; `g` is how the module writes Flask's `g`;
    `what` names the object in docstrings; `decorator` registers the teardown where that is done
    by one. `existing` is the function that returned the object before, if there was one.
    `giving_back` is the statement that the teardown ends with, where that is no method (`release`)
    of the object. `doc` is the accessor's docstring, if it has one in any case.
    """

    accessor: str
    closer: str
    key: str
    local: str
    g: str
    returns: str | None
    release: str
    decorator: str | None
    what: str
    existing: Existing | None = None
    giving_back: str | None = None
    doc: Sequence[str] = ()


def accessor_text(parts: Parts, opening: str, style: Style) -> str:
    """The function that opens the object at its first use in an application context.

    `opening` are the lines that do so, at their indentation.
    """
    i = style.indent
    return _lines(
        style,
        *_head(parts, style),
        f"{i}if {style.quote}{parts.key}{style.quote} not in {parts.g}:",
        opening.rstrip("\r\n"),
        f"{i}return {parts.g}.{parts.key}",
    )


_ASKED_FOR = "# reloadlint: ignore[RL302] wanted"


def opener_text(parts: Parts, opener: str, decorator: str | None, style: Style) -> str:
    """The function that opens the object before each request, through its accessor."""
    return _lines(
        style,
        *([decorator] if decorator else []),
        f"def {opener}(){' -> None' if style.annotated else ''}:",
        *style.doc(f"Open `{parts.what}` before each request, needed or not."),
        f"{style.indent}{parts.accessor}()  {_ASKED_FOR}",
    )


def teardown_text(parts: Parts, style: Style) -> str:
    """The function that closes the object at the end of the context, if it was opened."""
    i, key = style.indent, f"{style.quote}{parts.key}{style.quote}"
    verb, done = (
        ("Give", "back if it was taken") if parts.giving_back else ("Close", "if it was opened")
    )
    argument = "exception=None"
    arrow = ""
    if style.annotated:
        argument, arrow = f"exception: {style.exception} = None", " -> None"
    return _lines(
        style,
        *([parts.decorator] if parts.decorator else []),
        f"def {parts.closer}({argument}){arrow}:",
        *style.doc(f"{verb} `{parts.what}` {done}."),
        f"{i}{parts.local} = {parts.g}.pop({key}, None)",
        f"{i}if {parts.local} is not None:",
        f"{i}{i}{parts.giving_back or f'{parts.local}.{parts.release}'}",
    )


def _head(parts: Parts, style: Style) -> list[str]:
    if parts.existing is not None:
        return [parts.existing.header, *parts.existing.doc]
    doc = f"Return `{parts.what}` of this application context, opened at first use."
    return style.head(parts.accessor, parts.returns, doc, parts.doc)


def _lines(style: Style, *lines: str) -> str:
    return "".join(line + style.newline for line in lines)
