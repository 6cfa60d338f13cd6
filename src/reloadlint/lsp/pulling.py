"""Diagnostics that the client asks for, where it can."""

from __future__ import annotations

import hashlib

from lsprotocol import types

from reloadlint.lsp.server import Server

Report = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport


def register(server: Server) -> None:
    """Have the server answer requests for diagnostics."""
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier="reloadlint"
    )

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def diagnostic(params: types.DocumentDiagnosticParams) -> Report:
        await server.schedule.seen()
        document = server.documents.get(params.text_document.uri)
        path = document.path if document is not None else None
        if path is None:
            return types.RelatedFullDocumentDiagnosticReport([])
        known = params.previous_result_id
        if known and server.session.is_stale(path):
            return types.RelatedUnchangedDocumentDiagnosticReport(known)
        made = server.drawing().diagnostics(server.session.findings(path))
        number = hashlib.blake2b(repr(made).encode(), digest_size=8).hexdigest()
        if number == known:
            return types.RelatedUnchangedDocumentDiagnosticReport(number)
        return types.RelatedFullDocumentDiagnosticReport(made, result_id=number)
