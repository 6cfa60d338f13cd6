"""What reloadlint and Python are here: with another of them, nothing that was kept counts."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from reloadlint import __version__

Stamp = tuple[str, int, int]
"""A file or folder with its size and the time of its last change, in nanoseconds."""


@cache
def edition() -> str:
    """The versions of reloadlint and Python and reloadlint's own files, as one short text.

    Its files too, because a checkout changes without a new version.
    """
    files = stamps(_files_below(os.fspath(Path(__file__).parent)))
    parts = (__version__, sys.version_info[:3], files)
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def stamps(paths: Iterable[str]) -> tuple[Stamp, ...]:
    """The stamps of these files; -1 and -1 for one that isn't there."""
    return tuple(map(_stamp, paths))


def _files_below(folder: str) -> list[str]:
    found = (f"{top}{os.sep}{name}" for top, _, names in os.walk(folder) for name in names)
    return sorted(path for path in found if path.endswith((".py", ".toml")))


def _stamp(path: str) -> Stamp:
    try:
        status = os.stat(path)  # noqa: PTH116 - paths are texts here
    except OSError:
        return (path, -1, -1)
    return (path, status.st_size, status.st_mtime_ns)
