"""What an accessor returns, as far as the source says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst
import msgspec

from reloadlint.effects.values import Class
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.tree import last_name
from reloadlint.fixes.writing.style import Style, style_of
from reloadlint.fixes.writing.unimport import unused_without

_OR_NONE = re.compile(
    r"(?:\w+\.)?Optional\[(.*)\]|([\w.]+)\s*\|\s*None|None\s*\|\s*([\w.]+)", re.DOTALL
)
_WRAPPERS = frozenset({"Final", "Optional"})
_FINAL = re.compile(r"(?:\w+\.)?Final(?:\[(.*)\])?", re.DOTALL)


def style_for(made: Made) -> Style:
    """How the object's module is written; with annotations, where its assignment has a type."""
    style = style_of(made.tree)
    return msgspec.structs.replace(style, annotated=style.annotated or bool(_annotated(made)))


def _makes_one(made: Made) -> bool:
    """Whether what is called is a class by its name, or connects: it doesn't return None."""
    callee = last_name(made.value) if isinstance(made.value, cst.Call) else ""
    return callee[:1].isupper() or callee == "connect"


def taken_away(made: Made, kept: str | None, style: Style) -> Iterator[Edit]:
    """The edits that take away what was imported for the assignment's annotation alone.

    `kept` is what of it the accessor has now.
    """
    if not isinstance(made.assignment, cst.AnnAssign):
        return
    node = made.assignment.annotation.annotation
    if not (style.annotated and kept and _annotated(made)):
        yield from unused_without(made.tree, node)
    while (
        style.annotated
        and kept
        and isinstance(node, cst.Subscript)
        and last_name(node.value) in _WRAPPERS
    ):
        if last_name(node.value) not in style.exception:
            yield from unused_without(made.tree, node.value)
        inner = node.slice[0].slice
        node = inner.value if isinstance(inner, cst.Index) else node.value


def _annotated(made: Made) -> str:
    """The type that the assignment gives, as written."""
    if not isinstance(made.assignment, cst.AnnAssign):
        return ""
    source = made.tree.source(made.assignment.annotation.annotation)
    written = _FINAL.fullmatch(source)
    return (written[1] or "") if written is not None else source


def written_annotation(made: Made, cls: Class | None) -> str | None:
    """The assignment's annotation, or the class that is called; None where neither is sure.

    `cls` is the object's class, if it is one of the project's.
    """
    if kind := _annotated(made):
        never_none = _OR_NONE.fullmatch(kind) if _makes_one(made) else None
        return next(part for part in never_none.groups() if part) if never_none else kind
    if not isinstance(made.value, cst.Call):
        return None
    callee = made.tree.source(made.value.func)
    last = callee.rpartition(".")[2]
    return callee if cls is not None and last == cls.definition.name else None
