"""A folder of small files that are kept between runs, and may be lost at any time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path

FOLDER = ".reloadlint_cache"
"""What a project's cache is called where nothing else is asked for."""

ROOMS = ("digests", "facts", "modules", "reports", "results")
"""The folders in it."""

_OURS = re.compile(r"[0-9a-f]{32,64}(\.msgpack)?|\.new-.*")
_SEAL_SIZE = 16
_IGNORED = "# Made by reloadlint; may be deleted at any time.\n*\n"


class Store:
    """Data by name, below a folder of its own. What can't be read or written is left out.

    Several processes may use one folder: each file is put there whole. Each begins with a digest
    of the rest, so what a disk or a hand has damaged is nothing. Through a link nothing is written
    or removed: a project may bring one along.

    Args:
        folder: the cache's folder, which gets a `.gitignore`; None keeps nothing.
        room: the name of the folder in it, one of `ROOMS`.
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
            data = (self._top / self._room / name).read_bytes()
        except OSError:
            return None
        return data[_SEAL_SIZE:] if _sealed(data[_SEAL_SIZE:]) == data else None

    def write(self, name: str, data: bytes) -> None:
        """Keep this under that name."""
        if self._top is None:
            return
        import tempfile  # a run whose result is known writes nothing

        with contextlib.suppress(OSError):
            folder = self._prepared(self._top)
            handle, temporary = tempfile.mkstemp(prefix=".new-", dir=folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_sealed(data))
                os.replace(temporary, folder / name)  # noqa: PTH105 - one is given as text
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise
            self._forget_oldest(folder)

    def _prepared(self, top: Path) -> Path:
        folder = top / self._room
        if not self._ready:
            if top.is_symlink() or folder.is_symlink():
                raise OSError("a cache that is a link is left alone")
            folder.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError), (top / ".gitignore").open("x") as file:
                file.write(_IGNORED)
            self._ready = True
        return folder

    def _forget_oldest(self, folder: Path) -> None:
        if self._most is None:
            return
        with os.scandir(folder) as entries:
            ours = [
                (_changed(entry), entry.path) for entry in entries if _OURS.fullmatch(entry.name)
            ]
        for _, path in sorted(ours, reverse=True)[self._most :]:
            Path(path).unlink(missing_ok=True)


def is_text(name: str) -> bool:
    """Whether a file's name can be written into what is kept: one in another encoding can't."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sealed(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_SEAL_SIZE).digest() + data


def _changed(entry: os.DirEntry[str]) -> int:
    """When a file was written; another run may have removed it meanwhile."""
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except OSError:
        return 0


def clear(folder: Path) -> bool:
    """Remove what runs have kept in this cache's folder, and the folder if nothing else is in it.

    A folder that no run has made, or one behind a link, is left alone.

    Returns:
        Whether there was one.

    Raises:
        OSError: something can't be removed.
    """
    ignored = folder / ".gitignore"
    if folder.is_symlink() or not ignored.is_file() or ignored.read_bytes() != _IGNORED.encode():
        return False
    for name in ROOMS:
        room = folder / name
        if room.is_dir() and not room.is_symlink():
            _empty(room)
    ignored.unlink()
    _remove_if_empty(folder)
    return True


def _empty(room: Path) -> None:
    for file in room.iterdir():
        if _OURS.fullmatch(file.name) and not file.is_dir():
            file.unlink(missing_ok=True)
    _remove_if_empty(room)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
