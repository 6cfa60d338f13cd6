"""Measure how long it takes from a keystroke to the diagnostic, in a warm workspace.

    python benchmarks/keystroke.py                  80,000 lines, 50 edits
    python benchmarks/keystroke.py --lines 20000    a smaller workspace
    python benchmarks/keystroke.py --folder DIR     files of your own; a copy is edited

A server is started as an editor starts it, and spoken to through its pipes. Each edit is made in
another module, and opens a database at its end: the clock runs from the moment that the change is
sent until the diagnostic for it has come back. It is compared with the time that `ast.parse` takes
for that file: exit status 1 if the median of the edits is beyond three times that plus 50 ms.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

FACTOR, ALLOWANCE = 3, 0.050
EDITS = 50
PER_MODULE = 400

HAZARD = "\nextra = sqlite3.connect('extra.db')\n"
HEAD = """\
import sqlite3

from flask import Blueprint, render_template, request

from shop.db import query

bp = Blueprint("views{i}", __name__)
"""
VIEW = '''
@bp.route("/orders{j}/<int:number>")
def order{j}(number):
    """Show one order, with its lines and what they cost."""
    wanted = request.args.get("sort", "name")
    lines = []
    for row in query("SELECT * FROM orders WHERE number = ?", number):
        price = row["price"] * row["count"]
        if row["discount"] and price > 100:
            price -= row["discount"]
        lines.append({"name": row["name"], "price": price})
    if wanted == "name":
        lines.sort(key=lambda line: line["name"])
    return render_template("order.html", lines=lines, number=number)


class Form{j}:
    """What a user fills in."""

    fields = ("name", "street", "city")

    def __init__(self, data):
        self.data = dict(data)
        self.errors = []

    def validate(self):
        for field in self.fields:
            if not self.data.get(field):
                self.errors.append(f"{field} is missing")
        return not self.errors
'''


class Edit(NamedTuple):
    """How long an edit took to be answered, and how long its file takes to be parsed."""

    answered: float
    parsed: float


def generate(folder: Path, lines: int) -> list[Path]:
    """Write an application of that many lines; the modules that are edited."""
    package = folder / "shop"
    package.mkdir()
    count = max(lines // PER_MODULE, 1)
    registered = "".join(
        f"    from shop.views{i} import bp as bp{i}\n    app.register_blueprint(bp{i})\n"
        for i in range(count)
    )
    head = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n"
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\n', encoding="utf-8")
    (folder / "wsgi.py").write_text("from shop import create_app\n\napp = create_app()\n")
    (package / "__init__.py").write_text(f"{head}{registered}    return app\n", encoding="utf-8")
    (package / "db.py").write_text("def query(text, *values):\n    return []\n", encoding="utf-8")
    made = []
    for number in range(count):
        text, inner = HEAD.replace("{i}", str(number)), 0
        while text.count("\n") < PER_MODULE:
            text, inner = text + "\n" + VIEW.replace("{j}", str(inner)), inner + 1
        file = package / f"views{number}.py"
        file.write_text(text, encoding="utf-8")
        made.append(file)
    return made


class Client:
    """The client's end of the pipes, as far as it is needed here."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "reloadlint", "server"]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._number = 0
        uri = folder.as_uri()
        named = [{"uri": uri, "name": folder.name}]
        self.ask("initialize", processId=None, rootUri=uri, capabilities={}, workspaceFolders=named)
        self.tell("initialized")

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        """Send a request; its answer."""
        self._number += 1
        number = self._number
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return next(m for m in self.messages() if m.get("id") == number)

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the server sends."""
        out = self._server.stdout
        assert out is not None
        while line := out.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
                while out.readline().strip():
                    pass
                yield json.loads(out.read(length))
        raise SystemExit("the server has ended")

    def until_shown(self, uri: str, *, some: bool) -> None:
        """Wait for diagnostics of a file: for some, or for none."""
        for message in self.messages():
            params = message.get("params") or {}
            is_shown = message.get("method") == "textDocument/publishDiagnostics"
            if is_shown and params["uri"] == uri and bool(params["diagnostics"]) == some:
                return

    def settle(self, uri: str) -> None:
        """Wait until everything is analysed."""
        at = {"line": 0, "character": 0}
        self.ask("textDocument/hover", textDocument={"uri": uri}, position=at)

    def stop(self) -> None:
        """End the server."""
        self.ask("shutdown")
        self.tell("exit")
        self._server.wait(30)

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._server.stdin.flush()


def edit(client: Client, file: Path) -> Edit:
    """Open a file, let its findings come, make a hazard, and wait for it to be shown."""
    uri, text = file.as_uri(), file.read_text(encoding="utf-8")
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    client.tell("textDocument/didOpen", textDocument=document)
    client.settle(uri)
    began = time.perf_counter()
    end = {"line": text.count("\n"), "character": 0}
    change = {"range": {"start": end, "end": end}, "text": HAZARD}
    changed = {"uri": uri, "version": 2}
    client.tell("textDocument/didChange", textDocument=changed, contentChanges=[change])
    client.until_shown(uri, some=True)
    answered = time.perf_counter() - began
    client.settle(uri)
    client.tell("textDocument/didClose", textDocument={"uri": uri})
    client.settle(uri)
    return Edit(answered, parse_time(text + HAZARD))


def parse_time(text: str) -> float:
    """How long `ast.parse` takes for a text."""
    began = time.perf_counter()
    ast.parse(text)
    return time.perf_counter() - began


def main() -> int:
    """Measure, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=80_000)
    parser.add_argument("--edits", type=int, default=EDITS)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "workspace"
        if options.folder is None:
            folder.mkdir()
            files = generate(folder, options.lines)
        else:
            shutil.copytree(options.folder, folder)
            files = [file for file in folder.rglob("*.py") if b"flask" in file.read_bytes()]
        client = Client(folder)
        try:
            chosen = random.Random(7).choices(sorted(files), k=options.edits)
            client.settle(chosen[0].as_uri())
            edits = [edit(client, file) for file in chosen]
        finally:
            client.stop()
    answered = statistics.median(each.answered for each in edits)
    parsed = statistics.median(each.parsed for each in edits)
    limit = FACTOR * parsed + ALLOWANCE
    slowest = max(each.answered for each in edits)
    print(f"{len(edits)} edits: median {answered * 1000:.0f} ms, slowest {slowest * 1000:.0f} ms")
    print(f"ast.parse of the file: {parsed * 1000:.1f} ms; limit {limit * 1000:.0f} ms")
    return 1 if answered > limit else 0


if __name__ == "__main__":
    sys.exit(main())
