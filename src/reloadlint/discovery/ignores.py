"""Which entries of a folder are left out: .gitignore files and the excludes of the settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reloadlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathspec import GitIgnoreSpec

    from reloadlint.settings import Settings

_PATTERN_CHARACTERS = frozenset("*?[]!\\/# ")


class Ignores:
    """gitignore patterns, relative to the folder that they were written in."""

    __slots__ = ("_folder", "_names", "_spec")

    def __init__(self, folder: str, lines: Iterable[str], names: Iterable[str] = ()) -> None:
        self._folder = folder.rstrip(os.sep) + os.sep
        self._spec = _spec(lines)
        self._names = frozenset(names)

    def verdict(self, path: str, name: str) -> bool | None:
        """True: left out. False: taken in again by a `!` pattern. None: nothing is said.

        `path` is absolute and ends in a separator for a folder; `name` is its last part.
        """
        if not path.startswith(self._folder):
            return None
        if name in self._names:
            return True
        return self._spec.check_file(path[len(self._folder) :]).include if self._spec else None


def left_out(path: str, name: str, ignores: Sequence[Ignores]) -> bool:
    """Whether the innermost of `ignores` (the last one) that says anything leaves `path` out."""
    for each in reversed(ignores):
        verdict = each.verdict(path, name)
        if verdict is not None:
            return verdict
    return False


def excluded(path: Path, settings: Settings, root: Path) -> bool:
    """Whether the settings leave out the file at this absolute path, or a folder around it."""
    excludes = [from_settings(settings, root)]
    inside = [folder for folder in path.parents if root in folder.parents]
    shown = [(f"{folder}{os.sep}", folder.name) for folder in inside]
    return any(left_out(each, name, excludes) for each, name in [(str(path), path.name), *shown])


def read_gitignore(folder: str) -> Ignores | None:
    """The patterns of the `.gitignore` in `folder`, or None; like git, skips invalid ones."""
    path = Path(folder, ".gitignore")
    try:
        if not path.is_file():  # reading a pipe or a device, linked or not, might never end
            return None
        text = path.read_text("utf-8", "replace")
    except OSError:
        return None
    return Ignores(folder, filter(_is_valid, text.splitlines()))


def from_settings(settings: Settings, root: Path) -> Ignores:
    """The excludes, relative to `root`; `UsageError` for an invalid pattern."""
    written = (*settings.exclude, *settings.extend_exclude)
    # Most excludes are plain names: a look-up in a set spares a regular expression for each.
    names = {pattern for pattern in written if _PATTERN_CHARACTERS.isdisjoint(pattern)}
    patterns = [pattern for pattern in written if pattern not in names]
    for pattern in patterns:
        if not _is_valid(pattern):
            raise UsageError(f"`exclude`: invalid pattern `{pattern}`; write a name or a glob")
    return Ignores(str(root), patterns, names)


def _spec(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """The patterns on these lines, if there are any; `ValueError` for one that is none."""
    lines = list(lines)
    if not lines:
        return None
    from pathspec import GitIgnoreSpec  # a run without patterns does without

    return GitIgnoreSpec.from_lines(lines)


def _is_valid(pattern: str) -> bool:
    try:
        _spec([pattern])
    except ValueError:
        return False
    return True
