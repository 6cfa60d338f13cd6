"""Writing files so that each is, at every moment, either as it was or as it will be."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from reloadlint.source import SourceFile


class WriteError(Exception):
    """A file can't be replaced; the message names it and says why, then what to do."""


class Change(msgspec.Struct, frozen=True):
    """A file as it was read, and the text that it is to have."""

    source: SourceFile
    text: str

    @property
    def before(self) -> bytes:
        """The file's bytes as they were read."""
        return self.source.text.encode(self.source.encoding)

    @property
    def after(self) -> bytes:
        """The bytes that it is to have."""
        return self.text.encode(self.source.encoding)


def write_all(changes: Sequence[Change]) -> None:
    """Replace files, all or none.

    Raises:
        WriteError: one can't be replaced, or has changed since it was read; all are as they were.
    """
    staged: list[tuple[Change, Path, Path]] = []
    try:
        for change in changes:
            target = _target(change)
            staged.append((change, target, _staged(change, target)))
        _replace(staged)
    finally:
        for _, _, temporary in staged:
            temporary.unlink(missing_ok=True)


def _target(change: Change) -> Path:
    """The file behind a symbolic link, unchanged since it was read."""
    shown = change.source.display_path
    try:
        target = change.source.path.resolve(strict=True)
        data = target.read_bytes()
    except OSError as error:
        raise WriteError(f"{shown} can't be read again: {_why(error)}") from error
    if data != change.before:
        raise WriteError(f"{shown} has changed since it was read; run `reloadlint fix` again")
    if not os.access(target, os.W_OK):
        raise WriteError(f"{shown} is read-only; make it writable and run `reloadlint fix` again")
    return target


def _staged(change: Change, target: Path) -> Path:
    """A file with the new text and the old one's mode, in the same folder."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise WriteError(f"{change.source.display_path} can't be written: {_why(error)}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, temporary)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WriteError(f"{change.source.display_path} can't be written: {_why(error)}") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _replace(staged: Sequence[tuple[Change, Path, Path]]) -> None:
    done: list[tuple[Change, Path]] = []
    try:
        for change, target, temporary in staged:
            temporary.replace(target)
            done.append((change, target))
    except BaseException as error:
        for change, target in done:
            _restore(change, target)
        if isinstance(error, OSError):
            shown = staged[len(done)][0].source.display_path
            raise WriteError(f"{shown} can't be replaced: {_why(error)}") from error
        raise


def _restore(change: Change, target: Path) -> None:
    back = Change(msgspec.structs.replace(change.source, text=change.text), change.source.text)
    _staged(back, target).replace(target)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
