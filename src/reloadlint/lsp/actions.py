"""Code actions: what can be done about a finding, a file and the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from reloadlint.findings import Finding
from reloadlint.lsp.area import Superseded
from reloadlint.lsp.diagnostics import range_of
from reloadlint.lsp.documents import Document
from reloadlint.lsp.edits import text_edits
from reloadlint.lsp.fixing import Changed, Fixing, Key, NotFixed, Option, key_of
from reloadlint.lsp.server import Server

FIX_ALL = "source.fixAll.reloadlint"
FIX_WORKSPACE = "source.reloadlint.fixWorkspace"
SHOW_EFFECTS = "source.reloadlint.effects"
REASON = "TODO: say why"
_NEVER_SUPPRESSED = ("RL900", "RL901")


class Wanted(msgspec.Struct, frozen=True):
    """What an action is to change: kept by the client until it is chosen.

    `what`: `fix`, `suppress`, `file` or `workspace`. `version` is the document's at that time.
    """

    what: str
    uri: str
    version: int
    key: Key | None = None
    strategy: str = "auto"


class Moved(JsonRpcException):
    """The text has changed since the action was offered."""

    CODE = types.LSPErrorCodes.ContentModified.value
    MESSAGE = "the text has changed meanwhile; ask for the actions again"


def register(server: Server) -> None:
    """Have the server answer requests for code actions."""
    kinds = [types.CodeActionKind.QuickFix, FIX_ALL, FIX_WORKSPACE, SHOW_EFFECTS]
    options = types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = server.documents.get(params.text_document.uri)
        if document is None or document.path is None:
            return []
        await server.schedule.settled()
        offers = _Offers(server, document, params.context)
        return [action async for action in offers.at(params.range)]

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        if action.data is not None and action.edit is None:
            action.edit = await edit_of(server, msgspec.convert(action.data, Wanted))
        return action

    @server.command("reloadlint.apply")
    async def apply(wanted: dict[str, Any]) -> bool:
        edit = await edit_of(server, msgspec.convert(wanted, Wanted))
        params = types.ApplyWorkspaceEditParams(edit, label="reloadlint")
        return (await server.workspace_apply_edit_async(params)).applied


class _Offers:
    """The actions for one request."""

    def __init__(
        self, server: Server, document: Document, context: types.CodeActionContext
    ) -> None:
        self._server = server
        self._document = document
        self._only = context.only

    async def at(self, place: types.Range) -> Any:
        """The actions for what stands there, and for the whole."""
        found = self._found(place)
        if self._wants(types.CodeActionKind.QuickFix) and found:
            options = await fixing(self._server, self._document, _options(found)) or {}
            for finding in found:
                for action in self._about(finding, options.get(key_of(finding), [])):
                    yield action
        for action in self._about_all():
            yield action

    def _found(self, place: types.Range) -> list[Finding]:
        path = self._document.path
        assert path is not None
        lines = self._server.lines(path)
        findings = self._server.session.findings(path)
        return [f for f in findings if _touch(range_of(f, lines), place)]

    def _about(self, finding: Finding, options: Sequence[Option]) -> Iterator[types.CodeAction]:
        diagnostic = self._server.drawing().diagnostic(finding)
        for fix, preferred in options:
            sure = "" if fix.applicability == "safe" else " (unsafe)"
            title = f"Fix {finding.code}: {_TITLES[fix.strategy]}{sure}"
            wanted = self._wanted("fix", finding, fix.strategy)
            yield self._action(title, wanted, diagnostic, preferred=preferred and not sure)
        if finding.code not in _NEVER_SUPPRESSED:
            title = f"Suppress {finding.code} here, with a reason"
            yield self._action(title, self._wanted("suppress", finding), diagnostic)
        yield _command(f"Explain {finding.code}", "reloadlint.explain", finding.code, diagnostic)

    def _about_all(self) -> Iterator[types.CodeAction]:
        for what, kind, title in _WHOLES:
            if self._wants(kind):
                yield self._action(title, self._wanted(what), kind=kind)
        if self._wants(SHOW_EFFECTS):
            title = "Show what loading this module does"
            action = _command(title, "reloadlint.effects", self._document.uri)
            action.kind = SHOW_EFFECTS
            yield action

    def _wants(self, kind: str) -> bool:
        only = self._only
        return only is None or any(kind == each or kind.startswith(f"{each}.") for each in only)

    def _wanted(self, what: str, finding: Finding | None = None, strategy: str = "auto") -> Wanted:
        key = key_of(finding) if finding else None
        return Wanted(what, self._document.uri, self._document.version, key, strategy)

    def _action(
        self,
        title: str,
        wanted: Wanted,
        diagnostic: types.Diagnostic | None = None,
        *,
        kind: str = types.CodeActionKind.QuickFix,
        preferred: bool = False,
    ) -> types.CodeAction:
        data = msgspec.to_builtins(wanted)
        action = types.CodeAction(
            title=title,
            kind=kind,
            diagnostics=[diagnostic] if diagnostic else None,
            is_preferred=preferred or None,
        )
        if _resolves(self._server.client_capabilities):
            action.data = data
        else:
            action.command = types.Command(title, "reloadlint.apply", arguments=[data])
        return action


_TITLES = {
    "g": "one per request, on `flask.g`",
    "pool": "a pool made at first use, a connection per request",
    "lazy": "made at first use, once per process",
    "defer": "let the constructor wait for the first use",
    "guard": "only in the process that serves",
    "remove": "remove what suppresses nothing",
}
_WHOLES = (
    ("file", FIX_ALL, "Fix all safe findings of reloadlint in this file"),
    ("workspace", FIX_WORKSPACE, "Fix all safe findings of reloadlint in the workspace"),
)


def _options(found: Sequence[Finding]) -> Callable[[Fixing], dict[Key, list[Option]]]:
    keys = [key_of(finding) for finding in found]
    return lambda work: work.options(keys)


def _command(
    title: str, name: str, argument: str, diagnostic: types.Diagnostic | None = None
) -> types.CodeAction:
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic] if diagnostic else None,
        command=types.Command(title, name, arguments=[argument]),
    )


def _touch(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges have a line in common: the cursor may stand anywhere in it."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def _resolves(capabilities: types.ClientCapabilities) -> bool:
    """Whether the client asks for an action's edit when it is chosen."""
    document = capabilities.text_document
    action = document.code_action if document else None
    if action is None or action.resolve_support is None:
        return False
    return "edit" in action.resolve_support.properties and bool(action.data_support)


async def fixing(server: Server, document: Document, work: Callable[[Fixing], Any]) -> Any:
    """What `work` makes of a document's project; None if nothing can be said of it at the moment.

    Raises:
        Moved: a text has changed meanwhile.
    """
    path = document.path
    assert path is not None
    area = server.session.area(server.session.key_of(path))
    if area is None or not document.is_python:
        return None
    number = server.changes

    def interrupt() -> None:
        if server.changes != number:
            raise Superseded

    def run() -> Any:
        made = Fixing(area, server.texts(), path, interrupt)
        return work(made) if made.usable else None

    try:
        return await server.fixer.run(run)
    except Superseded:
        raise Moved from None


async def edit_of(server: Server, wanted: Wanted) -> types.WorkspaceEdit:
    """The edit that does what an action says.

    Raises:
        Moved: the document isn't what it was when the action was offered.
        JsonRpcException: it can't be done; the message says why.
    """
    document = server.documents.get(wanted.uri)
    if document is None or document.version != wanted.version:
        raise Moved
    await server.schedule.settled()
    try:
        changed = await fixing(server, document, partial(_changed, wanted))
    except NotFixed as error:
        raise JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed.value) from None
    if document.version != wanted.version:
        raise Moved
    return _workspace_edit(server, changed or {})


def _changed(wanted: Wanted, work: Fixing) -> Changed:
    if wanted.what == "fix" and wanted.key:
        return work.fix(wanted.key, wanted.strategy)
    if wanted.what == "suppress" and wanted.key:
        return work.suppress(wanted.key, REASON)
    return work.fix_all(everywhere=wanted.what == "workspace")


def _workspace_edit(server: Server, changed: Changed) -> types.WorkspaceEdit:
    """The edit of these files, each with the version that it is meant for."""
    edits = {
        path: text_edits(before, after, server.encoding)
        for path, (before, after) in sorted(changed.items())
    }
    if not _takes_versions(server.client_capabilities):
        return types.WorkspaceEdit(changes={server.uri(path): e for path, e in edits.items()})
    changes = [types.TextDocumentEdit(_identified(server, p), list(e)) for p, e in edits.items()]
    return types.WorkspaceEdit(document_changes=list(changes))


def _identified(server: Server, path: Path) -> types.OptionalVersionedTextDocumentIdentifier:
    document = server.documents.at(path)
    version = document.version if document is not None else None
    return types.OptionalVersionedTextDocumentIdentifier(server.uri(path), version)


def _takes_versions(capabilities: types.ClientCapabilities) -> bool:
    workspace = capabilities.workspace
    edit = workspace.workspace_edit if workspace else None
    return bool(edit and edit.document_changes)
