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
    """A project before and after `fix --write`, and after a second one.

    `findings` and `left` are what `check` reports before and after, as in its JSON.
    """

    folder: Path
    files: dict[str, bytes]
    command: Command
    files_again: dict[str, bytes]
    again: Command
    findings: list[dict[str, Any]]
    left: list[dict[str, Any]]


def fix(project: Project, folder: Path, *options: str) -> Fixed:
    """Fix a copy of the project in `folder`, twice."""
    shutil.copytree(
        project.before, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )
    with inside(folder):
        findings = check()
        options = (*project.options, *options)
        first = reloadlint("fix", "--write", *options)
        files = tree(folder)
        left = check()
        second = reloadlint("fix", "--write", *options)
        return Fixed(folder, files, first, tree(folder), second, findings, left)


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
    return json.loads(reloadlint("check", "--output-format", "json").said)["findings"]


def reloadlint(command: str, *options: str) -> Command:
    """Run the program in this process, in the working directory."""
    said, complained = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        status = boundary.run(cli, [command, "--isolated", "--no-cache", *options])
    return Command(status, _text(said), _text(complained))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
