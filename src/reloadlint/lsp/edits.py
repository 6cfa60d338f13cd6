"""Changed texts as edits that a client applies."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from lsprotocol import types

from reloadlint.lsp.positions import Encoding, Lines
from reloadlint.source import split_lines

_MOST = 3000
"""Lines between the first and the last change for which it pays to look for what stays."""


def text_edits(before: str, after: str, encoding: Encoding) -> list[types.TextEdit]:
    """What makes one text of another, in edits of whole lines."""
    lines = Lines(before, encoding)
    old, new = _with_ends(before), _with_ends(after)
    return [
        types.TextEdit(lines.range(start + 1, 1, end + 1, 1), "".join(new[first:last]))
        for start, end, first, last in _blocks(old, new)
    ]


def _with_ends(text: str) -> list[str]:
    """The lines of a text with their ends."""
    made, at = [], 0
    for line in split_lines(text):
        end = at + len(line)
        stop = end + (2 if text[end : end + 2] == "\r\n" else 1)
        made.append(text[at:stop])
        at = stop
    return made


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Which lines of the old text make way for which of the new one."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    first, second = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(first), len(second)) > _MOST:
        yield start, len(old) - end, start, len(new) - end
        return
    for tag, a, b, c, d in difflib.SequenceMatcher(None, first, second, False).get_opcodes():
        if tag != "equal":
            yield start + a, start + b, start + c, start + d
