"""Where a project and where a repository begins."""

from __future__ import annotations

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
    start = next(folder for folder in (absolute, *absolute.parents) if folder.is_dir())
    for folder in (start, *start.parents):
        if any(_exists(folder / marker) for marker in _PROJECT_MARKERS):
            return folder
    while _exists(start / "__init__.py"):
        start = start.parent
    return start


def folders_of_repository(folder: Path) -> tuple[Path, ...]:
    """The folders above `folder` up to the one with `.git`, outermost first; none without one."""
    above: list[Path] = []
    for each in (folder, *folder.parents):
        if each != folder:
            above.insert(0, each)
        if _exists(each / ".git"):
            return tuple(above)
    return ()


def _exists(path: Path) -> bool:
    """`Path.exists`, which before Python 3.14 lets a lack of permission through."""
    try:
        return path.exists()
    except OSError:
        return False
