"""What one interpreter says of many projects: run by `versions.py`, one process an interpreter.

Reads `{"subjects": [[name, folder, [options]]...]}` from standard input, and writes
`{"python": "3.12", "said": {"name command": text}}`: status, standard output and standard error
of each command, without what the Python that reads may say of a file that is none of its own.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from typing import Any

from reloadlint.cli import cli
from reloadlint.cli.boundary import run

OPTIONS = ("--isolated", "--no-cache", "--config", "follow-installed=false")
COMMANDS = {
    "check": ("check", "--output-format", "json", *OPTIONS),
    "fix": ("fix", "--unsafe-fixes", *OPTIONS),
}


def said_by(arguments: list[str]) -> str:
    """What a command writes, and its status."""
    kept = BytesIO(), BytesIO()
    out, err = (TextIOWrapper(stream, "utf-8", newline="") for stream in kept)
    with redirect_stdout(out), redirect_stderr(err):
        status = run(cli, arguments)
    out.flush()
    err.flush()
    texts = [stream.getvalue().decode("utf-8", "surrogateescape") for stream in kept]
    return "\n".join([f"status {status}", *texts])


def comparable(text: str) -> str:
    """A report without what Python's own parser says of a file that it cannot parse."""
    head, brace, report = text.partition("{")
    if not brace:
        return re.sub(r"cannot be parsed: [^\n]*", "cannot be parsed", text)
    body, end = report.rsplit("}", 1)
    record: dict[str, Any] = json.loads(f"{{{body}}}")
    for finding in record.get("findings", ()):
        if finding["message"].startswith("cannot be parsed: "):
            place = dict.fromkeys(("line", "column", "end_line", "end_column", "fingerprint"))
            finding |= {"message": "cannot be parsed", **place}
    return f"{head}{json.dumps(record, indent=1)}{end}"


def main() -> None:
    """Run every command over every subject."""
    said = {}
    for name, folder, options in json.load(sys.stdin)["subjects"]:
        os.chdir(folder)
        for label in ("check", "fix") if "--jobs" not in options else ("check",):
            command = COMMANDS[label]
            text = said_by([*command, *options])
            said[f"{name}: {label}"] = comparable(text) if label == "check" else text
    version = ".".join(map(str, sys.version_info[:3]))
    json.dump({"python": version, "said": said}, sys.stdout)


if __name__ == "__main__":
    main()
