"""Lines and columns as findings have them, and positions as the protocol has them."""

from __future__ import annotations

from lsprotocol import types

from reloadlint.source import split_lines

Encoding = types.PositionEncodingKind | str | None


def units(text: str, encoding: Encoding) -> int:
    """The length of a text in the client's units."""
    if encoding == types.PositionEncodingKind.Utf32:
        return len(text)
    if encoding == types.PositionEncodingKind.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(char > "\uffff" for char in text)


def characters(line: str, column: int, encoding: Encoding) -> int:
    """How many characters of a line come before a column in the client's units."""
    if line.isascii() or encoding == types.PositionEncodingKind.Utf32:
        return min(column, len(line))
    seen = 0
    for index, char in enumerate(line):
        if seen >= column:
            return index
        seen += units(char, encoding)
    return len(line)


class Lines:
    """A text's lines, counted as Python and the protocol count them alike."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self._text = text
        self._lines = split_lines(text)
        self._encoding = encoding

    def position(self, line: int, column: int) -> types.Position:
        """The place at a line and a column that start at 1; columns count characters."""
        if line > len(self._lines):
            last = len(self._lines) - 1
            return types.Position(last, units(self._lines[last], self._encoding))
        before = self._lines[line - 1][: max(column - 1, 0)]
        return types.Position(line - 1, units(before, self._encoding))

    def range(self, line: int, column: int, end_line: int, end_column: int) -> types.Range:
        """The same for a beginning and an end."""
        return types.Range(self.position(line, column), self.position(end_line, end_column))

    def line(self, number: int) -> types.Range:
        """A whole line (they start at 1) without what it is indented by."""
        text = self._lines[number - 1] if number <= len(self._lines) else ""
        start = len(text) - len(text.lstrip())
        return self.range(number, start + 1, number, len(text.rstrip()) + 1)

    def place(self, position: types.Position) -> tuple[int, int]:
        """Line and column, from 1, of a position."""
        if position.line >= len(self._lines):
            return len(self._lines), len(self._lines[-1]) + 1
        line = self._lines[position.line]
        return position.line + 1, characters(line, position.character, self._encoding) + 1

    @property
    def end(self) -> types.Position:
        """The place behind the last character."""
        return self.position(len(self._lines), len(self._lines[-1]) + 1)
