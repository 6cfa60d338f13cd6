"""A real client: it starts `reloadlint server` and speaks to it through its pipes."""

import asyncio
import functools
import os
import sys
from pathlib import Path

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities

TIMEOUT = 30

HAZARD = "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
CONNECT = 'sqlite3.connect("shop.db", check_same_thread=False)'
APP = (
    HAZARD
    + f"db = {CONNECT}\n\n\n"
    + '@app.get("/")\ndef index():\n    return db.execute("SELECT 1").fetchall()\n'
)


class Editor:
    """What a test does with a client: it opens, types, saves, and looks at what is shown."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.shown: dict[str, types.PublishDiagnosticsParams] = {}
        self.messages: list[types.ShowMessageParams] = []
        self.logged: list[str] = []
        self.asked_to_pull = 0
        self.registered: list[str] = []
        self.settings: dict[str, object] = {}
        self.applied: list[types.ApplyWorkspaceEditParams] = []
        self.documents_shown: list[str] = []
        self._changed = asyncio.Condition()
        self._listen()

    def _listen(self) -> None:
        feature = self.client.feature

        @feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        async def publish(params: types.PublishDiagnosticsParams) -> None:
            self.shown[params.uri] = params
            await self._news()

        @feature(types.WINDOW_SHOW_MESSAGE)
        async def message(params: types.ShowMessageParams) -> None:
            self.messages.append(params)
            await self._news()

        @feature(types.WINDOW_LOG_MESSAGE)
        def log(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)

        @feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.registered += [each.method for each in params.registrations]

        @feature(types.WORKSPACE_CONFIGURATION)
        def configuration(params: types.ConfigurationParams) -> list[object]:
            return [self.settings for _ in params.items]

        @feature(types.WORKSPACE_APPLY_EDIT)
        async def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.applied.append(params)
            await self._news()
            return types.ApplyWorkspaceEditResult(applied=True)

        @feature(types.WINDOW_SHOW_DOCUMENT)
        async def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
            self.documents_shown.append(params.uri)
            await self._news()
            return types.ShowDocumentResult(success=True)

        @feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        async def refresh(params: None) -> None:
            self.asked_to_pull += 1
            await self._news()

    async def _news(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, condition):
        """Wait for what the server sends until this holds."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), TIMEOUT)

    async def start(self, capabilities="visual-studio-code", folders=None, options=None, **more):
        """Shake hands; `more` are changes to the client's capabilities.

        `without` names some of these that it doesn't have.
        """
        able = client_capabilities(capabilities)
        if more.get("pull"):
            able.text_document.diagnostic = types.DiagnosticClientCapabilities()
            able.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(True)
        if not more.get("resolves", True):
            able.text_document.code_action.resolve_support = None
        for name in more.get("without", ()):
            *above, last = name.split(".")
            setattr(functools.reduce(getattr, above, able), last, None)
        if "encodings" in more:
            able.general.position_encodings = more["encodings"]
        folders = [self.folder] if folders is None else folders
        self.answer = await asyncio.wait_for(
            self.client.initialize_session(
                types.InitializeParams(
                    capabilities=able,
                    workspace_folders=[types.WorkspaceFolder(f.as_uri(), f.name) for f in folders],
                    initialization_options=options,
                )
            ),
            TIMEOUT,
        )
        return self

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def write(self, name: str, text: str) -> str:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return file.as_uri()

    def open(self, name: str, text: str | None = None, version: int = 1, uri: str = "") -> str:
        uri = uri or self.uri(name)
        text = (self.folder / name).read_bytes().decode() if text is None else text
        item = types.TextDocumentItem(uri, "python", version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def type(self, uri: str, version: int, *changes) -> None:
        """Send changes: whole texts, or (line, start, end, text) in the client's units."""
        made = [
            types.TextDocumentContentChangeWholeDocument(change)
            if isinstance(change, str)
            else types.TextDocumentContentChangePartial(
                types.Range(
                    types.Position(change[0], change[1]), types.Position(change[0], change[2])
                ),
                change[3],
            )
            for change in changes
        ]
        document = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, made))

    def save(self, uri: str) -> None:
        document = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, uri: str) -> None:
        document = types.TextDocumentIdentifier(uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def files_changed(self, *uris: str) -> None:
        changed = types.FileChangeType.Changed
        events = [types.FileEvent(uri, changed) for uri in uris]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    def codes(self, uri: str) -> list[str] | None:
        shown = self.shown.get(uri)
        return None if shown is None else [str(each.code) for each in shown.diagnostics]

    async def shows(self, uri: str, *codes: str) -> list[types.Diagnostic]:
        """Wait until these diagnostics, and no others, are shown for a file."""
        try:
            await self.until(lambda: self.codes(uri) == list(codes))
        except asyncio.TimeoutError:
            told = [message.message for message in self.messages]
            raise AssertionError(f"{uri}: {self.codes(uri)}, not {codes}; {told}") from None
        return self.shown[uri].diagnostics

    async def resolved(self, action: types.CodeAction) -> dict[str, types.TextDocumentEdit]:
        """The edits that an action makes, by file."""
        done = await self.client.code_action_resolve_async(action)
        return {each.text_document.uri: each for each in done.edit.document_changes}

    async def actions(self, uri: str, line: int, only=None) -> list[types.CodeAction]:
        place = types.Position(line, 0)
        shown = self.shown[uri].diagnostics if uri in self.shown else ()
        here = [d for d in shown if d.range.start.line == line]
        return await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                types.Range(place, place),
                types.CodeActionContext(here, only),
            )
        )

    async def quiet(self) -> None:
        """Wait until the server has worked off everything that was sent before.

        A hover has to wait for the analysis of what came before it.
        """
        await self.client.text_document_hover_async(
            types.HoverParams(
                types.TextDocumentIdentifier("file:///nowhere.py"), types.Position(0, 0)
            )
        )


def applied(text, edits):
    """The text with the edits of a client that counts ASCII."""
    lines = text.splitlines(keepends=True)
    for each in sorted(edits, key=lambda e: -e.range.start.line):
        lines[each.range.start.line : each.range.end.line] = [each.new_text]
    return "".join(lines)


async def session(folder: Path, script, started):
    """Start a server for an empty project in `folder`, run the script, end the server."""
    (folder / "pyproject.toml").touch()
    client = LanguageClient(converter_factory=default_converter)
    editor = Editor(client, folder)
    program = started.pop("program", None)
    arguments = ["-c", program] if program else ["-B", "-m", "reloadlint", "server"]
    environment = _environment() | started.pop("environment", {})
    await client.start_io(sys.executable, *arguments, env=environment, cwd=folder)
    try:
        if not started.pop("later", False):
            await editor.start(**started)
        return await asyncio.wait_for(script(editor), 3 * TIMEOUT)
    finally:
        if client._server.returncode is None:
            await asyncio.wait_for(client.shutdown_session(), TIMEOUT)
        await client.stop()


def _environment():
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
