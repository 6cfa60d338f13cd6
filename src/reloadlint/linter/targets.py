"""From paths to files, each with its project's root."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from reloadlint.discovery import (
    discover,
    find_project_root,
    folders_of_project,
    names_of_files,
    project_roots,
)
from reloadlint.findings import Finding
from reloadlint.rules.invalid_file import invalid_file
from reloadlint.source import SourceFile, display_path
from reloadlint.store import FOLDER

if TYPE_CHECKING:
    from reloadlint.settings import Settings


class Targets(msgspec.Struct):
    """The files that were asked for, by their project's root, and those that can't be read.

    `walked` are the folders that were named, if nothing else was, and `found` the files in them.
    """

    by_root: dict[Path, list[Path]]
    problems: list[Finding]
    files: int
    walked: list[Path]
    found: tuple[Path, ...]

    def around(self, root: Path, settings: Settings) -> set[str]:
        """The paths of all files of a project: those that were asked for among them."""
        wanted = map(os.fspath, self.by_root[root])
        return {*self._listed(root, settings), *wanted}

    def _listed(self, root: Path, settings: Settings) -> Iterable[str]:
        """The files of a project, whose folders are not walked again if they have been.

        Naming the root asks for all that is in it, so no folder of it has more.
        """
        folders = folders_of_project(root, self.by_root[root])
        if self.walked in (folders, [root]):
            return map(os.fspath, self.found)
        return names_of_files(folders, settings)


def targets_of(paths: Sequence[Path], settings: Settings, stdin: SourceFile | None) -> Targets:
    """The files that paths mean, and standard input's.

    Raises:
        UsageError: a path that is not there.
    """
    discovery = discover(paths, settings)
    wanted = set(discovery.files)
    if stdin is not None:
        wanted.add(stdin.path.absolute())
    by_root: dict[Path, list[Path]] = {}
    ordered = sorted(wanted, key=lambda path: path.parts)
    for path, root in _under_one_roof(paths, project_roots(ordered)).items():
        by_root.setdefault(root, []).append(path)
    problems = [
        invalid_file(display_path(problem.path), 1, 1, problem.message)
        for problem in discovery.problems
    ]
    named = sorted({path.absolute() for path in paths})
    walked = named if all(path.is_dir() for path in named) else []
    return Targets(by_root, problems, len(wanted), walked, discovery.files)


def overlay_of(stdin: SourceFile | None) -> dict[Path, SourceFile]:
    """The texts that stand for what is on disk, by absolute path."""
    return {stdin.path.absolute(): stdin} if stdin is not None else {}


def cache_folder(settings: Settings, root: Path) -> Path | None:
    """Where a project's cache is kept; None if nothing is to be."""
    if not settings.cache:
        return None
    return Path(settings.cache_dir) if settings.cache_dir else root / FOLDER


def _under_one_roof(paths: Sequence[Path], roots: dict[Path, Path]) -> dict[Path, Path]:
    """A folder that was named is one project, if no part of it says that it is another."""
    folders = [path.absolute() for path in paths if path.is_dir()]
    whole = {root: _whole(root, folders) for root in set(roots.values())}
    return {file: whole[root] for file, root in roots.items()}


def _whole(root: Path, folders: Sequence[Path]) -> Path:
    above = next((each for each in folders if each in root.parents or each == root), root)
    return find_project_root(above) if above != root else root


def inside(root: Path, path: Path) -> str:
    """A path relative to the root; one from elsewhere keeps its whole way."""
    try:
        return PurePosixPath(path.relative_to(root)).as_posix()
    except ValueError:
        return path.as_posix().lstrip("/")
