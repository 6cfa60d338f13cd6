"""Taking whole lines out of a text, so that it doesn't show that they were there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from reloadlint.fixes.draft import Moved
from reloadlint.fixes.edits import Edit

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def taken_away(data: bytes, moved: Moved) -> list[Edit]:
    """What takes these lines away: of the blank lines around, the wider gap stays."""
    return taken_in_turn(data, [moved])


def taken_in_turn(data: bytes, moves: Sequence[Moved]) -> list[Edit]:
    """What takes the lines of all these away, as if one were taken after the other."""
    lines = _Lines(data)
    for moved in moves:
        lines.take(moved)
    return list(lines.edits())


def merged(data: bytes, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in order, as one where nothing but blank lines is between them."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and not data[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def with_gaps(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Whole lines with the blank ones around them."""
    lines = _Lines(data)
    first, last = lines.of((start, end))
    above, below = lines.gap(first, -1), lines.gap(last, 1)
    return lines.span(min([first, *above]), max([last, *below]))


class _Lines:
    """The lines of a text, of which more and more are gone."""

    def __init__(self, data: bytes) -> None:
        self._starts, self._blank = _read(data)
        self._end = len(data)
        self._gone: set[int] = set()

    def of(self, span: tuple[int, int]) -> tuple[int, int]:
        """The first and last of the lines of a span."""
        start, end = (bisect_right(self._starts, offset) - 1 for offset in (span[0], span[1] - 1))
        return start, end

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where these lines begin and end."""
        ends = [*self._starts[last + 1 : last + 2], self._end]
        return self._starts[first], ends[0]

    def gap(self, line: int, step: int) -> list[int]:
        """The blank lines above (-1) or below (1) a line, of those that are left."""
        found: list[int] = []
        line += step
        while 0 <= line < len(self._starts) and (line in self._gone or self._blank[line]):
            found += [] if line in self._gone else [line]
            line += step
        return found

    def take(self, moved: Moved) -> None:
        """Take lines away, and with them the narrower of the gaps around."""
        taken: set[int] = set()
        for number, (first, last) in enumerate(self._together(moved)):
            above, below = self.gap(first, -1), self.gap(last, 1)
            taken.update(range(first, last + 1))
            if number == 0 and moved.opens:
                taken.update(below)
            elif len(above) >= len(below):
                taken.update(below if above else ())
            else:
                taken.update(above)
        self._gone |= taken

    def _together(self, moved: Moved) -> list[tuple[int, int]]:
        """The lines of a move, as one where nothing is left between them but blank ones."""
        found: list[tuple[int, int]] = []
        for first, last in sorted(map(self.of, moved.ranges)):
            if found and all(self._is_empty(n) for n in range(found[-1][1] + 1, first)):
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def _is_empty(self, line: int) -> bool:
        return line in self._gone or self._blank[line]

    def edits(self) -> Iterator[Edit]:
        """What takes away all that is gone."""
        gone = sorted(self._gone)
        for place, line in enumerate(gone):
            if place and gone[place - 1] == line - 1:
                continue
            last = next(n for n in range(line, len(self._starts) + 1) if n + 1 not in self._gone)
            yield Edit(*self.span(line, last), "")


@lru_cache(maxsize=8)  # asked again for each start of a file
def _read(data: bytes) -> tuple[list[int], list[bool]]:
    """Where the lines of a text begin, and whether they are blank."""
    lines = list(_LINE.finditer(data))
    return [line.start() for line in lines], [not line.group().strip() for line in lines]
