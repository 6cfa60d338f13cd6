"""A Python file's text: read as bytes, decoded as the language says, line endings kept."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path

import msgspec

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#[^\r\n]*)?\r?\n?$")
_EDITOR_SUFFIX = re.compile(r"[-_](?:unix|dos|mac)$")
_LINE_END = re.compile(r"\r\n|\r|\n")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class SourceError(Exception):
    """A file that is no readable Python text; `line` starts at 1.

    The message states the cause, then the remedy, and names neither file nor line.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class SourceFile(msgspec.Struct, frozen=True):
    """One Python file's text.

    `path` is where it is (or, for standard input, where it stands for), `display_path` how
    reports name it. `text` is without a byte order mark and has the line endings of the file;
    `encoding` gives the file's bytes back, `utf-8-sig` where there is a mark.
    """

    path: Path
    display_path: str
    text: str
    encoding: str = "utf-8"

    @classmethod
    def read(cls, path: Path, display: str | None = None) -> SourceFile:
        """Read `path`; `SourceError` if it can't be opened, decoded or isn't text."""
        try:
            data = path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise SourceError(1, f"cannot be read: {reason}") from error
        return cls.from_bytes(data, path, display)

    @classmethod
    def from_bytes(cls, data: bytes, path: Path, display: str | None = None) -> SourceFile:
        """Decode `data` as the content of `path`; `SourceError` if it isn't Python text."""
        text, encoding = decode(data)
        return cls(path, display_path(path) if display is None else display, text, encoding)


def decode(data: bytes) -> tuple[str, str]:
    """Decode a Python file by its byte order mark, its coding cookie (PEP 263) or as UTF-8.

    Returns the text without the mark and the encoding. `SourceError` at the line at fault.
    """
    if data.startswith(_UTF16_MARKS):
        raise SourceError(1, "is UTF-16 text, which Python does not read; save it as UTF-8")
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(_line_of(data, error.start), _undecodable(data, error)) from error
    except ValueError as error:
        raise SourceError(1, f"is not valid {encoding} text: {error}") from error
    if "\0" in text:
        line = len(split_lines(text[: text.index("\0")]))
        raise SourceError(line, "contains a null byte, so it is no Python source text")
    return text, encoding


def split_lines(text: str) -> list[str]:
    """The lines of `text` without their ends, counted as Python counts them.

    `str.splitlines` would also split at form feeds and Unicode separators.
    """
    return _LINE_END.split(text)


def display_path(path: Path) -> str:
    """`path` as reports show it: relative to the working directory, with `/`."""
    absolute = os.path.normpath(path.absolute())
    try:
        shown = os.path.relpath(absolute)
    except ValueError:  # on another Windows drive
        shown = absolute
    return shown.replace(os.sep, "/")


def _encoding(data: bytes) -> str:
    marked = data.startswith(codecs.BOM_UTF8)
    cookie = _cookie(data[len(codecs.BOM_UTF8) :] if marked else data)
    if cookie is None:
        return "utf-8-sig" if marked else "utf-8"
    line, name = cookie
    codec = _codec(line, name)
    if not marked:
        return codec
    if codec not in ("utf-8", "utf-8-sig"):
        raise SourceError(
            line, f"has a UTF-8 byte order mark but declares `{name}`; remove one of the two"
        )
    return "utf-8-sig"


def _cookie(data: bytes) -> tuple[int, str] | None:
    """Line and name of the declared coding: in line 1, or in line 2 if line 1 holds no code."""
    for number, line in enumerate(data[:4096].splitlines(keepends=True)[:2], 1):
        if match := _COOKIE.match(line):
            return number, match[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            return None
    return None


def _codec(line: int, name: str) -> str:
    """The codec for the declared `name`, which editors may have given a line-end suffix."""
    try:
        codec = codecs.lookup(_EDITOR_SUFFIX.sub("", name)).name
        b" ".decode(codec)  # refuses `hex`, `rot13` and others that give no text
    except (LookupError, ValueError) as error:
        raise SourceError(
            line, f"declares the unknown encoding `{name}`; correct the coding comment"
        ) from error
    return codec


def _undecodable(data: bytes, error: UnicodeDecodeError) -> str:
    name = "UTF-8" if error.encoding.startswith("utf-8") else error.encoding
    byte = data[error.start] if error.start < len(data) else 0
    return (
        f"is not valid {name}: byte 0x{byte:02x} cannot be decoded; "
        "save it as UTF-8 or declare its encoding in the first line"
    )


def _line_of(data: bytes, offset: int) -> int:
    before = data[:offset]
    return 1 + before.count(b"\n") + before.replace(b"\r\n", b"").count(b"\r")
