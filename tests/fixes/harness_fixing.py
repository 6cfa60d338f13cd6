"""Runs `reloadlint fix` on copies of projects and keeps what it wrote and said."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fixes.harness import Project, tree
from reloadlint.cli import boundary, cli

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Command:
    """What one call of the program returned and wrote to its two streams."""

    status: int
    said: str
    complained: str


@dataclass(frozen=True)
class Fixed:
    """A project before and after `fix --write`, and after a second one (if there was a first).

    `findings` and `left` are what `check` reports before and after, as in its JSON.
    """

    folder: Path
    files: dict[str, bytes]
    command: Command
    files_again: dict[str, bytes]
    again: Command
    findings: list[dict[str, Any]]
    left: list[dict[str, Any]]


def copy(project: Project, folder: Path) -> None:
    """Copy the project as it was to `folder`."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(project.before, folder, ignore=ignored, dirs_exist_ok=True)


def fix(project: Project, folder: Path, *options: str) -> Fixed:
    """Fix a copy of the project in `folder`; twice, if the first time changes something."""
    copy(project, folder)
    options = (*project.options, *options)
    with inside(folder):
        findings = check()
        command = reloadlint("fix", "--write", *options)
        files = tree(folder)
        if files == tree(project.before):
            return Fixed(folder, files, command, files, command, findings, findings)
        left = check()
        again = reloadlint("fix", "--write", *options)
    return Fixed(folder, files, command, tree(folder), again, findings, left)


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Make `folder` the working directory for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def check() -> list[dict[str, Any]]:
    """What `check` finds in the working directory."""
    command = reloadlint("check", "--output-format", "json")
    assert command.status in {0, 1}, command.complained
    return json.loads(command.said)["findings"]


def reloadlint(command: str, *options: str) -> Command:
    """Run the program in this process, in the working directory."""
    said, complained = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(stream, "utf-8", newline="") for stream in (said, complained))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = boundary.run(cli, [command, "--isolated", "--no-cache", *options])
        out.flush()
        err.flush()
    return Command(status, _text(said), _text(complained))


def _text(stream: io.BytesIO) -> str:
    """What was written, in which a patch of a file may have an encoding of its own."""
    return stream.getvalue().decode("utf-8", "surrogateescape")
