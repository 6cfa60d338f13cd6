"""Diagnostics that are sent to the client without being asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from reloadlint.lsp.documents import Document
from reloadlint.lsp.uris import path_of

if TYPE_CHECKING:
    from reloadlint.findings import Finding
    from reloadlint.lsp.server import Server


class Publisher:
    """Sends the diagnostics of files for which they are others than before."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sent: dict[str, tuple[str, ...]] = {}

    def all(self) -> None:
        """Send what was found in all files, and have the client ask for the rest again."""
        server = self._server
        found = server.session.found()
        if server.session.preferences.scope == "openFiles":
            found = {path: all_ for path, all_ in found.items() if server.documents.at(path)}
        known = filter(None, map(path_of, self._sent))
        for path in sorted({*found, *known}):
            self.file(path, found.get(path, []))
        if server.client.pulls and server.client.refreshes:
            server.workspace_diagnostic_refresh(None)

    def file(self, path: Path, findings: Iterable[Finding]) -> None:
        """Send those of one file, unless the client asks for them or they stand as they are."""
        server, document = self._server, self._server.documents.at(path)
        if document is not None and (server.client.pulls or server.session.is_stale(path)):
            return
        uri = server.uri(path)
        diagnostics = server.drawing().diagnostics(findings)
        content = tuple(map(repr, diagnostics))
        if content == self._sent.get(uri, ()):
            return
        self._sent[uri] = content
        version = document.version if document is not None else None
        sent = types.PublishDiagnosticsParams(uri, diagnostics, version)
        server.text_document_publish_diagnostics(sent)

    def withdraw(self, document: Document) -> None:
        """Forget what was sent under a document's own URI."""
        if self._sent.pop(document.uri, None):
            sent = types.PublishDiagnosticsParams(document.uri, [])
            self._server.text_document_publish_diagnostics(sent)
