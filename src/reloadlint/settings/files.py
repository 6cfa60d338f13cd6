"""Configuration files: found, read, and what of them is ours."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from reloadlint.errors import UsageError
from reloadlint.source import display_path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAMES = ("reloadlint.toml", "pyproject.toml")


class File(msgspec.Struct, frozen=True):
    """A configuration file: its text, and the table in it that is ours."""

    path: Path
    text: str
    table: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """The file as messages name it."""
        return display_path(self.path)


def nearest(start: Path) -> File | None:
    """The file that counts for `start`: the first in it or above that has something for us."""
    for folder in (start.absolute(), *start.absolute().parents):
        for name in _NAMES:
            path = folder / name
            found = None if _never_ends(path) else _read(path)
            if found is not None:
                return found
    return None


def _never_ends(path: Path) -> bool:
    """Whether something is there that is no file: reading a pipe or a device might not end."""
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113


def named(path: Path, where: str) -> File:
    """The file at `path`; `UsageError`, which begins with `where`, if nothing is there for us."""
    found = _read(path)
    if found is None:
        shown = display_path(path)
        if path.is_file():
            raise UsageError(f"{where}: {shown} has no table [tool.reloadlint]")
        raise UsageError(f"{where}: {shown}: no such file")
    return found


def _read(path: Path) -> File | None:
    """What is written in `path`; None if there is no such file or nothing for us in it."""
    try:
        text = path.read_bytes().decode("utf-8")
        content = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link to itself, which is for the linter to report
            return None
        raise UsageError(f"{display_path(path)}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{display_path(path)}: not valid TOML: {error}") from error
    table = _own_table(path, content) if path.name == "pyproject.toml" else content
    return None if table is None else File(path, text, table)


def _own_table(path: Path, content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    tool = content.get("tool", {})
    own = tool.get("reloadlint") if isinstance(tool, dict) else None
    if own is None or isinstance(own, dict):
        return own
    raise UsageError(f"{display_path(path)}: `tool.reloadlint` must be a table: [tool.reloadlint]")
