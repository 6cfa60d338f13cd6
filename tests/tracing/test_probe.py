"""What runs inside the user's program asks nothing of it but a Python."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reloadlint.trace.listener import VARIABLE, Listener
from reloadlint.trace.running import PROBE
from tracing.programs import write

FILES = sorted(PROBE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_python_3_8_can_read_it(file: Path) -> None:
    ast.parse(file.read_bytes(), feature_version=(3, 8))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_imports_the_standard_library_and_itself_alone(file: Path) -> None:
    tree = ast.walk(ast.parse(file.read_bytes()))
    imported = [alias.name for node in tree if isinstance(node, ast.Import) for alias in node.names]
    tree = ast.walk(ast.parse(file.read_bytes()))
    imported += [
        str(node.module) for node in tree if isinstance(node, ast.ImportFrom) and not node.level
    ]
    others = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert others <= {"sitecustomize"}


def test_a_program_finds_none_of_our_modules_beside_its_own(tmp_path: Path) -> None:
    names = [file.stem for file in FILES] + ["reloadlint", "msgspec"]
    text = "import json, sys\nprint(json.dumps([*sys.modules, sys.path]), file=open('seen', 'w'))\n"
    write(tmp_path, {"app.py": text})
    code = (
        "import sys\nfrom pathlib import Path\nfrom reloadlint.trace.loading import trace_load\n"
        "trace_load('app.py', Path(sys.executable), timeout=60)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    *modules, path = json.loads((tmp_path / "seen").read_text(encoding="utf-8"))
    bare = subprocess.check_output([sys.executable, "-c", "import sys; print(*sys.modules)"])
    assert not {*names} & {*modules} - {*bare.decode().split()}
    assert not [folder for folder in path if folder.startswith(str(PROBE))]
    assert path[0] == str(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="speaks to a socket in the file system")
@pytest.mark.parametrize(("token", "names"), [("", ["hello", "note"]), ("guessed", [])])
def test_the_listener_takes_messages_only_from_who_knows_the_token(
    token: str, names: list[str]
) -> None:
    with Listener() as listener, socket.socket(socket.AF_UNIX) as sender:
        address = json.loads(listener.environ[VARIABLE])
        sender.connect(address["path"])
        messages = [{"event": "note"}, {"event": "hello", "pid": 1}, {"event": "note"}]
        lines = [token or address["token"], *map(json.dumps, messages)]
        sender.sendall("".join(f"{line}\n" for line in lines).encode())
        listener.wake()
        taken = list(iter(lambda: listener.next(time.monotonic() + 3600), None))
        assert [message.name for message in taken] == names
