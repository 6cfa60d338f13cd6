"""The lines of source around a finding, with carets under the call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from reloadlint.reporting.wording import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reloadlint.findings import Finding
    from reloadlint.reporting.drawing import Pen

_TAB = 4
_BEFORE, _AFTER = 2, 1
_LONGEST = 5
_ROOM = 4  # for an ellipsis at either end


class _Window(NamedTuple):
    """The cells of each line that are shown: `width` of them from `start` on."""

    start: int
    width: int


def frame(finding: Finding, lines: Sequence[str], margin: int, pen: Pen) -> Iterator[Text]:
    """The call's lines with their numbers, right-aligned in `margin` cells, and some around.

    Lines that are too long are cropped, all alike, so that the carets stay in view.
    """
    caret = _caret(finding, lines)
    window = _window(lines[finding.line - 1], caret, pen.width - margin - 3)
    previous = None
    around = (_BEFORE, _AFTER) if not window.start else (0, 0)
    for number in _numbers(finding, lines, *around):
        if previous is not None and number != previous + 1:
            yield pen.gutter(pen.glyphs.ellipsis, margin)
        previous = number
        code = cropped(shown(lines[number - 1]), window.width, pen, window.start)
        yield pen.gutter(str(number), margin, Text(code))
        if number == finding.line:
            yield pen.gutter("", margin, _carets(caret, window, pen))


def shown(line: str) -> str:
    """A source line as it is drawn: tabs as spaces, nothing that steers the terminal."""
    drawn, *rest = map(harmless, line.split("\t"))
    for piece in rest:
        drawn += " " * (_TAB - cell_len(drawn) % _TAB) + piece
    return drawn


def cropped(line: str, width: int, pen: Pen, start: int = 0) -> str:
    """Those `width` cells of `line` from `start` on, with an ellipsis at an end with more."""
    total, mark = cell_len(line), pen.glyphs.ellipsis
    if not start and total <= width:
        return line
    left = mark if start and total else ""
    right = mark if total > start + width else ""
    inner = width - cell_len(left + right)
    return left + _slice(line, start + cell_len(left), inner) + right


def _numbers(finding: Finding, lines: Sequence[str], above: int, below: int) -> list[int]:
    """Which lines are shown: the call's, without the middle of a long one, and those around."""
    first, last = finding.line, min(max(finding.line, finding.end_line), len(lines))
    call = list(range(first, last + 1))
    if len(call) > _LONGEST:
        call = [*call[: _LONGEST - 2], last]
    before = list(range(max(1, first - above), first))
    while before and not lines[before[0] - 1].strip():
        before.pop(0)
    after = list(range(last + 1, min(len(lines), last + below) + 1))
    while after and not lines[after[-1] - 1].strip():
        after.pop()
    return [*before, *call, *after]


def _caret(finding: Finding, lines: Sequence[str]) -> tuple[int, int]:
    """First cell of the carets and the one after the last, in the finding's first line."""
    line = lines[finding.line - 1]
    end = finding.end_column - 1 if finding.end_line == finding.line else len(line.rstrip())
    start = cell_len(shown(line[: finding.column - 1]))
    return start, max(start + 1, cell_len(shown(line[:end])))


def _window(line: str, caret: tuple[int, int], width: int) -> _Window:
    """From the line's beginning if the carets are in view then, else from as near to it as fits."""
    start, end = caret
    if cell_len(shown(line)) <= width or end + _ROOM <= width:
        return _Window(0, width)
    return _Window(max(0, min(start - _ROOM, end + _ROOM - width)), width)


def _carets(caret: tuple[int, int], window: _Window, pen: Pen) -> Text:
    start, end = caret
    width = min(end, window.start + window.width) - start
    return Text(" " * (start - window.start)).append("^" * max(1, width), pen.accent)


def _slice(line: str, start: int, width: int) -> str:
    """Exactly those cells of `line`; half a wide character becomes a space."""
    cells, part = 0, ""
    for char in line:
        if cells >= start + width:
            break
        size = cell_len(char)
        if start <= cells and cells + size <= start + width:
            part += char
        elif cells < start + width and cells + size > start:
            part += " " * (min(cells + size, start + width) - max(cells, start))
        cells += size
    return part
