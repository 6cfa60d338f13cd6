"""Programs that are traced, and the check that none of their processes is left."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reloadlint.trace.records import Effect, Process

MARK = "RELOADLINT_TEST_OF_TRACE"


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a program."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str, program: str = "reloadlint") -> SimpleNamespace:
    """Run a command as a shell does, in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return SimpleNamespace(status=done.returncode, out=done.stdout, err=done.stderr)


def summed_up(process: Process, folder: Path) -> list[tuple[str, str, str | None]]:
    """Kind, state and place of each effect, in the order in which they began."""
    return [(one.kind, one.state, place(one, folder)) for one in process.effects]


def place(effect: Effect, folder: Path) -> str | None:
    """`file:line`, relative to the program's folder."""
    if effect.place is None:
        return None
    return f"{Path(effect.place.path).relative_to(folder).as_posix()}:{effect.place.line}"


def left_behind(mark: str) -> Iterator[str]:
    """The commands of processes that still run with this mark in their environment."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            environ = (folder / "environ").read_bytes()
        except OSError:
            continue
        if f"{MARK}={mark}".encode() in environ and state != "Z":
            yield f"{folder.name}: {(folder / 'cmdline').read_bytes()!r}"


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def children(pid: int) -> list[int]:
    """The processes that this one has started and that are still there, on Linux."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in lists for child in each.read_text().split()]
