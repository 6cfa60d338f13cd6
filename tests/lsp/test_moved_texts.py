"""Edits are made of the texts that they were worked out on, or not at all."""

import asyncio
from types import SimpleNamespace

import pytest
from lsprotocol import types

from reloadlint.lsp.actions import worked_out
from reloadlint.lsp.area import Superseded
from reloadlint.lsp.clients import Client
from reloadlint.lsp.documents import Documents
from reloadlint.lsp.uris import uri_of
from reloadlint.lsp.worker import Worker
from reloadlint.lsp.workspace_edits import Moved, workspace_edit

BEFORE, AFTER = "a = 1\n", "a = 2\n"


@pytest.fixture
def server():
    """As much of a server as an edit needs."""
    edits = types.WorkspaceEditClientCapabilities(document_changes=True)
    workspace = types.WorkspaceClientCapabilities(workspace_edit=edits)
    return SimpleNamespace(
        documents=Documents(),
        client=Client(types.ClientCapabilities(workspace=workspace)),
        encoding=types.PositionEncodingKind.Utf16,
        uri=uri_of,
        changes=0,
        fixer=Worker(),
    )


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "app.py"
    file.write_bytes(BEFORE.encode())
    return file


def opened(server, file, text, version=3):
    server.documents.open(types.TextDocumentItem(file.as_uri(), "python", version, text))


def test_a_file_that_is_not_open_is_changed_as_it_is_on_disk(server, file):
    (change,) = workspace_edit(server, {file: (BEFORE, AFTER)}).document_changes
    assert change.text_document.version is None
    assert [each.new_text for each in change.edits] == [AFTER]


def test_a_file_that_has_changed_on_disk_or_is_gone_is_not_changed(server, file):
    file.write_text("a = 3\n")
    with pytest.raises(Moved):
        workspace_edit(server, {file: (BEFORE, AFTER)})
    file.unlink()
    with pytest.raises(Moved):
        workspace_edit(server, {file: (BEFORE, AFTER)})


def test_an_open_document_counts_and_not_what_is_on_disk(server, file):
    opened(server, file, "b = 1\n")
    with pytest.raises(Moved):
        workspace_edit(server, {file: (BEFORE, AFTER)})
    (change,) = workspace_edit(server, {file: ("b = 1\n", AFTER)}).document_changes
    assert change.text_document.version == 3


def test_one_file_that_has_moved_on_keeps_all_from_being_changed(server, file, tmp_path):
    other = tmp_path / "other.py"
    other.write_text("something else\n")
    with pytest.raises(Moved):
        workspace_edit(server, {file: (BEFORE, AFTER), other: (BEFORE, AFTER)})


def test_a_byte_order_mark_in_an_open_document_stays(server, file):
    opened(server, file, "\ufeff" + BEFORE)
    assert server.documents.at(file).source == BEFORE
    (change,) = workspace_edit(server, {file: (BEFORE, AFTER)}).document_changes
    assert [each.new_text for each in change.edits] == ["\ufeff" + AFTER]


def test_what_was_worked_out_while_a_text_changed_is_of_no_use(server):
    def work(interrupt):
        server.changes += 1
        return "an edit of what is no more"

    with pytest.raises(Moved):
        asyncio.run(worked_out(server, work))
    assert asyncio.run(worked_out(server, lambda interrupt: "an edit")) == "an edit"


def test_work_that_nobody_waits_for_any_more_is_ended(server):
    async def cancelled():
        begun, ended = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(interrupt):
            loop.call_soon_threadsafe(begun.set)
            try:
                while True:
                    interrupt()
            except Superseded:
                loop.call_soon_threadsafe(ended.set)
                raise

        task = loop.create_task(worked_out(server, work))
        await begun.wait()
        task.cancel()
        await asyncio.wait_for(ended.wait(), 30)

    asyncio.run(cancelled())
    server.fixer.stop()
