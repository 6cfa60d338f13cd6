"""Code actions: offered where the cursor stands, and worked out when one is chosen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from reloadlint.lsp.area import Interrupt, Superseded
from reloadlint.lsp.documents import Document
from reloadlint.lsp.fixing import Changed, NotFixed, key_of
from reloadlint.lsp.offers import APPLY, KINDS, Offered, Offers
from reloadlint.lsp.server import Server
from reloadlint.lsp.wanted import Wanted, changes_everywhere, changes_in_file, in_file
from reloadlint.lsp.workspace_edits import Moved, workspace_edit

T = TypeVar("T")


def register(server: Server) -> None:
    """Have the server answer requests for code actions."""
    options = types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> list[Offered]:
        document = server.documents.get(params.text_document.uri)
        if document is None or document.path is None or not document.is_python:
            return []
        await server.schedule.settled()
        return await _offered(server, document, params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        if action.data is not None and action.edit is None:
            action.edit = await _edit_of(server, msgspec.convert(action.data, Wanted))
        return action

    @server.command(APPLY)
    async def apply(wanted: dict) -> bool:  # type: ignore[type-arg]  # pygls wants a class
        edit = await _edit_of(server, msgspec.convert(wanted, Wanted))
        params = types.ApplyWorkspaceEditParams(edit, label="reloadlint")
        return (await server.workspace_apply_edit_async(params)).applied


async def _offered(
    server: Server, document: Document, params: types.CodeActionParams
) -> list[Offered]:
    offers = Offers(server, document, params.context.only)
    found, path = offers.found(params.range), document.path
    assert path is not None
    area = server.session.area_of(path)
    if not found or area is None:
        return offers.about(found, {})
    keys, texts = [key_of(finding) for finding in found], server.texts()

    def work(interrupt: Interrupt) -> Any:
        area.fixing_memory.interrupt = interrupt
        return in_file(area, texts, path, lambda project: project.options(path, keys))

    try:
        options = await worked_out(server, work)
    except JsonRpcException:
        raise
    except Exception as error:  # the rest can be offered all the same
        server.session.failed(f"planning fixes for {path}", error, "none are offered")
        server.tell()
        options = None
    return offers.about(found, options or {})


async def _edit_of(server: Server, wanted: Wanted) -> types.WorkspaceEdit:
    """The edit that does what an action says.

    Raises:
        Moved: the document isn't what it was when the action was offered.
        JsonRpcException: it can't be done; the message says why.
    """
    document = server.documents.get(wanted.uri)
    if document is None or document.version != wanted.version:
        raise Moved
    await server.schedule.settled()
    everywhere = wanted.what == "workspace"
    work = partial(_everywhere, server) if everywhere else partial(_changed, server, wanted)
    try:
        changed = await worked_out(server, work)
    except NotFixed as error:
        raise JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed.value) from None
    return workspace_edit(server, changed)


def _changed(server: Server, wanted: Wanted, interrupt: Interrupt) -> Changed:
    document = server.documents.get(wanted.uri)
    path = document.path if document else None
    area = server.session.area_of(path) if path else None
    if path is None or area is None:
        return {}
    area.fixing_memory.interrupt = interrupt
    return in_file(area, server.texts(), path, partial(changes_in_file, wanted, path)) or {}


def _everywhere(server: Server, interrupt: Interrupt) -> Changed:
    session = server.session
    return changes_everywhere(session.workspace(), server.texts(), session.key_of, interrupt)


async def worked_out(server: Server, work: Callable[[Interrupt], T]) -> T:
    """What `work` makes, in the thread for fixes; it ends if the texts change or nobody waits.

    Raises:
        Moved: a text has changed meanwhile.
    """
    number, is_wanted = server.changes, True

    def interrupt() -> None:
        if server.changes != number or not is_wanted:
            raise Superseded

    try:
        made = await server.fixer.run(partial(work, interrupt))
        interrupt()
    except Superseded:
        raise Moved from None
    finally:
        is_wanted = False
    return made
