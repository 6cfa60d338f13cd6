"""Settings: of the project's files, of the client, and what is wrong with them."""

import json
from pathlib import Path

from lsp_editor import APP
from lsprotocol import types

from reloadlint.lsp.configuration import NAMES, preferences, settings_of

ROOT = Path(__file__).parents[2]


def test_the_projects_file_counts_and_a_change_of_it_does(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        assert types.WORKSPACE_DID_CHANGE_WATCHED_FILES in editor.registered
        config = editor.write("pyproject.toml", '[tool.reloadlint]\nignore = ["RL106"]\n')
        editor.files_changed(config)
        await editor.shows(uri)
        editor.write("pyproject.toml", "[tool.reloadlint]\nignores = 1\n")
        editor.files_changed(config)
        await editor.until(lambda: editor.messages)
        assert "did you mean `ignore`?" in editor.messages[0].message

    edit(script)


def test_changes_of_the_projects_files_count_where_the_client_watches_none(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        assert editor.registered == []
        versions = iter(range(2, 20))

        async def typed():
            editor.type(uri, number := next(versions), APP + "#" * number)
            await editor.quiet()
            return editor.codes(uri)

        editor.write("base.toml", 'ignore = ["RL106"]\n')
        editor.write("reloadlint.toml", 'extend = "base.toml"\n')
        assert await typed() == []
        editor.write("base.toml", 'ignore = ["RL2"]\n')
        assert await typed() == ["RL106"]
        editor.write("base.toml", "ignores = []\n")
        assert await typed() == []
        assert await typed() == []
        editor.write("base.toml", "")
        assert await typed() == ["RL106"]
        (told,) = editor.messages
        assert "did you mean `ignore`?" in told.message
        other = editor.write("other.py", APP)
        await typed()
        assert editor.codes(other) == ["RL106"]
        editor.write(".gitignore", "other.py\n")
        await typed()
        assert editor.codes(other) == []

    edit(script, without=["workspace.did_change_watched_files"])


def test_folders_come_and_go_while_the_server_runs(edit):
    async def script(editor):
        one, two = editor.write("one/app.py", APP), editor.write("two/app.py", APP)
        folders = {
            name: types.WorkspaceFolder((editor.folder / name).as_uri(), name)
            for name in ("one", "two")
        }
        await editor.start(folders=[editor.folder / "one"])
        await editor.shows(one, "RL106")
        assert editor.codes(two) is None
        change = editor.client.workspace_did_change_workspace_folders
        for added, removed, shown, gone in (("two", "one", two, one), ("one", "two", one, two)):
            event = types.WorkspaceFoldersChangeEvent([folders[added]], [folders[removed]])
            change(types.DidChangeWorkspaceFoldersParams(event))
            await editor.shows(shown, "RL106")
            await editor.shows(gone)
        for name in ("one", "two"):
            (editor.folder / name / "app.py").unlink()
            (editor.folder / name).rmdir()
        event = types.WorkspaceFoldersChangeEvent([], [folders["one"]])
        change(types.DidChangeWorkspaceFoldersParams(event))
        await editor.shows(one)
        last = editor.write("three/app.py", APP)
        editor.open("three/app.py")
        await editor.shows(last, "RL106")
        assert editor.messages == []

    edit(script, later=True)


def test_the_clients_settings_count_and_unknown_ones_are_told(edit):
    async def script(editor):
        editor.settings = {"ignore": ["RL106"], "colour": "red", "select": ["RL9999"]}
        await editor.start()
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.until(lambda: len(editor.messages) == 2)
        told = " ".join(message.message for message in editor.messages)
        assert "unknown setting `colour`" in told
        assert "setting `select`" in told
        editor.type(uri, 2, APP + "\n")
        await editor.quiet()
        assert len(editor.messages) == 2
        assert not editor.codes(uri)

    edit(script, later=True)


def test_each_folder_of_the_workspace_has_its_own_settings(edit):
    async def script(editor):
        one, two = editor.folder / "one", editor.folder / "two"
        first, second = editor.write("one/app.py", APP), editor.write("two/app.py", APP)
        editor.write("two/reloadlint.toml", 'ignore = ["RL106"]\n')
        await editor.start(folders=[one, two])
        editor.open("one/app.py")
        editor.open("two/app.py")
        await editor.shows(first, "RL106")
        await editor.quiet()
        assert not editor.codes(second)

    edit(script, later=True)


def test_files_that_are_excluded_are_left_alone_though_they_are_open(edit):
    async def script(editor):
        editor.write("pyproject.toml", '[tool.reloadlint]\nextend-exclude = ["legacy"]\n')
        uri = editor.write("legacy/app.py", APP)
        editor.open("legacy/app.py")
        editor.type(uri, 2, APP + "\n")
        await editor.quiet()
        assert editor.shown == {}

    edit(script)


def test_only_open_files_are_shown_if_the_client_wants_it_so(edit):
    async def script(editor):
        editor.settings = {"scope": "openFiles"}
        closed, opened = editor.write("one.py", APP), editor.write("two.py", APP)
        await editor.start()
        editor.open("two.py")
        await editor.shows(opened, "RL106")
        assert editor.codes(closed) is None

    edit(script, later=True)


def test_settings_of_the_wrong_kind_are_left_out_in_one_line_each(tmp_path):
    wanted, problems = preferences({"run": "never", "scope": 3, "configuration": 1, "python": ".v"})
    assert (wanted.run, wanted.scope, wanted.configuration) == ("onType", "workspace", None)
    assert len(problems) == 3
    settings, more = settings_of(tmp_path, wanted, ("full",))
    assert settings.python == str(tmp_path / ".v")
    assert more == []
    assert preferences([1])[1]
    assert preferences(None) == preferences({})


def test_tables_of_the_client_reach_the_settings(tmp_path):
    wanted, _ = preferences({"strategy": {"shop.Mailer": "lazy"}, "ignore": ["RL2"]})
    settings, problems = settings_of(tmp_path, wanted, ("full",))
    assert problems == []
    assert settings.strategy == {"shop.Mailer": "lazy"}
    assert settings.ignore == ("RL2",)


def test_the_extension_and_the_guide_know_the_settings_that_the_server_knows():
    package = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text("utf-8"))
    properties = package["contributes"]["configuration"]["properties"]
    own = {"reloadlint.path", "reloadlint.interpreter"}
    assert properties.keys() - own == {f"reloadlint.{name}" for name in NAMES}
    assert own <= properties.keys()
    guide = (ROOT / "docs" / "editors.md").read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in guide] == []


def test_what_is_committed_of_the_extension_names_no_address_to_load_packages_from():
    lock = (ROOT / "editors" / "vscode" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
