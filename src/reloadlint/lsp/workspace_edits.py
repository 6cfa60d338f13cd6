"""Changed files as one edit for the client, of the versions that it was worked out on."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from reloadlint.lsp.documents import BYTE_ORDER_MARK
from reloadlint.lsp.edits import text_edits
from reloadlint.lsp.fixing import Changed
from reloadlint.lsp.server import Server
from reloadlint.source import SourceError, SourceFile


class Moved(JsonRpcException):
    """The text has changed since the action was offered, or while it was worked out."""

    CODE = types.LSPErrorCodes.ContentModified.value
    MESSAGE = "the text has changed meanwhile; ask for the actions again"


def workspace_edit(server: Server, changed: Changed) -> types.WorkspaceEdit:
    """The edit of these files, each with the version that it is meant for.

    Files that aren't open have no version: they are read once more.

    Raises:
        Moved: a file isn't any more what the changes were worked out on.
    """
    edits = {path: _edits(server, path, *texts) for path, texts in sorted(changed.items())}
    if not server.client.versions:
        return types.WorkspaceEdit(changes={server.uri(path): e for path, e in edits.items()})
    changes = [types.TextDocumentEdit(_identified(server, p), list(e)) for p, e in edits.items()]
    return types.WorkspaceEdit(document_changes=list(changes))


def _edits(server: Server, path: Path, before: str, after: str) -> list[types.TextEdit]:
    document = server.documents.at(path)
    if before != (_on_disk(path) if document is None else document.source):
        raise Moved
    mark = document.text[:1] if document and document.text.startswith(BYTE_ORDER_MARK) else ""
    return text_edits(mark + before, mark + after, server.encoding)


def _on_disk(path: Path) -> str | None:
    try:
        return SourceFile.read(path).text
    except SourceError:
        return None


def _identified(server: Server, path: Path) -> types.OptionalVersionedTextDocumentIdentifier:
    document = server.documents.at(path)
    version = document.version if document is not None else None
    return types.OptionalVersionedTextDocumentIdentifier(server.uri(path), version)
