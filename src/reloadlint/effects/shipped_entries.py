"""Entries that installed libraries bring for themselves, read as data: no library is imported.

A distribution names them in the entry-point group `reloadlint.catalog`. The value is a dotted name
that stands for a file: `shop.effects` for `shop/effects.toml`, in the form of the catalogue's own.
"""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING

from reloadlint.effects.catalogue import CatalogueError, Entry, parse
from reloadlint.project.installed import site_folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from reloadlint.settings import Settings

GROUP = "reloadlint.catalog"

_METADATA = (".dist-info", ".egg-info")
_known: dict[tuple[tuple[str, int], ...], tuple[Entry, ...]] = {}


def shipped_entries(settings: Settings) -> tuple[Entry, ...]:
    """The entries of the libraries in the environment that the settings name.

    Raises:
        CatalogueError: an entry that can't be used, with the file and the way around it.
    """
    if not settings.follow_installed:
        return ()
    folders = [folder for folder in site_folders(settings.python) if folder.is_dir()]
    state = tuple((str(folder), folder.stat().st_mtime_ns) for folder in folders)
    if state not in _known:
        _known[state] = tuple(_entries(folders))
    return _known[state]


def _entries(folders: Sequence[Path]) -> Iterator[Entry]:
    for distribution, value in _declared(folders):
        path = _file(value, folders)
        if path is None:
            wanted = f"{value.replace('.', '/')}.toml"
            raise CatalogueError(f"{distribution}: its entry point names {wanted}, {_MISSING}")
        try:
            yield from parse(path.read_text("utf-8"), f"{distribution}: {path.name}")
        except (OSError, ValueError) as error:
            raise CatalogueError(f"{distribution}: {path.name} can't be read; {_AROUND}") from error
        except CatalogueError as error:
            raise CatalogueError(f"{error}; {_AROUND}") from error


_AROUND = "tell its authors; with `follow-installed = false` it isn't read"
_MISSING = f"which isn't installed; {_AROUND}"


def _declared(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Each distribution that has entry points of the group, with their values."""
    for folder in folders:
        for item in sorted(item for item in folder.iterdir() if item.name.endswith(_METADATA)):
            for value in _values(item / "entry_points.txt"):
                yield item.stem.partition("-")[0], value


def _values(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError):
        return []
    if GROUP not in text:
        return []
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    return [value.strip() for _, value in parser.items(GROUP)] if parser.has_section(GROUP) else []


def _file(value: str, folders: Iterable[Path]) -> Path | None:
    """The file of a dotted name; a name of something else stands for none."""
    if not all(part.isidentifier() for part in value.split(".")):
        return None
    inside = value.replace(".", "/") + ".toml"
    return next((folder / inside for folder in folders if (folder / inside).is_file()), None)
