"""The documents that the client has open, with the texts that it says they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types

from reloadlint.lsp.positions import Encoding, characters
from reloadlint.lsp.uris import path_of

_LINE_START = re.compile(r"\r\n|\r|\n")

BYTE_ORDER_MARK = "\ufeff"
"""Some clients leave it in the text; it is no part of the program."""

Change = types.TextDocumentContentChangeEvent


class Document:
    """An open document; `path` is None where it is no file.

    `typed`: whether it was changed since it was opened or saved.
    """

    def __init__(self, item: types.TextDocumentItem) -> None:
        self.uri = item.uri
        self.path = path_of(item.uri)
        self.text = item.text
        self.version = item.version
        self.is_python = item.language_id == "python" or item.uri.endswith(".py")
        self.typed = False

    @property
    def source(self) -> str:
        """The text as a program."""
        return self.text.removeprefix(BYTE_ORDER_MARK)

    def apply(self, changes: Iterable[Change], version: int, encoding: Encoding) -> None:
        """Change the text, and note its new version."""
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangeWholeDocument):
                self.text = change.text
            else:
                start = _offset(self.text, change.range.start, encoding)
                end = _offset(self.text, change.range.end, encoding)
                self.text = self.text[:start] + change.text + self.text[max(start, end) :]
        self.version = version
        self.typed = True


class Documents:
    """All open documents."""

    def __init__(self) -> None:
        self._by_uri: dict[str, Document] = {}

    def open(self, item: types.TextDocumentItem) -> Document:
        """Add a document; one that is open already is replaced."""
        document = self._by_uri[item.uri] = Document(item)
        return document

    def close(self, uri: str) -> Document | None:
        """Remove a document."""
        return self._by_uri.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """The document with this URI, written in whatever way."""
        known = self._by_uri.get(uri)
        return known or self.at(path_of(uri))

    def at(self, path: Path | None) -> Document | None:
        """The document of a file."""
        if path is None:
            return None
        return next((document for document in self if document.path == path), None)

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._by_uri.values()))


def _offset(text: str, position: types.Position, encoding: Encoding) -> int:
    """The index of a position in a text; what lies behind a line or the text is its end."""
    start = 0
    if position.line:
        ends = _LINE_START.finditer(text)
        match = next((m for n, m in enumerate(ends, start=1) if n == position.line), None)
        if match is None:
            return len(text)
        start = match.end()
    stop = _LINE_START.search(text, start)
    line = text[start : stop.start() if stop else len(text)]
    return start + characters(line, position.character, encoding)
