"""`reloadlint clean`: remove what has been kept between runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from reloadlint.cli.boundary import write
from reloadlint.cli.configuration import settings_from
from reloadlint.cli.grouping import Command
from reloadlint.cli.options import CACHE_DIR, CONFIG, with_options
from reloadlint.discovery.roots import find_project_root
from reloadlint.errors import UsageError
from reloadlint.reporting.wording import harmless
from reloadlint.source import display_path
from reloadlint.store import FOLDER, clear

_EXAMPLES = """\b
Examples:
  reloadlint clean
  reloadlint clean --cache-dir ~/.cache/reloadlint
"""


@click.command("clean", cls=Command, epilog=_EXAMPLES, short_help="Remove caches in PATHS.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@with_options((*CONFIG, CACHE_DIR))
def command(paths: tuple[Path, ...], **options: Any) -> int:
    """Remove the caches of the projects in PATHS, and those in folders below.

    PATHS are folders; without any, the working directory. The next run does everything anew.
    """
    places = paths or (Path(),)
    for path in places:
        if not path.exists():
            raise UsageError(f"{display_path(path)}: no such file or folder")
    for folder in dict.fromkeys(f for path in places for f in _caches(path, options)):
        try:
            removed = clear(folder)
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"{display_path(folder)}: can't be removed: {reason}") from error
        if removed:
            write(f"removed {harmless(display_path(folder))}\n")
    return 0


def _caches(path: Path, options: dict[str, Any]) -> Iterator[Path]:
    """Where something may have been kept for the projects at and below a path."""
    settings = settings_from(path, options)
    if settings.cache_dir:
        yield Path(settings.cache_dir)
    yield find_project_root(path) / FOLDER
    for top, folders, _ in os.walk(path.absolute()):
        if FOLDER in folders:
            yield Path(top) / FOLDER
