"""What an editor is shown: after opening, while typing, and for other modules' findings."""

import asyncio

import pytest
from lsp_editor import APP, CONNECT, HAZARD
from lsprotocol import types
from pygls.exceptions import JsonRpcException

FACTORY = "import sqlite3\n\n\ndef connect():\n    return {}\n"
USER = """\
from flask import Flask

from db import connect

app = Flask(__name__)
handle = connect()
"""


def test_an_opened_file_is_shown_its_hazard_with_all_that_an_editor_can_use(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        (found,) = await editor.shows(uri, "RL106")
        assert found.source == "reloadlint"
        assert found.severity == types.DiagnosticSeverity.Warning
        start = types.Position(5, 5)
        assert found.range == types.Range(start, types.Position(5, 5 + len(CONNECT)))
        assert found.code_description.href.endswith("RL106.md")
        assert [info.location.uri for info in found.related_information] == [uri]
        await editor.until(lambda: editor.shown[uri].version == 1)

    edit(script)


def test_what_is_typed_counts_before_it_is_saved_and_for_other_modules_too(edit):
    async def script(editor):
        app, db = editor.write("app.py", USER), editor.write("db.py", FACTORY)
        editor.open("app.py")
        editor.open("db.py")
        hazardous = FACTORY.replace("{}", CONNECT)
        editor.type(db, 2, hazardous)
        (found,) = await editor.shows(app, "RL106")
        assert [info.location.uri for info in found.related_information][-1] == db
        editor.type(db, 3, FACTORY)
        await editor.shows(app)
        assert editor.codes(db) in (None, [])

    edit(script)


def test_a_program_without_hazards_is_shown_nothing(edit):
    async def script(editor):
        editor.write("app.py", USER)
        editor.write("db.py", FACTORY)
        editor.open("app.py")
        await editor.quiet()
        assert editor.shown == {}
        assert editor.messages == []

    edit(script)


def test_broken_syntax_while_typing_leaves_the_findings_as_they_were(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        editor.type(uri, 2, APP + "def half(")
        await editor.quiet()
        assert editor.codes(uri) == ["RL106"]
        editor.type(uri, 3, "\n" + APP)
        await editor.until(lambda: editor.shown[uri].diagnostics[0].range.start.line == 6)

    edit(script)


def test_a_file_saved_with_broken_syntax_is_reported(edit):
    async def script(editor):
        uri = editor.write("app.py", HAZARD)
        editor.open("app.py")
        await editor.quiet()
        editor.write("app.py", HAZARD + "def half(\n")
        editor.type(uri, 2, HAZARD + "def half(\n")
        await editor.quiet()
        assert editor.codes(uri) is None
        editor.save(uri)
        await editor.shows(uri, "RL901")

    edit(script)


def test_of_rapid_edits_the_last_one_counts(edit):
    async def script(editor):
        uri = editor.write("app.py", HAZARD)
        editor.open("app.py")
        last = 60
        for version in range(2, last + 1):
            editor.type(uri, version, HAZARD + "#" * version + "\n")
        editor.type(uri, last + 1, HAZARD + f"db = {CONNECT}\n")
        await editor.shows(uri, "RL106")
        assert editor.shown[uri].version == last + 1

    edit(script)


def test_columns_are_those_of_utf_16_by_default_and_line_ends_are_kept(edit):
    line = f'title = "数据库 🎉", {CONNECT}\r\n'

    async def script(editor):
        text = (HAZARD + line).replace("\r\n", "\n").replace("\n", "\r\n")
        uri = editor.write("app.py", text)
        editor.open("app.py")
        (found,) = await editor.shows(uri, "RL106")
        start = len('title = "数据库 🎉", '.encode("utf-16-le")) // 2
        assert found.range.start == types.Position(5, start)
        assert editor.answer.capabilities.position_encoding == types.PositionEncodingKind.Utf16
        # An edit behind the emoji, in the client's own units.
        editor.type(uri, 2, (5, start, start, "[] or "))
        await editor.until(lambda: editor.shown[uri].diagnostics[0].range.start.character > start)

    edit(script, encodings=[types.PositionEncodingKind.Utf16])


def test_columns_are_bytes_for_a_client_that_wants_bytes(edit):
    async def script(editor):
        uri = editor.write("app.py", HAZARD + f'a, db = "数🎉", {CONNECT}\n')
        editor.open("app.py")
        (found,) = await editor.shows(uri, "RL106")
        assert found.range.start.character == len('a, db = "数🎉", '.encode())
        assert editor.answer.capabilities.position_encoding == types.PositionEncodingKind.Utf8

    edit(script, encodings=[types.PositionEncodingKind.Utf8])


def test_what_is_no_file_and_what_lies_elsewhere_is_left_alone(edit):
    async def script(editor):
        for uri in ("untitled:Untitled-1", "file:///c%3A/shop/app.py", "git:/app.py?HEAD"):
            editor.open("", APP, uri=uri)
            editor.type(uri, 2, APP + "\n")
            assert not await editor.client.text_document_code_action_async(
                types.CodeActionParams(
                    types.TextDocumentIdentifier(uri),
                    types.Range(types.Position(5, 0), types.Position(5, 0)),
                    types.CodeActionContext([]),
                )
            )
            editor.close(uri)
        await editor.quiet()
        assert editor.shown == {}
        assert editor.messages == []

    edit(script)


def test_a_deleted_or_renamed_file_takes_its_findings_along(edit):
    async def script(editor):
        old = editor.write("app.py", APP)
        await editor.shows(old, "RL106")
        (editor.folder / "app.py").rename(editor.folder / "shop.py")
        new = editor.uri("shop.py")
        editor.files_changed(old, new)
        await editor.shows(new, "RL106")
        await editor.shows(old)
        (editor.folder / "shop.py").unlink()
        editor.files_changed(new)
        await editor.shows(new)

    edit(script)


def test_a_document_that_is_not_on_disk_yet_is_part_of_the_program(edit):
    async def script(editor):
        app = editor.write("app.py", USER)
        editor.open("app.py")
        editor.open("db.py", FACTORY.replace("{}", CONNECT))
        await editor.shows(app, "RL106")

    edit(script)


def test_a_long_file_is_analysed_while_requests_are_answered(edit):
    body = "".join(f"def f{n}(x):\n    y = x + {n}\n    return y\n\n\n" for n in range(1000))

    async def script(editor):
        uri = editor.write("app.py", APP + body)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        editor.type(uri, 2, (0, 0, 0, "# one line more\n"))
        await editor.until(lambda: editor.shown[uri].diagnostics[0].range.start.line == 6)

    edit(script)


def test_a_request_that_is_cancelled_leaves_the_server_answering(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        editor.type(uri, 2, APP + "\n")
        asked = asyncio.ensure_future(editor.actions(uri, 5))
        await asyncio.sleep(0)
        number = list(editor.client.protocol._request_futures)[-1]
        editor.client.cancel_request(types.CancelParams(number))
        with pytest.raises(JsonRpcException):
            await asked
        assert (await editor.actions(uri, 5))[0].title.startswith("Fix RL106")

    edit(script)


def test_a_client_that_pulls_is_given_what_it_asks_for_and_not_pushed_the_same(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        document = types.TextDocumentIdentifier(uri)
        ask = editor.client.text_document_diagnostic_async
        first = await ask(types.DocumentDiagnosticParams(document))
        assert [each.code for each in first.items] == ["RL106"]
        known = first.result_id
        same = await ask(types.DocumentDiagnosticParams(document, previous_result_id=known))
        assert same.kind == "unchanged"
        editor.type(uri, 2, HAZARD)
        third = await ask(types.DocumentDiagnosticParams(document, previous_result_id=known))
        assert list(third.items) == []
        await editor.until(lambda: editor.asked_to_pull > 0)
        assert editor.shown == {}

    edit(script, pull=True)


def test_a_client_that_pulls_is_pushed_what_is_found_in_files_that_are_not_open(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        await editor.shows(uri, "RL106")
        editor.open("app.py")
        await editor.shows(uri)
        document = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        pulled = await editor.client.text_document_diagnostic_async(document)
        assert [each.code for each in pulled.items] == ["RL106"]
        assert editor.codes(uri) == []
        editor.close(uri)
        await editor.shows(uri, "RL106")

    edit(script, pull=True)


def test_an_open_file_that_is_renamed_or_deleted_takes_its_findings_along(edit):
    async def script(editor):
        old = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(old, "RL106")
        (editor.folder / "app.py").rename(editor.folder / "shop.py")
        editor.close(old)
        new = editor.open("shop.py")
        await editor.shows(new, "RL106")
        await editor.shows(old)
        (editor.folder / "shop.py").unlink()
        editor.close(new)
        await editor.shows(new)

    edit(script, without=["workspace.did_change_watched_files"])
