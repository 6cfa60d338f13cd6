"""The text of the function that makes the application, or registers what a module has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

from reloadlint.fixes.app_factory.body import Piece
from reloadlint.fixes.app_factory.cutting import first_line, heads_section
from reloadlint.fixes.app_factory.indenting import indented
from reloadlint.fixes.app_factory.registrations import calls, wrapped
from reloadlint.fixes.app_factory.staying import Module
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.writing.style import Style


def factory_text(
    module: Module,
    head: Sequence[str],
    style: Style,
    edits: Sequence[Edit],
    loaded: Mapping[int, Sequence[str]],
    last: str | None,
) -> str:
    """A function with what leaves the module's level, and a registration for what stays there.

    Args:
        head: its first lines.
        edits: those that are made in what moves.
        loaded: lines that take the place of imports, by their statement's number.
        last: the line at the end.
    """
    writer = _Writer(module, style, edits)
    for piece in module.body.pieces:
        writer.add(piece, loaded.get(piece.number, ()))
    if last is not None:
        writer.line(last, "return")
    return "".join(line + style.newline for line in head) + "".join(writer.parts)


class _Writer:
    """Puts a function's body together, with blank lines where the kind of statement changes."""

    def __init__(self, module: Module, style: Style, edits: Sequence[Edit]) -> None:
        self.parts: list[str] = []
        self._module = module
        self._style = style
        self._edits = edits
        self._before: Piece | None = None
        self._kind = ""

    def add(self, piece: Piece, loaded: Sequence[str]) -> None:
        """Write what becomes of one statement of the module."""
        found = self._module.sorted
        tree, app = self._module.body.tree, self._module.app
        if piece.number in found.moved:
            self._moved(piece)
        elif piece.number in found.handed:
            self._start(piece, piece.start, "statement")
            self.parts.append(f"{self._style.indent}{found.handed[piece.number].line}")
            self.parts.append(self._style.newline)
        elif piece.number in found.registered:
            assert isinstance(piece.node, cst.FunctionDef)
            name = piece.node.name.value
            for line in calls(tree, app, name, found.registered[piece.number]):
                for part in wrapped(line, self._style.indent):
                    self.line(part, "register")
        for line in loaded:
            self.line(line, "register")

    def line(self, text: str, kind: str) -> None:
        """Write a line of its own."""
        if self._kind and kind != self._kind:
            self.parts.append(self._style.newline)
        self.parts.append(f"{self._style.indent}{text}{self._style.newline}")
        self._kind, self._before = kind, None

    def _moved(self, piece: Piece) -> None:
        tree = self._module.body.tree
        moved, body = self._module.sorted.moved, self._module.body
        follows = piece.number - 1 in moved or heads_section(body, [piece], moved)
        start = first_line(body, piece, follows=follows)
        self._start(piece, start, "definition" if piece.is_definition else "statement")
        text = indented(tree, start, piece.end, self._style.indent, self._edits)
        self.parts.append(text if text.endswith(("\n", "\r")) else text + self._style.newline)

    def _start(self, piece: Piece, start: int, kind: str) -> None:
        """Leave a blank line above a statement where it had some, or is of another kind."""
        data, before = self._module.body.tree.data, self._before
        apart = before is None or any(not line.strip() for line in _lines(data, before.end, start))
        if self._kind and (apart or kind == "definition" or kind != self._kind):
            self.parts.append(self._style.newline)
        self._kind, self._before = kind, piece


def _lines(data: bytes, start: int, end: int) -> list[bytes]:
    return data[start:end].splitlines()
