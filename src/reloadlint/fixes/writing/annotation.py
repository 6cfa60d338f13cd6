"""What an accessor returns, as far as the source says it."""

from __future__ import annotations

import re

import libcst as cst

from reloadlint.effects.values import Class
from reloadlint.fixes.reading.object import Made

_FINAL = re.compile(r"(?:\w+\.)?Final(?:\[(.*)\])?", re.DOTALL)


def written_annotation(made: Made, cls: Class | None) -> str | None:
    """The assignment's annotation, or the class that is called; None where neither is sure.

    `cls` is the object's class, if it is one of the project's.
    """
    if isinstance(made.assignment, cst.AnnAssign):
        source = made.tree.source(made.assignment.annotation.annotation)
        written = _FINAL.fullmatch(source)
        if written is None or written[1]:
            return written[1] if written else source
    if not isinstance(made.value, cst.Call):
        return None
    callee = made.tree.source(made.value.func)
    last = callee.rpartition(".")[2]
    return callee if cls is not None and last == cls.definition.name else None
