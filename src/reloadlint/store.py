"""A folder of small files that are kept between runs, and may be lost at any time."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

_IGNORED = "# Made by reloadlint; may be deleted at any time.\n*\n"


class Store:
    """Data by name, below a folder of its own. What can't be read or written is left out.

    Several processes may use one folder: each file is put there whole.

    Args:
        folder: the cache's folder, which gets a `.gitignore`; None keeps nothing.
        room: the name of the folder in it.
        most: how many files are kept, the newest; None keeps all.
    """

    def __init__(self, folder: Path | None, room: str, most: int | None = None) -> None:
        self._top = folder
        self._room = room
        self._most = most
        self._ready = False

    @property
    def is_open(self) -> bool:
        """Whether anything is kept at all."""
        return self._top is not None

    def read(self, name: str) -> bytes | None:
        """What was kept under this name; None if nothing was, or it can't be read."""
        if self._top is None:
            return None
        try:
            return (self._top / self._room / name).read_bytes()
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Keep this under that name."""
        if self._top is None:
            return
        with contextlib.suppress(OSError):
            folder = self._prepared(self._top)
            handle, temporary = tempfile.mkstemp(dir=folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.replace(temporary, folder / name)  # noqa: PTH105 - one is given as text
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise
            self._forget_oldest(folder)

    def _prepared(self, top: Path) -> Path:
        folder = top / self._room
        if not self._ready:
            folder.mkdir(parents=True, exist_ok=True)
            ignore = top / ".gitignore"
            if not ignore.exists():
                ignore.write_text(_IGNORED, encoding="utf-8")
            self._ready = True
        return folder

    def _forget_oldest(self, folder: Path) -> None:
        if self._most is None:
            return
        with os.scandir(folder) as entries:
            newest = sorted(entries, key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
        for entry in newest[self._most :]:
            Path(entry.path).unlink(missing_ok=True)
