"""What the server answers: documents, folders and settings as they come and go."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from reloadlint.lsp import actions, explaining, pulling
from reloadlint.lsp.server import Server, Services

_WATCHED = ("**/*.py", "**/*.toml", "**/.gitignore")
_SECTION = "reloadlint"


def server_with(services: Services) -> Server:
    """A server that answers."""
    server = Server(services)
    _lifecycle(server)
    _documents(server)
    _surroundings(server)
    for each in (actions, explaining, pulling):
        each.register(server)
    return server


def _lifecycle(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        options = params.initialization_options
        server.given = options.get("settings", options) if isinstance(options, dict) else options

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await _watch(server)
        await _ask_for_settings(server)
        server.configure()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.schedule.cancel()
        server.worker.stop()
        server.fixer.stop()
        server.pages.remove()


async def _watch(server: Server) -> None:
    """Have the client tell which files change, if it can."""
    if not server.client.watches:
        return
    watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in _WATCHED]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    server.client_register_capability(
        types.RegistrationParams([types.Registration("files", method, options)])
    )


async def _ask_for_settings(server: Server) -> None:
    """Take the client's settings, if it answers questions about them."""
    if not server.client.configures:
        return
    item = types.ConfigurationItem(section=_SECTION)
    answer = await server.workspace_configuration_async(types.ConfigurationParams([item]))
    if answer and answer[0] is not None:
        server.given = answer[0]


def _documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = server.documents.open(params.text_document)
        server.recent = document.path
        server.changes += 1
        if server.client.pulls:
            server.publisher.withdraw(document)  # from now on the client asks for its diagnostics
        server.schedule.request()

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return
        document.apply(params.content_changes, params.text_document.version, server.encoding)
        server.changes += 1
        server.recent = document.path
        if server.session.preferences.run == "onType":
            server.schedule.request()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        document = server.documents.get(params.text_document.uri)
        if document is not None:
            document.typed = False
        server.session.areas.forget_files()
        server.schedule.request()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        document = server.documents.close(params.text_document.uri)
        if document is not None:
            server.publisher.withdraw(document)
        server.changes += 1
        server.session.areas.forget_files()
        server.schedule.request()


def _surroundings(server: Server) -> None:
    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        given: Any = params.settings
        if isinstance(given, dict) and _SECTION in given:
            server.given = given[_SECTION]
        await _ask_for_settings(server)
        server.configure()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(_: types.DidChangeWatchedFilesParams) -> None:
        server.session.areas.forget_files()
        server.schedule.request()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        server.configure()
