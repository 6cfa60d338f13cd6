"""Writing files so that each is, at every moment, either as it was or as it will be."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

import msgspec

from reloadlint.fixes.unfinished import alone_in, noted, step
from reloadlint.source import SourceFile

_MAY_WRITE = 0o222
_BINARY = getattr(os, "O_BINARY", 0)


class WriteError(Exception):
    """A file can't be replaced; the message names it and says why, then what to do."""


class Change(msgspec.Struct, frozen=True):
    """A file as it was read, and the text that it is to have.

    `leads_out`: it is a link to what is no part of what was asked for, and is not to be written.
    """

    source: SourceFile
    text: str
    leads_out: bool = False

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
    files = [_Staged(change, target := _target(change), _beside(target)) for change in changes]
    folder = _above(files)
    folders = [file.target.parent for file in files]
    with alone_in([*folders, folder] if folder else folders), _noted(folder, files):
        try:
            for file in files:
                _stage(file)
            for file in files:
                _see_that_it_is_unchanged(file.change, file.target)
            _replace(files)
        finally:
            for file in files:
                file.temporary.unlink(missing_ok=True)


class _Staged(NamedTuple):
    """A change with the file that it is for, and the one that holds the new text."""

    change: Change
    target: Path
    temporary: Path


def _above(files: Sequence[_Staged]) -> Path | None:
    """The nearest folder above all files; None if links lead out of it."""
    try:
        shared = Path(os.path.commonpath([file.change.source.path.absolute() for file in files]))
    except ValueError:  # on several drives
        return None
    folder = (shared if shared.is_dir() else shared.parent).resolve()
    return folder if all(file.target.is_relative_to(folder) for file in files) else None


def _noted(folder: Path | None, files: Sequence[_Staged]) -> AbstractContextManager[None]:
    """Leave a note for the next run, if this one is killed; none for files that are far apart."""
    if folder is None:
        return nullcontext()
    steps = [
        step(folder, file.target, file.temporary, file.change.before, file.change.after)
        for file in files
    ]
    return noted(folder, steps)


def _stage(file: _Staged) -> None:
    try:
        _fill(file.temporary, file.change.after, file.target)
    except OSError as error:
        shown = file.change.source.display_path
        raise WriteError(f"{shown} can't be written: {_why(error)}") from error


def _target(change: Change) -> Path:
    """The file behind a symbolic link, unchanged since it was read."""
    shown = change.source.display_path
    try:
        target = change.source.path.resolve(strict=True)
        writable = os.access(target, os.W_OK) and target.stat().st_mode & _MAY_WRITE
    except OSError as error:
        raise WriteError(f"{shown} can't be read again: {_why(error)}") from error
    _see_that_it_is_unchanged(change, target)
    if change.leads_out:
        raise WriteError(f"{shown} is a link out of the project; name it to have its file written")
    if not writable:
        raise WriteError(f"{shown} is read-only; make it writable and run `reloadlint fix` again")
    return target


def _see_that_it_is_unchanged(change: Change, target: Path) -> None:
    shown = change.source.display_path
    try:
        data = target.read_bytes()
    except OSError as error:
        raise WriteError(f"{shown} can't be read again: {_why(error)}") from error
    if data != change.before:
        raise WriteError(f"{shown} has changed since it was read; run `reloadlint fix` again")


def _fill(temporary: Path, data: bytes, target: Path) -> None:
    """Write a new file with the mode of another; until it has that, nobody else may read it."""
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(target, temporary)


def _beside(target: Path) -> Path:
    """A name in the same folder that no file has; known before there is something to remove."""
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")


def _replace(staged: Sequence[_Staged]) -> None:
    shown = ""
    try:
        for file in staged:
            shown = file.change.source.display_path
            file.temporary.replace(file.target)
    except BaseException as error:
        left = [reason for file in staged if (reason := _put_back(file.change, file.target))]
        if isinstance(error, OSError):
            reasons = [f"{shown} can't be replaced: {_why(error)}", *left]
            raise WriteError("; ".join(reasons)) from error
        raise


def _put_back(change: Change, target: Path) -> str | None:
    """Give a file its old text again, if it has the new one; why that failed, if it did."""
    temporary = _beside(target)
    try:
        if target.read_bytes() == change.after != change.before:
            _fill(temporary, change.before, target)
            temporary.replace(target)
    except OSError as error:
        return (
            f"{change.source.display_path} has its new text and can't be given back the old one "
            f"({_why(error)}); take that from your version control"
        )
    finally:
        temporary.unlink(missing_ok=True)
    return None


def _why(error: OSError) -> str:
    return error.strerror or str(error)
