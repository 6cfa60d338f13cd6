"""What can be done about findings, by the keys of an editor."""

import ast

import pytest
from lsp_editor import APP, CONNECT, applied
from lsprotocol import types
from pygls.exceptions import JsonRpcException

DB = f"import sqlite3\n\ndb = {CONNECT}\n"
VIEWS = (
    "from flask import Flask\n\nfrom db import db\n\napp = Flask(__name__)\n\n\n"
    '@app.get("/")\ndef index():\n    return str(db.execute("SELECT 1").fetchall())\n'
)


def command_of(action):
    """What the client asks for when an action is chosen.

    lsprotocol takes any action that has a command for a bare command, and its text for the name.
    """
    given = action.command
    made = ast.literal_eval(given) if isinstance(given, str) else vars(given)
    return types.ExecuteCommandParams(made["command"], made["arguments"])


def test_a_finding_has_an_entry_for_each_strategy_and_the_safe_one_is_preferred(edit):
    async def script(editor):
        uri = editor.write("app.py", "")
        editor.open("app.py", APP, version=4)
        await editor.shows(uri, "RL106")
        actions = await editor.actions(uri, 5)
        fixes = [action for action in actions if action.title.startswith("Fix RL106")]
        assert fixes[0].is_preferred
        assert not any(action.is_preferred for action in fixes[1:])
        assert "`flask.g`" in fixes[0].title
        assert any(action.title.endswith("(unsafe)") for action in fixes[1:])
        assert all(action.edit is None for action in fixes)
        done = await editor.client.code_action_resolve_async(fixes[0])
        (change,) = done.edit.document_changes
        assert (change.text_document.uri, change.text_document.version) == (uri, 4)
        fixed = applied(APP, change.edits)
        compile(fixed, "app.py", "exec")
        editor.type(uri, 5, fixed)
        await editor.shows(uri)

    edit(script)


def test_a_fix_of_several_files_is_one_edit_with_the_versions_of_those_open(edit):
    async def script(editor):
        db, app = editor.write("db.py", DB), editor.write("app.py", VIEWS)
        editor.open("db.py", version=7)
        await editor.shows(db, "RL106")
        actions = await editor.actions(db, 2)
        done = await editor.client.code_action_resolve_async(actions[0])
        versions = {
            each.text_document.uri: each.text_document.version
            for each in done.edit.document_changes
        }
        assert versions == {db: 7, app: None}

    edit(script)


def test_an_edit_is_refused_when_the_text_has_moved_on(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        actions = await editor.actions(uri, 5)
        editor.type(uri, 2, APP + "\n")
        with pytest.raises(JsonRpcException, match="changed"):
            await editor.client.code_action_resolve_async(actions[0])

    edit(script)


def test_all_safe_findings_are_fixed_in_the_file_or_in_the_workspace(edit):
    async def script(editor):
        app, db = editor.write("app.py", APP), editor.write("other/db.py", DB)
        editor.write("other/app.py", VIEWS)
        editor.open("app.py")
        await editor.shows(app, "RL106")
        await editor.shows(db, "RL106")
        wholes = {}
        for kind in ("source.fixAll", "source.reloadlint.fixWorkspace"):
            (action,) = await editor.actions(app, 0, [kind])
            done = await editor.client.code_action_resolve_async(action)
            wholes[kind] = [each.text_document.uri for each in done.edit.document_changes]
        assert wholes["source.fixAll"] == [app]
        assert set(wholes["source.reloadlint.fixWorkspace"]) == {
            app, db, editor.uri("other/app.py"),
        }  # fmt: skip

    edit(script)


UNSAFE = "from flask import Flask\nimport threading\n\nthreading.Thread(target=print).start()\n"


def test_what_is_safe_is_fixed_in_all_folders_and_projects_of_the_workspace_in_one_edit(edit):
    async def script(editor):
        one, two = editor.folder / "one", editor.folder / "two"
        opened = editor.write("one/app.py", APP)
        inner = editor.write("one/inner/app.py", APP)
        editor.write("one/inner/pyproject.toml", "")
        closed = editor.write("two/db.py", DB)
        user = editor.write("two/app.py", VIEWS)
        editor.write("two/jobs.py", UNSAFE)
        editor.write("outside/app.py", APP)
        await editor.start(folders=[one, two])
        editor.open("one/app.py", version=3)
        editor.open("two/app.py", VIEWS.replace("SELECT 1", "SELECT 2"), version=5)
        for uri in (opened, inner, closed):
            await editor.shows(uri, "RL106")
        (action,) = await editor.actions(opened, 0, ["source.reloadlint.fixWorkspace"])
        changes = await editor.resolved(action)
        versions = {uri: each.text_document.version for uri, each in changes.items()}
        assert versions == {opened: 3, inner: None, closed: None, user: 5}
        fixed = applied(VIEWS.replace("SELECT 1", "SELECT 2"), changes[user].edits)
        assert 'get_db().execute("SELECT 2")' in fixed

    edit(script, later=True)


def test_a_workspace_without_anything_to_fix_is_offered_nothing_and_nothing_is_changed(edit):
    async def script(editor):
        uri = editor.write("app.py", UNSAFE)
        editor.open("app.py")
        await editor.shows(uri, "RL101")
        (whole,) = await editor.actions(uri, 0, ["source.reloadlint.fixWorkspace"])
        with pytest.raises(JsonRpcException, match="nothing can be fixed safely"):
            await editor.resolved(whole)
        (file,) = await editor.actions(uri, 0, ["source.fixAll"])
        assert await editor.resolved(file) == {}
        editor.type(uri, 2, "x = 1\n")
        await editor.shows(uri)
        assert not await editor.actions(uri, 0, ["source.fixAll", "source.reloadlint.fixWorkspace"])

    edit(script)


def test_each_strategy_that_is_offered_makes_an_edit_of_its_own(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        fixes = [
            each for each in await editor.actions(uri, 5) if each.title.startswith("Fix RL106")
        ]
        made = [applied(APP, (await editor.resolved(each))[uri].edits) for each in fixes]
        assert len(set(made)) == len(fixes) > 1
        for text in made:
            compile(text, "app.py", "exec")
        unsafe = ["(unsafe)" in each.title for each in fixes]
        assert unsafe == sorted(unsafe)

    edit(script)


def test_an_open_file_that_is_no_python_at_the_moment_keeps_fixes_of_others_from_being_safe(edit):
    async def script(editor):
        db, app = editor.write("db.py", DB), editor.write("app.py", VIEWS)
        editor.open("db.py")
        editor.open("app.py")
        await editor.shows(db, "RL106")
        assert (await editor.actions(db, 2))[0].is_preferred
        editor.type(app, 2, VIEWS + "def half(")
        actions = await editor.actions(db, 2)
        fixes = [each for each in actions if each.title.startswith("Fix RL106")]
        assert not [each for each in fixes if each.is_preferred or "(unsafe)" not in each.title]

    edit(script)


def test_a_client_that_knows_only_commands_is_given_commands(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        actions = await editor.actions(uri, 5)
        assert all(isinstance(each, types.Command) for each in actions)
        chosen = types.ExecuteCommandParams(actions[0].command, actions[0].arguments)
        assert await editor.client.workspace_execute_command_async(chosen)
        (sent,) = editor.applied
        assert "def get_db():" in str(sent.edit.changes[uri])
        assert sent.edit.document_changes is None

    edit(
        script,
        without=[
            "text_document.code_action.code_action_literal_support",
            "workspace.workspace_edit",
        ],
    )


def test_a_finding_is_suppressed_by_a_comment_that_asks_for_a_reason(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        actions = await editor.actions(uri, 5, [types.CodeActionKind.QuickFix])
        (chosen,) = [action for action in actions if action.title.startswith("Suppress")]
        done = await editor.client.code_action_resolve_async(chosen)
        text = applied(APP, done.edit.document_changes[0].edits)
        assert f"{CONNECT}  # reloadlint: ignore[RL106] TODO" in text
        editor.type(uri, 2, text)
        await editor.shows(uri)

    edit(script)


def test_pages_are_shown_and_a_hover_tells_the_cause_and_the_cure(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        actions = {action.title: action for action in await editor.actions(uri, 5)}
        run = editor.client.workspace_execute_command_async
        for title in ("Explain RL106", "Show what loading this module does"):
            shown = await run(command_of(actions[title]))
            assert "RL106" in shown or "sqlite3" in shown
        assert len(editor.documents_shown) == 2
        place = types.TextDocumentIdentifier(uri)
        hover = editor.client.text_document_hover_async
        told = await hover(types.HoverParams(place, types.Position(5, 10)))
        for said in ("**RL106**", "leaves behind: dbfile", "`app.py:6`", "`close()`", "**Cure:**"):
            assert said in told.contents.value
        assert await hover(types.HoverParams(place, types.Position(4, 3))) is None

    edit(script)


def test_a_client_that_cannot_resolve_applies_what_the_server_sends(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        (first, *_) = await editor.actions(uri, 5)
        await editor.client.workspace_execute_command_async(command_of(first))
        (sent,) = editor.applied
        assert [each.text_document.uri for each in sent.edit.document_changes] == [uri]

    edit(script, resolves=False)


def test_nothing_is_offered_where_the_text_is_no_python_at_the_moment(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        editor.type(uri, 2, APP + "def half(")
        actions = await editor.actions(uri, 5, [types.CodeActionKind.QuickFix])
        assert not [action for action in actions or () if action.title.startswith("Fix RL106")]

    edit(script)
