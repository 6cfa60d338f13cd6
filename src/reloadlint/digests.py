"""What files contain, told by digests that are kept between runs: most need not be read for it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from reloadlint.store import Store, is_text

MOST_PROJECTS = 16
"""How many projects may share a folder; the ones that were changed last stay."""

GRAIN = 2_000_000_000
"""Nanoseconds within which a file system may give two changes the same time (FAT: 2 s)."""

_SIZE = 16
_TIMES_TELL = os.name == "posix"
"""Elsewhere the time of the last change of a file's entry isn't told, and others can be set."""


class _Status(NamedTuple):
    """What changes with a file: no program can set the time at which its entry has changed."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, path: str) -> _Status:
        found = os.stat(path)  # noqa: PTH116 - paths are texts here
        times = (found.st_mtime_ns, found.st_ctime_ns)
        return cls(found.st_dev, found.st_ino, found.st_size, *times)


_DECODER = msgspec.msgpack.Decoder(dict[str, tuple[_Status, bytes]])


class Digests:
    """Digests of the files of one project.

    A file is read again unless its size, place and times are those that it had when it was read,
    and those were old enough by then that a later change must have another time.

    Args:
        folder: where to keep them; None keeps nothing.
        root: the project's.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        self._store = Store(folder, "digests", MOST_PROJECTS)
        self._name = hashlib.blake2b(os.fsencode(root), digest_size=_SIZE).hexdigest() + ".msgpack"
        self._known: dict[str, tuple[_Status, bytes]] = {}
        self._asked: dict[str, tuple[_Status, bytes]] = {}
        data = self._store.read(self._name) if _TIMES_TELL else None
        if data is not None:
            with contextlib.suppress(msgspec.MsgspecError):
                self._known = _DECODER.decode(data)

    def of(self, path: str) -> bytes:
        """The digest of what the file contains.

        Raises:
            OSError: it can't be read.
        """
        status = _Status.of(path)
        known = self._known.get(path)
        if known is not None and known[0] == status:
            self._asked[path] = known
            return known[1]
        begun = time.time_ns()
        with open(path, "rb") as file:  # noqa: PTH123 - paths are texts here
            digest = hashlib.blake2b(file.read(), digest_size=_SIZE).digest()
        if max(status.modified, status.changed) + GRAIN < begun:
            self._asked[path] = (status, digest)
        return digest

    def save(self) -> None:
        """Keep, for the next run, those that this one has asked for."""
        if _TIMES_TELL and self._asked != self._known:
            asked = {path: seen for path, seen in self._asked.items() if is_text(path)}
            self._store.write(self._name, msgspec.msgpack.encode(asked))
