"""Runs a Python command under an audit hook that notes what it executes, and where from.

The hook comes as a `sitecustomize` in a folder of its own on PYTHONPATH, so it is there before
anything of the command is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HOOK = """\
import atexit, json, os, sys

PROCESSES = {
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.forkpty", "os.startfile", "pty.spawn", "socket.connect", "socket.bind", "ctypes.dlopen",
}
noted = []


def hook(event, arguments):
    if event == "exec":
        noted.append(("exec", arguments[0].co_filename))
    elif event in PROCESSES:
        noted.append((event, repr(arguments)[:200]))


def write():
    loaded = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    noted.extend(("loaded", file) for file in loaded if isinstance(file, str))
    with open(os.environ["WATCHED_LOG"], "a") as file:
        file.writelines(json.dumps(entry) + "\\n" for entry in noted)


sys.addaudithook(hook)
atexit.register(write)
"""


@dataclass(frozen=True)
class Watched:
    """How a command ended, and what it executed that it must not."""

    status: int
    said: str
    complained: str
    executed: list[str]


def watched(arguments: list[str], folder: Path, forbidden: list[Path], scratch: Path) -> Watched:
    """Run Python in `folder`; no code below the forbidden folders counts as right."""
    hooks, log = scratch / "hooks", scratch / "log"
    hooks.mkdir(exist_ok=True)
    (hooks / "sitecustomize.py").write_text(HOOK)
    log.unlink(missing_ok=True)
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    environ |= {"PYTHONPATH": str(hooks), "WATCHED_LOG": str(log)}
    done = subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    noted = [json.loads(line) for line in log.read_text().splitlines()]
    assert noted, "the hook was not there"
    inside = tuple(f"{os.path.realpath(path)}{os.sep}" for path in forbidden)
    executed = [
        f"{event} {what}"
        for event, what in noted
        if event not in ("exec", "loaded") or _is_below(folder / what, inside)
    ]
    return Watched(done.returncode, done.stdout, done.stderr, sorted(set(executed)))


def _is_below(path: Path, folders: tuple[str, ...]) -> bool:
    """Whether code is of one of these folders; what has no file, such as `<string>`, is of none."""
    return not path.name.startswith("<") and os.path.realpath(path).startswith(folders)
