"""The text of an accessor that makes one object per process, at its first use."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reloadlint.fixes.writing.existing import Existing
from reloadlint.fixes.writing.style import Style


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the accessor and its helpers are made from.

    `cache` and `lock` are module-level names; `local` is what the helper that closes calls the
    object; `made` notes that it has been made, where it may be None then; `release` is the call
    that closes it, None where there is none; `returns` is its class
    for annotations; `what` names the object in docstrings. `modules` says how the module names
    those of the standard library. `existing` is the function that returned the object before. `doc`
    is the accessor's docstring, if it has one in any case.
    """

    accessor: str
    cache: str
    lock: str
    close: str
    forget: str
    local: str
    release: str | None
    returns: str | None
    what: str
    modules: dict[str, str]
    made: str | None = None
    existing: Existing | None = None
    doc: Sequence[str] = ()

    @property
    def state(self) -> dict[str, str]:
        """The names at module level that change, and their values until it is made."""
        flag = {self.made: "False"} if self.made else {}
        return {self.cache: "None", **flag}

    @property
    def test(self) -> str:
        """Whether it is still to be made."""
        return f"not {self.made}" if self.made else f"{self.cache} is None"


MODULES = ("os", "threading")
"""What the text needs in any case; `atexit`, where there is something to close."""


def once_text(parts: Parts, making: list[str], style: Style) -> str:
    """The name that keeps the object, its lock, the accessor, and what closes and forgets it.

    `making` are the lines that make the object, at their indentation.
    """
    blocks = [_names(parts, style), _accessor(parts, making, style)]
    if parts.release is not None:
        blocks.append(_closing(parts, style))
    blocks += [_forgetting(parts, style), _at_fork(parts, style)]
    gap = style.newline * style.blank
    text = gap.join(_lines(style, block) for block in blocks[:-1])
    return f"{text}{gap}{_lines(style, blocks[-1])}"


def passing_text(
    accessor: str, expression: str, what: str, style: Style, own_doc: Sequence[str] = ()
) -> str:
    """An accessor for what is only looked up on another object: an attribute, an item."""
    doc = own_doc or style.doc(f"Return `{what}`.")
    return _lines(style, [f"def {accessor}():", *doc, f"{style.indent}return {expression}"])


def _names(parts: Parts, style: Style) -> list[str]:
    returns = parts.returns if style.annotated else None
    annotation = f": {style.optional(returns)}" if returns else ""
    return [
        f"{parts.cache}{annotation} = None",
        *([f"{parts.made} = False"] if parts.made else []),
        f"{parts.lock} = {parts.modules['threading']}.Lock()",
    ]


def _accessor(parts: Parts, making: list[str], style: Style) -> list[str]:
    i = style.indent
    return [
        *_head(parts, style),
        f"{i}global {', '.join(parts.state)}",
        f"{i}if {parts.test}:",
        f"{i}{i}with {parts.lock}:",
        f"{i}{i}{i}if {parts.test}:",
        *making,
        f"{i}return {parts.cache}",
    ]


def _head(parts: Parts, style: Style) -> list[str]:
    if parts.existing is not None:
        return [parts.existing.header, *parts.existing.doc]
    doc = f"Return `{parts.what}`, one for each process, made at first use."
    return style.head(parts.accessor, parts.returns, doc, parts.doc)


def registered(parts: Parts, made: str, style: Style) -> list[str]:
    """The lines that have the object closed when its process ends, if anything closes it."""
    if parts.release is None:
        return []
    modules = parts.modules
    line = f"{modules['atexit']}.register({parts.close}, {made}, {modules['os']}.getpid())"
    return [f"if {made} is not None:", style.indent + line] if parts.made else [line]


def _closing(parts: Parts, style: Style) -> list[str]:
    i, os = style.indent, parts.modules["os"]
    arguments, arrow = f"{parts.local}, pid", ""
    if style.annotated:
        kind = f": {parts.returns}" if parts.returns else ""
        arguments, arrow = f"{parts.local}{kind}, pid: int", " -> None"
    return [
        f"def {parts.close}({arguments}){arrow}:",
        *style.doc(f"Close `{parts.what}` at exit, in the process that has made it."),
        f"{i}if {os}.getpid() == pid:{_remark(style, 'a forked child leaves it alone')}",
        f"{i}{i}{parts.local}.{parts.release}",
    ]


def _forgetting(parts: Parts, style: Style) -> list[str]:
    i = style.indent
    arrow = " -> None" if style.annotated else ""
    remark = _remark(style, "a forked child makes its own")
    state = {**parts.state, parts.lock: f"{parts.modules['threading']}.Lock()"}
    return [
        f"def {parts.forget}(){arrow}:{remark}",
        *style.doc(f"Have a forked child make its own `{parts.what}`."),
        f"{i}global {', '.join(state)}",
        f"{i}{', '.join(state)} = {', '.join(state.values())}",
    ]


def _at_fork(parts: Parts, style: Style) -> list[str]:
    os, quote = parts.modules["os"], style.quote
    return [
        f"if hasattr({os}, {quote}register_at_fork{quote}):",
        f"{style.indent}{os}.register_at_fork(after_in_child={parts.forget})",
    ]


def _remark(style: Style, text: str) -> str:
    """A comment, where there is no docstring to say it."""
    return "" if style.documented else f"  # {text}"


def _lines(style: Style, lines: list[str]) -> str:
    return "".join(line + style.newline for line in lines)
