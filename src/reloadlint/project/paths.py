"""Paths inside a project: texts with `/`, relative to its root, which is the empty one."""

from __future__ import annotations

from collections.abc import Iterable


def folder_of(path: str) -> str:
    """The folder that a file or folder is in."""
    return path.rpartition("/")[0]


def join(folder: str, name: str) -> str:
    """The path of what has a name in a folder."""
    return f"{folder}/{name}" if folder else name


def is_above(folder: str, other: str) -> bool:
    """Whether one folder is around another one."""
    return folder != other and (not folder or other.startswith(f"{folder}/"))


def folders_of(paths: Iterable[str]) -> set[str]:
    """All folders that these files are in, the root among them."""
    folders: set[str] = set()
    for path in paths:
        folder = folder_of(path)
        while folder not in folders:
            folders.add(folder)
            folder = folder_of(folder)
    return folders
