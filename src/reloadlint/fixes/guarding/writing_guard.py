"""The edits of strategy `guard`: a test around what starts, directly before the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst
import msgspec

from reloadlint.fixes.draft import Moved
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.arranging import Arrangement
from reloadlint.fixes.guarding.blocks import Block
from reloadlint.fixes.guarding.removing import taken_away
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.pieces import shifted, with_comments
from reloadlint.fixes.writing.style import style_of


class Guarding(msgspec.Struct, frozen=True):
    """What is written: `test` guards (if it is empty, nothing has to); `head` is a line before it.

    `inside` are edits of the statements themselves. `unwrapped` is an `if` that is the first of
    them, of which only the body is kept. `stop` is a call that goes into a `finally`
    around the run.
    """

    block: Block
    found: Arrangement
    test: str
    head: str | None
    inside: list[Edit]
    stop: str | None
    unwrapped: cst.If | None = None

    @property
    def joining(self) -> Moved | None:
        """The lines that move to others; None if there is more to it, as a guard of their own."""
        is_all = not (self.head or self.found.after or self.stop or self.unwrapped)
        with_others = self.found.existing is not None or not self.test
        if not (is_all and self.found.moved and with_others):
            return None
        ranges = self._ranges
        inside = all(any(start <= e.start < end for start, end in ranges) for e in self.inside)
        return self._moved_away if inside else None

    @property
    def _ranges(self) -> list[tuple[int, int]]:
        return [_lines(self.block.tree, [member]) for member in self.found.segments[0]]

    @property
    def _moved_away(self) -> Moved:
        opens = self.found.segments[0][0] is self.block.body[0]
        return Moved(tuple(self._ranges), opens, behind=not self.test)

    def edits(self) -> Iterator[Edit]:
        """The edits in the block."""
        taken: list[tuple[int, int]] = []
        for edit in self._around():
            taken.append((edit.start, edit.end))
            yield edit
        for edit in self.inside:
            if not any(start <= edit.start < end for start, end in taken):
                yield edit

    def _around(self) -> Iterator[Edit]:
        tree, found = self.block.tree, self.found
        if self.head is not None and (found.outer is not None or not found.moved):
            yield self._headed(found.outer or self.block.holder, "")
        if found.moved:
            yield from self._moved()
        else:
            for segment in found.segments:
                yield self._wrapped(segment)
        for segment in found.after:
            yield self._wrapped(segment)
        if self.stop is not None:
            start, end = _lines(tree, [self.block.run])
            yield Edit(start, end, self._stopping(start, end))

    def _wrapped(self, segment: list[cst.BaseStatement]) -> Edit:
        start, end = _lines(self.block.tree, segment)
        return Edit(start, end, self._guard([(start, end)], _margin(self.block.tree, segment[0])))

    def _moved(self) -> Iterator[Edit]:
        """The edits that take the members away and put them before the run."""
        tree, existing = self.block.tree, self.found.existing
        ranges = self._ranges
        yield from taken_away(tree.data, self._moved_away)
        if self.unwrapped is not None:
            own_line = tree.line_start(tree.span(self.unwrapped)[0])
            ranges[:1] = [(ranges[0][0], own_line), _lines(tree, self.unwrapped.body.body)]
        if existing is None:
            text = self._guard(ranges, _margin(tree, self.block.run))
            yield self._headed(self.block.run, text, headed=self.found.outer is None)
            return
        assert isinstance(existing.body, cst.IndentedBlock)
        own = existing.body.body
        behind = ranges[0][0] > tree.span(existing)[0]
        place = _lines(tree, [own[-1]])[1] if behind else _lines(tree, [own[0]])[0]
        yield Edit(place, place, self._joined(ranges, _margin(tree, own[0])))

    def _headed(self, before: cst.BaseStatement, text: str, *, headed: bool = True) -> Edit:
        """The edit that puts the line that the test needs, and then `text`, before a statement."""
        tree = self.block.tree
        place = _lines(tree, [before])[0]
        head = f"{_margin(tree, before)}{self.head}{self._newline}" if self.head and headed else ""
        return Edit(place, place, head + text)

    def _guard(self, ranges: list[tuple[int, int]], margin: str) -> str:
        if not self.test:
            return self._joined(ranges, margin)
        inside = margin + self._indent
        return f"{margin}if {self.test}:{self._newline}{self._joined(ranges, inside)}"

    def _joined(self, ranges: list[tuple[int, int]], margin: str) -> str:
        """Whole statements one below the other, with that margin."""
        text, data = "", self.block.tree.data
        for start, end in (lines for lines in ranges if lines[0] < lines[1]):
            first = data[start:end]
            own = first[: len(first) - len(first.lstrip(b" \t"))]
            lines = shifted(self.block.tree, start, end, margin[len(own) :], self.inside)
            text += lines if lines.endswith(("\n", "\r")) else lines + self._newline
        return text

    def _stopping(self, start: int, end: int) -> str:
        """The run in a `try`, whose `finally` ends what has been started."""
        margin, newline, indent = (
            _margin(self.block.tree, self.block.run),
            self._newline,
            self._indent,
        )
        return (
            f"{margin}try:{newline}{self._joined([(start, end)], margin + indent)}"
            f"{margin}finally:{newline}{self._stop(margin + indent)}"
        )

    def _stop(self, margin: str) -> str:
        if not self.test:
            return f"{margin}{self.stop}{self._newline}"
        guard = f"{margin}if {self.test}:{self._newline}"
        return f"{guard}{margin}{self._indent}{self.stop}{self._newline}"

    @property
    def _newline(self) -> str:
        return style_of(self.block.tree).newline

    @property
    def _indent(self) -> str:
        """By how much the block is indented, which need not be what the rest of the file does."""
        tree, here = self.block.tree, self.block.body[0]
        margin = _margin(tree, here)
        for outer in tree.ancestors(here):
            if isinstance(outer, cst.BaseCompoundStatement):
                return margin[len(_margin(tree, outer)) :]
        return style_of(tree).indent


def _lines(tree: Tree, statements: Sequence[cst.CSTNode]) -> tuple[int, int]:
    """The lines of statements that follow each other, with the comments directly above."""
    first, last = statements[0], statements[-1]
    assert isinstance(first, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    return with_comments(tree, first)[0], tree.line_end(tree.span(last)[1])


def _margin(tree: Tree, statement: cst.BaseStatement) -> str:
    """The white space before a statement."""
    start = tree.span(statement)[0]
    return tree.data[tree.line_start(start) : start].decode()
