"""Where a key stands in a TOML file: the parser doesn't tell, so its text is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*\[{1,2}\s*(?P<name>.+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?P<name>(?:"[^"]*"|'[^']*'|[\w.-]|\s*\.\s*)+?)\s*=""")
_PART = re.compile(r"""\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[\w-]+))\s*\.?""")


def line_of(text: str, keys: Sequence[str]) -> int | None:
    """The line (from 1) where the value under these keys begins, or that of the innermost table
    around it that has a line of its own; None if there is none."""
    wanted = tuple(keys)
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            path = table = _parts(header["name"])
        elif key := _KEY.match(line):
            path = (*table, *_parts(key["name"]))
        else:
            continue
        fits = path == wanted[: len(path)]
        if fits and (best is None or len(path) > best[0]):
            best = (len(path), number)
    return best[1] if best else None


def _parts(name: str) -> tuple[str, ...]:
    """`tool."my key".x` as its parts."""
    found = (match.group("double", "single", "bare") for match in _PART.finditer(name))
    return tuple(next(part for part in parts if part is not None) for parts in found)
