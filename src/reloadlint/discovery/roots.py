"""Where a project and where a repository begins."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PROJECT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "reloadlint.toml", ".git")


def find_project_root(path: Path) -> Path:
    """The folder of the project that `path` belongs to; absolute, and never fails.

    The nearest one with a project file or `.git`; without any, the folder that holds the topmost
    package around `path`. What isn't there yet (standard input may stand for it) belongs where
    its nearest folder does.
    """
    absolute = path.absolute()
    start = next(folder for folder in (absolute, *absolute.parents) if _is_folder(folder))
    for folder in (start, *start.parents):
        if any(_exists(folder / marker) for marker in _PROJECT_MARKERS):
            return folder
    while _exists(start / "__init__.py"):
        start = start.parent
    return start


def folders_of_project(root: Path, files: Iterable[Path]) -> list[Path]:
    """The folders to walk for the project at `root` in which these files are.

    Where nothing but packages says where the root is, what lies beside them is no part of it.
    """
    if any(_exists(root / marker) for marker in _PROJECT_MARKERS):
        return [root]
    inside = (file.relative_to(root) for file in files if file.is_relative_to(root))
    tops = {root / path.parts[0] if len(path.parts) > 1 else root for path in inside}
    return sorted(tops) if all(_exists(top / "__init__.py") for top in tops) else [root]


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
def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112
