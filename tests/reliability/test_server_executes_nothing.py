"""`reloadlint server` runs and imports nothing of a project that is set as a trap.

The project is the one that is set for the commands: it is opened, edited, saved, and all that is
offered is asked for and applied. Each of its files leaves a mark when it is run, and an audit hook
notes what the server executes.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types

from lsp.lsp_editor import Editor, applied, session
from reliability.test_nothing_is_executed import Trap
from reliability.watched import HOOK

OF_CODE = ("exec", "loaded")


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path)


def watching(scratch: Path) -> dict[str, str]:
    """The variables under which Python begins with the hook."""
    hooks = scratch / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOK)
    return {"PYTHONPATH": str(hooks), "WATCHED_LOG": str(scratch / "log")}


def executed(trap: Trap, log: Path) -> Iterator[str]:
    """What the server has executed of the project, or started at all."""
    noted = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"exec", "loaded"} <= dict(noted).keys(), "the hook was not there"
    folders = (trap.project, trap.environment)
    forbidden = tuple(f"{os.path.realpath(path)}{os.sep}" for path in folders)
    for event, what in noted:
        file = os.path.realpath(trap.project / what)
        if event not in OF_CODE or (what[:1] != "<" and file.startswith(forbidden)):
            yield f"{event} {what}"


async def worked_with(editor: Editor) -> None:
    """Do with the trap what one does with a project in a day."""
    app = editor.uri("app.py")
    editor.open("app.py")
    text = (editor.folder / "app.py").read_text()
    await editor.until(lambda: "RL101" in (editor.codes(app) or ()))
    text = text.replace("import trap", "import trap, ast, libcst")
    text = text.replace("db = ", "second = sqlite3.connect('second.db')\ndb = ", 1)
    editor.type(app, 2, text)
    await editor.until(lambda: (editor.codes(app) or []).count("RL106") == 2)
    (editor.folder / "app.py").write_text(text)
    editor.save(app)
    for diagnostic in editor.shown[app].diagnostics:
        await everything_at(editor, app, diagnostic.range.start.line)
    (whole,) = await editor.actions(app, 0, ["source.reloadlint.fixWorkspace"])
    changes = await editor.resolved(whole)
    fixed = applied(text, changes[app].edits)
    assert "g.db" in fixed
    (editor.folder / "app.py").write_text(fixed)
    editor.type(app, 3, fixed)
    editor.save(app)
    editor.files_changed(editor.write("reloadlint.toml", 'python = "../environment/bin/python"\n'))
    await editor.until(lambda: (editor.codes(app) or []).count("RL106") < 2)
    await editor.quiet()


async def everything_at(editor: Editor, uri: str, line: int) -> None:
    """Ask for all that is offered in a line, and for what it means."""
    document = types.TextDocumentIdentifier(uri)
    place = types.Position(line, 8)
    await editor.client.text_document_hover_async(types.HoverParams(document, place))
    for action in await editor.actions(uri, line):
        if isinstance(action, types.CodeAction) and action.data:
            await editor.resolved(action)
    for name, argument in (("explain", "RL101"), ("effects", uri)):
        asked = types.ExecuteCommandParams(f"reloadlint.{name}", [argument])
        assert await editor.client.workspace_execute_command_async(asked)


def test_nothing_of_an_opened_edited_and_fixed_project_is_run(trap: Trap, tmp_path: Path) -> None:
    settings = {"python": "../environment/bin/python", "unsafeFixes": True}
    started = {"environment": watching(tmp_path), "options": settings}
    asyncio.run(session(trap.project, worked_with, started))
    assert trap.sprung == []
    assert list(executed(trap, tmp_path / "log")) == []
    assert not list(trap.project.rglob("*.db")) + list(trap.project.rglob("*.sqlite3"))


CARELESS = """\
import sys
import trap
sys.path.remove("")
from reloadlint.cli import main
sys.argv = ["reloadlint", "server"]
main()
"""


def test_a_server_that_runs_something_of_the_project_is_caught(trap: Trap, tmp_path: Path) -> None:
    """What the other test relies on: marks and hook tell of code that is run."""
    started = {"environment": watching(tmp_path), "program": CARELESS}
    asyncio.run(session(trap.project, Editor.quiet, started))
    assert trap.sprung == ["trap.py"]
    assert any(line.startswith("exec ") for line in executed(trap, tmp_path / "log"))
