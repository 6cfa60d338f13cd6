"""Edits of bytes as rewrites between lines and columns, and back."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from reloadlint.findings import Rewrite
from reloadlint.fixes.edits import Edit
from reloadlint.source import SourceFile

_LINE_END = re.compile(rb"\r\n|\r|\n")


def rewrites_of(
    edits: Mapping[str, Sequence[Edit]], sources: Mapping[str, SourceFile]
) -> Iterator[Rewrite]:
    """The edits of files, each named as reports name it."""
    for path, changes in edits.items():
        source = sources[path]
        lines = _byte_lines(source.text)
        for edit in changes:
            start, end = _place(lines, edit.start), _place(lines, edit.end)
            yield Rewrite(source.display_path, *start, *end, edit.text)


def edits_of(rewrites: Iterable[Rewrite], text: str) -> list[Edit]:
    """The rewrites of one file as edits of its text."""
    starts = _starts(text)
    return [
        Edit(
            _offset(text, starts, rewrite.line, rewrite.column),
            _offset(text, starts, rewrite.end_line, rewrite.end_column),
            rewrite.text,
        )
        for rewrite in rewrites
    ]


class _Lines(NamedTuple):
    data: bytes
    starts: list[int]


@functools.lru_cache(maxsize=8)  # several fixes change the same file
def _byte_lines(text: str) -> _Lines:
    """A text's bytes, and where in them each line begins."""
    data = text.encode()
    ends = (match.end() for match in _LINE_END.finditer(data))
    return _Lines(data, [0, *ends])


def _place(lines: _Lines, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a byte."""
    line = bisect.bisect_right(lines.starts, offset)
    return line, len(lines.data[lines.starts[line - 1] : offset].decode()) + 1


def _starts(text: str) -> list[int]:
    """Where each line begins."""
    starts = [0]
    for index, char in enumerate(text):
        if char == "\n" or (char == "\r" and text[index + 1 : index + 2] != "\n"):
            starts.append(index + 1)
    return starts


def _offset(text: str, starts: Sequence[int], line: int, column: int) -> int:
    """The byte at a place; the text's end for what lies behind it."""
    at = starts[line - 1] + column - 1 if line <= len(starts) else len(text)
    return len(text[:at].encode())
