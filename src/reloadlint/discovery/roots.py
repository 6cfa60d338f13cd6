"""Where a project and where a repository begins."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_PROJECT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "reloadlint.toml", ".git")


def find_project_root(path: Path) -> Path:
    """The folder of the project that `path` belongs to; absolute, and never fails.

    The nearest one with a project file or `.git`; without any, the folder that holds the topmost
    package around `path`. What isn't there yet (standard input may stand for it) belongs where
    its nearest folder does.
    """
    return _root_of(path.absolute(), {})


def project_roots(files: Iterable[Path]) -> dict[Path, Path]:
    """For each of these files, by absolute path, the root of its project.

    Each folder is looked at only once.
    """
    marked: dict[str, str | None] = {}
    known: dict[Path, Path] = {}
    found = {}
    for file in files:
        folder = file.parent
        if folder not in known:
            known[folder] = _root_of(folder, marked)
        found[file] = known[folder]
    return found


def _root_of(absolute: Path, marked: dict[str, str | None]) -> Path:
    start = os.fspath(next(each for each in (absolute, *absolute.parents) if _is_folder(each)))
    root = _nearest_marked(start, marked)
    if root is not None:
        return Path(root)
    while _exists(f"{start}{os.sep}__init__.py"):
        start = os.path.dirname(start)  # noqa: PTH120 - paths are texts here
    return Path(start)


def _nearest_marked(folder: str, known: dict[str, str | None]) -> str | None:
    """The folder itself or the nearest one above it that says that it is a project's."""
    if folder not in known:
        above = os.path.dirname(folder)  # noqa: PTH120 - paths are texts here
        if any(_exists(f"{folder}{os.sep}{marker}") for marker in _PROJECT_MARKERS):
            known[folder] = folder
        else:
            known[folder] = _nearest_marked(above, known) if above != folder else None
    return known[folder]


def folders_of_project(root: Path, files: Iterable[Path]) -> list[Path]:
    """The folders to walk for the project at `root` in which these files are.

    Where nothing but packages says where the root is, what lies beside them is no part of it.
    """
    if any(_exists(root / marker) for marker in _PROJECT_MARKERS):
        return [root]
    above = os.path.join(root, "")  # noqa: PTH118 - paths are texts here
    inside = (path[len(above) :] for path in map(os.fspath, files) if path.startswith(above))
    parts = (path.partition(os.sep) for path in inside)
    tops = [root / name for name in sorted({first if rest else "" for first, _, rest in parts})]
    return tops if all(_exists(top / "__init__.py") for top in tops) else [root]


def folders_of_repository(folder: Path) -> tuple[Path, ...]:
    """The folders above `folder` up to the one with `.git`, outermost first; none without one."""
    above: list[Path] = []
    for each in (folder, *folder.parents):
        if each != folder:
            above.insert(0, each)
        if _exists(each / ".git"):
            return tuple(above)
    return ()


# `Path.exists` and `Path.is_dir` let a lack of permission through before Python 3.14.
def _exists(path: Path | str) -> bool:
    return os.path.exists(path)  # noqa: PTH110


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112
