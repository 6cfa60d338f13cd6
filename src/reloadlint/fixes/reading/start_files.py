"""The files beside the source that say how a program is started: a Procfile, a README …"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reloadlint.fixes.reading.project import Project

_LARGEST = 200_000


def start_file(
    project: Project, path: str, names: re.Pattern[str], says: re.Pattern[str]
) -> str | None:
    """The first file with such a name that says so; None if there is none.

    They are looked for at the root, beside the module, and between.
    """
    for file in _files(project, path):
        if names.fullmatch(file.name) and file.is_file() and says.search(_text(file)):
            return file.relative_to(project.root).as_posix()
    return None


def _files(project: Project, path: str) -> Iterator[Path]:
    beside = (project.root / path).parent
    above = [folder for folder in beside.parents if folder.is_relative_to(project.root)]
    for folder in dict.fromkeys((project.root, beside, *above)):
        yield from _entries(folder)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _text(file: Path) -> str:
    """What stands in a file; nothing if it is large or can't be read."""
    try:
        return file.read_text("utf-8", "replace") if file.stat().st_size <= _LARGEST else ""
    except OSError:
        return ""
