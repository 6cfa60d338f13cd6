"""Facts kept on disk between runs: data only, and nothing that is needed to go on."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec

from reloadlint.edition import edition
from reloadlint.facts.extract import module_facts
from reloadlint.facts.records import ModuleFacts
from reloadlint.source import SourceError, SourceFile
from reloadlint.store import Store
from reloadlint.syntax import InvalidSyntax

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ModuleFacts | None)


class FactsCache:
    """The facts of installed libraries' modules, by file, size and time of change.

    A cache that can't be read or written costs speed, never the run.

    Args:
        folder: where to keep them; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._store = Store(folder, "facts")
        self.paths: set[str] = set()
        """The files that were asked for."""

    def facts(self, path: str) -> ModuleFacts | None:
        """The facts of the module in this file; None if it can't be read or parsed."""
        self.paths.add(path)
        name = self._name(path)
        kept = self._store.read(name) if name else None
        if kept is not None:
            with contextlib.suppress(msgspec.MsgspecError, RecursionError):
                known: ModuleFacts | None = _DECODER.decode(kept)
                return known
        made = _extracted(path)
        if name:
            with contextlib.suppress(RecursionError):
                self._store.write(name, _ENCODER.encode(made))
        return made

    def _name(self, path: str) -> str | None:
        if not self._store.is_open:
            return None
        try:
            status = os.stat(path)  # noqa: PTH116 - paths are texts here
        except OSError:
            return None
        key = f"{edition()} {path} {status.st_size} {status.st_mtime_ns}"
        return f"{hashlib.sha256(os.fsencode(key)).hexdigest()[:32]}.msgpack"


def _extracted(path: str) -> ModuleFacts | None:
    try:
        return module_facts(SourceFile.read(Path(path)).text)
    except (SourceError, InvalidSyntax):
        return None
