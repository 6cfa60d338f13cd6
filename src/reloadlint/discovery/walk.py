"""Walking folders for Python files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint.discovery.ignores import Ignores, excluded, from_settings, left_out, read_gitignore
from reloadlint.discovery.roots import find_project_root, folders_of_repository
from reloadlint.errors import UsageError
from reloadlint.source import display_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reloadlint.settings import Settings

Chain = tuple[Ignores, ...]


class Problem(msgspec.Struct, frozen=True):
    """A folder that could not be walked, and why; the message names no path."""

    path: Path
    message: str


class Discovery(msgspec.Struct, frozen=True):
    """The files found (absolute, sorted, each real file once) and what could not be walked."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


def discover(paths: Sequence[Path], settings: Settings) -> Discovery:
    """Files that `paths` mean: folders are walked, a named file is taken whatever its name.

    What is named here is taken though it may itself be ignored or excluded (files are not with
    `force-exclude`). Symbolic links to
    folders are not followed unless named. `UsageError` for a path that is not there.
    """
    walk = _walked(paths, settings)
    return Discovery(tuple(map(Path, walk.files())), tuple(walk.problems))


def names_of_files(paths: Sequence[Path], settings: Settings) -> list[str]:
    """The same files as texts: to make a `Path` of each takes as long as to find it."""
    return _walked(paths, settings).files()


def project_files(root: Path, settings: Settings) -> Discovery:
    """All Python files below the folder `root`, by the same rules."""
    return discover([root], settings)


def _walked(paths: Sequence[Path], settings: Settings) -> _Walk:
    walk = _Walk(settings)
    for path in paths:
        walk.take(path)
    return walk


class _Walk:
    """Collects files by their real path; those reached through a link only count as last."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.found: dict[str, str] = {}
        self.linked: dict[str, str] = {}
        self.problems: list[Problem] = []

    def files(self) -> list[str]:
        """All that were found, sorted."""
        return sorted({**self.linked, **self.found}.values())

    def take(self, path: Path) -> None:
        """Take the file `path`, or what is in the folder `path`."""
        absolute = os.path.normpath(path.absolute())
        if os.path.isdir(absolute):  # noqa: PTH112 - `Path.is_dir` lets a lack of permission through
            self._folder(absolute)
        elif os.path.lexists(absolute):
            if not self._is_excluded(Path(absolute)):
                self.found.setdefault(os.path.realpath(absolute), absolute)
        else:
            raise UsageError(f"{display_path(path)}: no such file or folder")

    def _is_excluded(self, path: Path) -> bool:
        """Whether a file is left out though it was named, as pre-commit names all that changed."""
        settings = self._settings
        root = settings.root or find_project_root(path)
        return settings.force_exclude and excluded(path, settings, root)

    def _folder(self, top: str) -> None:
        excludes, gitignores = _outer(top, self._settings)
        pending = [(top, gitignores)]
        while pending:
            folder, chain = pending.pop()
            pending.extend(self._entries(folder, excludes, chain))

    def _entries(self, folder: str, excludes: Chain, chain: Chain) -> Iterator[tuple[str, Chain]]:
        """Take the Python files in `folder`; yields the folders in it that are to be walked."""
        entries = self._scan(folder)
        chain = _extended(chain, folder, {entry.name for entry in entries})
        real = os.path.realpath(folder)
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not _is_python(entry):
                continue
            path = f"{entry.path}{os.sep}" if is_folder else entry.path
            if left_out(path, entry.name, excludes) or left_out(path, entry.name, chain):
                continue
            if is_folder:
                yield entry.path, chain
            else:
                self._file(entry, real)

    def _file(self, entry: os.DirEntry[str], folder: str) -> None:
        if not entry.is_symlink():
            self.found.setdefault(os.path.normpath(f"{folder}{os.sep}{entry.name}"), entry.path)
        elif os.path.isfile(entry.path):  # noqa: PTH113 - false, not an error, for a loop of links
            self.linked.setdefault(os.path.realpath(entry.path), entry.path)

    def _scan(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            reason = error.strerror or str(error)
            self.problems.append(Problem(Path(folder), f"cannot be walked: {reason}"))
            return []


def _is_python(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a Python file, or a link that may lead to one; no pipe or device."""
    return entry.name.endswith(".py") and (
        entry.is_symlink() or entry.is_file(follow_symlinks=False)
    )


def _extended(chain: Chain, folder: str, names: set[str]) -> Chain:
    """`chain` within `folder`: a repository inside another one begins anew."""
    if ".git" in names:
        chain = ()
    own = read_gitignore(folder) if ".gitignore" in names else None
    return (*chain, own) if own else chain


def _outer(top: str, settings: Settings) -> tuple[Chain, Chain]:
    """The excludes, and the .gitignore files above the folder `top`, outermost first.

    Patterns that leave out `top` itself don't count: naming it overrules them.
    """
    path = Path(top)
    above = [read_gitignore(str(folder)) for folder in folders_of_repository(path)]
    excludes = from_settings(settings, settings.root or find_project_root(path))
    return _not_covering(top, [excludes]), _not_covering(top, above)


def _not_covering(top: str, ignores: Iterable[Ignores | None]) -> Chain:
    inside = f"{top}{os.sep}"
    return tuple(each for each in ignores if each and not each.verdict(inside, ""))
