"""The command itself: what it needs, how it is reached, what it survives."""

import asyncio
import json
import re
import socket
import subprocess
import sys

import pytest
from lsp_editor import APP, TIMEOUT
from lsprotocol import types
from pygls.exceptions import JsonRpcException

WITHOUT = """\
import sys
sys.modules["pygls"] = sys.modules["lsprotocol"] = None
from reloadlint.cli import main
sys.argv = ["reloadlint", "server"]
main()
"""
CRASHING = """\
import sys
from reloadlint.lsp import area
checked = area.Check.project
def project(self, root, wanted, *, alone=None):
    if any(file.name == "boom.py" for file in ([alone] if alone else wanted)):
        print("this must not reach the client")
        raise ValueError("no such thing")
    return checked(self, root, wanted, alone=alone)
area.Check.project = project
from reloadlint.cli import main
sys.argv = ["reloadlint", "server"]
main()
"""


def test_without_the_extra_one_line_says_what_to_install():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr == "error: the language server needs pygls; install reloadlint[lsp]\n"


def test_a_crash_in_the_analysis_of_one_file_is_told_once_and_the_others_go_on(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        boom = editor.write("boom.py", APP)
        editor.open("boom.py")
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        editor.type(uri, 2, APP.replace("db =", "# db ="))
        await editor.shows(uri)
        await editor.quiet()
        (told,) = editor.messages
        assert "no such thing" in told.message
        assert "\n" not in told.message
        assert editor.codes(boom) is None
        assert editor.logged == [told.message]

    edit(script, program=CRASHING)


CRASHING_PLAN = """\
from reloadlint.lsp import explaining, fixing
def failing(*_):
    raise ValueError("no such plan")
fixing.Check.plan_of = failing
explaining.described = failing
from reloadlint.cli import main
import sys
sys.argv = ["reloadlint", "server"]
main()
"""


def test_a_crash_in_what_is_asked_for_is_told_once_and_the_rest_is_answered(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        await editor.shows(uri, "RL106")
        for _ in range(2):
            titles = [action.title for action in await editor.actions(uri, 5)]
            assert titles[:2] == ["Suppress RL106 here, with a reason", "Explain RL106"]
        place = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(5, 10))
        for _ in range(2):
            with pytest.raises(JsonRpcException, match="no such plan"):
                await editor.client.text_document_hover_async(place)
        assert [each.message.partition(" failed")[0] for each in editor.messages] == [
            f"reloadlint: planning fixes for {editor.folder / 'app.py'}",
            "reloadlint: a request",
        ]

    edit(script, program=CRASHING_PLAN)


WAITING = """\
import sys, threading
from reloadlint.lsp import area, explaining
asked = threading.Event()
analyse, markdown = area.Area.analyse, explaining.markdown
def waiting(*given):
    assert asked.wait(30)
    return analyse(*given)
def asking(code):
    asked.set()
    return markdown(code)
area.Area.analyse, explaining.markdown = waiting, asking
from reloadlint.cli import main
sys.argv = ["reloadlint", "server"]
main()
"""


def test_requests_are_answered_while_the_analysis_is_under_way(edit):
    async def script(editor):
        uri = editor.write("app.py", APP)
        editor.open("app.py")
        asked = types.ExecuteCommandParams("reloadlint.explain", ["RL106"])
        assert "RL106" in await editor.client.workspace_execute_command_async(asked)
        await editor.shows(uri, "RL106")

    edit(script, program=WAITING)


def test_over_tcp_one_editor_is_served_on_the_loopback_interface():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asyncio.run(asyncio.wait_for(_over_tcp(port), 3 * TIMEOUT))


async def _over_tcp(port):
    arguments = ("-m", "reloadlint", "server", "--tcp", str(port))
    server = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stderr=asyncio.subprocess.PIPE
    )
    while f"('127.0.0.1', {port})" not in (line := (await server.stderr.readline()).decode()):
        assert line
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await _ask(reader, writer, 1, "initialize", {"capabilities": {}, "processId": None})
    assert answer["result"]["serverInfo"]["name"] == "reloadlint"
    await _ask(reader, writer, 2, "shutdown", None)
    _send(writer, {"jsonrpc": "2.0", "method": "exit"})
    await server.wait()
    writer.close()
    await server.stderr.read()


async def _ask(reader, writer, number, method, params):
    _send(writer, {"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    return json.loads(await reader.readexactly(length))


def _send(writer, message):
    data = json.dumps(message).encode()
    writer.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
