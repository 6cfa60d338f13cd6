"""The text of an accessor and its teardown."""

from __future__ import annotations

import msgspec

from reloadlint.fixes.style import Style


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What an accessor is made from.

    `g` is how the module writes Flask's `g`; `opening` are the lines that open the object, at
    their indentation; `what` names the object in docstrings; `decorator` registers the teardown
    where that is done by one.
    """

    accessor: str
    closer: str
    key: str
    g: str
    opening: str
    returns: str | None
    release: str
    decorator: str | None
    what: str


def accessor_text(parts: Parts, style: Style) -> str:
    """The function that opens the object at its first use in an application context."""
    i = style.indent
    arrow = f" -> {parts.returns}" if style.annotated and parts.returns else ""
    return _lines(
        style,
        f"def {parts.accessor}(){arrow}:",
        *_doc(style, f"Return `{parts.what}` of this application context, opened at first use."),
        f"{i}if {style.quote}{parts.key}{style.quote} not in {parts.g}:",
        parts.opening.rstrip("\r\n"),
        f"{i}return {parts.g}.{parts.key}",
    )


def teardown_text(parts: Parts, style: Style) -> str:
    """The function that closes the object at the end of the context, if it was opened."""
    i, key = style.indent, f"{style.quote}{parts.key}{style.quote}"
    argument = "exception=None"
    arrow = ""
    if style.annotated:
        argument, arrow = "exception: BaseException | None = None", " -> None"
    return _lines(
        style,
        *([parts.decorator] if parts.decorator else []),
        f"def {parts.closer}({argument}){arrow}:",
        *_doc(style, f"Close `{parts.what}` if it was opened."),
        f"{i}{parts.key} = {parts.g}.pop({key}, None)",
        f"{i}if {parts.key} is not None:",
        f"{i}{i}{parts.key}.{parts.release}",
    )


def _doc(style: Style, text: str) -> list[str]:
    if not style.documented:
        return []
    return [f"{style.indent}{style.doc_quotes}{text}{style.doc_quotes}"]


def _lines(style: Style, *lines: str) -> str:
    return "".join(line + style.newline for line in lines)
