"""Database files and devices that Python code opens."""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
import threading
from typing import Any, Callable, Iterator

from . import system
from .journal import Effect, Journal

HAS_HANDLES = sys.version_info >= (3, 10)  # whether an event tells which connection was made
NAMES = ("null", "zero", "full", "random", "urandom", "tty", "stdin", "stdout", "stderr")
HARMLESS = frozenset(f"/dev/{name}" for name in NAMES)
HARMLESS_FOLDERS = ("/dev/fd/", "/dev/shm/")


def is_device(path: str) -> bool:
    """Whether opening this holds a device that another process might want."""
    return path.startswith("/dev/") and path not in HARMLESS and not _is_in_folder(path)


def _is_in_folder(path: str) -> bool:
    return path.startswith(HARMLESS_FOLDERS)


class Files:
    """Connections to file databases by their object, other files by the open descriptor."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._connecting = threading.local()
        self._connections: dict[int, Effect] = {}
        self._opened: list[tuple[str, Effect]] = []
        self.handlers: dict[str, Callable[..., None]] = {
            "sqlite3.connect": self._connects,
            "sqlite3.connect/handle": self._connected,
            "open": self._opens,
        }

    @property
    def paths(self) -> frozenset[str]:
        """The files that are known by an event."""
        return frozenset(path for path, _ in self._opened)

    def _connects(self, _event: str, database: Any, *_args: Any) -> None:
        path = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
        self._connecting.effect = None
        if path and ":memory:" not in path and "mode=memory" not in path:
            self._connecting.effect = self._open("dbfile", path)

    def _connected(self, _event: str, connection: Any) -> None:
        # Another connection may have been here before.
        self._connections.pop(id(connection), None)
        effect = getattr(self._connecting, "effect", None)
        if effect is not None:
            self._connections[id(connection)] = effect

    def _opens(self, _event: str, path: Any, *_args: Any) -> None:
        if isinstance(path, str) and is_device(path):
            self._open("device", path)

    def _open(self, kind: str, path: str) -> Any:
        effect = self._journal.begin(kind, path)
        if effect is not None:
            self._opened.append((os.path.realpath(path), effect))
        return effect

    def held(self) -> Iterator[dict[str, Any]]:
        """Those that are still open."""
        open_paths = frozenset(system.descriptors().values())
        for path, effect in self._opened:
            by_path = effect["kind"] == "device" or not HAS_HANDLES
            if by_path and path in open_paths:
                yield {"id": effect["id"]}
        if self._connections:
            yield from ({"id": effect["id"]} for effect in self._open_connections())

    def _open_connections(self) -> Iterator[Effect]:
        for thing in gc.get_objects():
            # Not `isinstance`, which asks a proxy for its object's class, and so makes the object.
            if issubclass(type(thing), sqlite3.Connection) and id(thing) in self._connections:
                try:
                    _ = thing.total_changes
                except sqlite3.ProgrammingError:
                    continue
                yield self._connections[id(thing)]
