"""Facts kept on disk between runs: data only, and nothing that is needed to go on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import msgspec

import reloadlint
from reloadlint.facts.extract import module_facts
from reloadlint.facts.records import ModuleFacts, Record
from reloadlint.source import SourceError, SourceFile
from reloadlint.syntax import InvalidSyntax

_ENCODER = msgspec.msgpack.Encoder()
_SHAPE = [(kind.__name__, kind.__struct_fields__) for kind in Record.__subclasses__()]
"""What a record looks like: facts of another shape are not ours."""
_DECODER = msgspec.msgpack.Decoder(ModuleFacts | None)
_IGNORED = "# Made by reloadlint; may be deleted at any time.\n*\n"


class FactsCache:
    """The facts of installed libraries' modules, by file, size and time of change.

    A cache that can't be read or written costs speed, never the run.

    Args:
        folder: where to keep them; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._ready = False

    def facts(self, path: str) -> ModuleFacts | None:
        """The facts of the module in this file; None if it can't be read or parsed."""
        place = self._place(path)
        if place is not None:
            with contextlib.suppress(OSError, msgspec.MsgspecError, RecursionError):
                known: ModuleFacts | None = _DECODER.decode(place.read_bytes())
                return known
        made = _extracted(path)
        if place is not None:
            with contextlib.suppress(OSError, RecursionError):
                self._write(place, _ENCODER.encode(made))
        return made

    def _place(self, path: str) -> Path | None:
        if self._folder is None:
            return None
        try:
            status = os.stat(path)  # noqa: PTH116 - paths are texts here
        except OSError:
            return None
        version = (reloadlint.__version__, sys.version_info[:2])
        key = f"{version} {_SHAPE} {path} {status.st_size} {status.st_mtime_ns}"
        return self._folder / "facts" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.msgpack"

    def _write(self, place: Path, data: bytes) -> None:
        self._prepare(place.parent)
        handle, name = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, place)  # noqa: PTH105 - both are given as texts
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _prepare(self, folder: Path) -> None:
        if self._ready:
            return
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text(_IGNORED, encoding="utf-8")
        self._ready = True


def _extracted(path: str) -> ModuleFacts | None:
    try:
        return module_facts(SourceFile.read(Path(path)).text)
    except (SourceError, InvalidSyntax):
        return None
