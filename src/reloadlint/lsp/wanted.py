"""What an action is to change, and carrying that out on the texts of the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from reloadlint.lsp.area import Area, Interrupt, Text
from reloadlint.lsp.fixing import Changed, Fixing, Key, NotFixed

T = TypeVar("T")
REASON = "TODO: say why"
Texts = Mapping[Path, Text]
KeyOf = Callable[[Path], Path]


class Wanted(msgspec.Struct, frozen=True):
    """What an action is to change: kept by the client until it is chosen.

    `what`: `fix`, `suppress`, `file` or `workspace`. `version` is the document's at that time.
    """

    what: str
    uri: str
    version: int
    key: Key | None = None
    strategy: str = "auto"


def in_file(area: Area, texts: Texts, path: Path, work: Callable[[Fixing], T]) -> T | None:
    """What `work` makes of the project of a file; None if that is no Python at the moment.

    Raises:
        Superseded: as the area's `fixing_memory.interrupt` has said.
    """
    overlay, broken = area.written(texts, area.fixing_memory)
    if path in broken:
        return None
    by_root = area.targets(overlay).by_root
    root = next((root for root, files in by_root.items() if path in files), None)
    return None if root is None else work(Fixing(area, overlay, root, by_root[root]))


def changes_in_file(wanted: Wanted, path: Path, work: Fixing) -> Changed:
    """The changes that an action about one file wants.

    Raises:
        NotFixed: it can't be done.
    """
    if wanted.key is None:
        return work.fix_all(lambda each: each == path)
    if wanted.what == "fix":
        return work.fix(path, wanted.key, wanted.strategy)
    return work.suppress(path, wanted.key, REASON)


def changes_everywhere(
    areas: Iterable[tuple[Path, Area]], texts: Texts, key_of: KeyOf, interrupt: Interrupt
) -> Changed:
    """What fixing all that is safe changes in all of these folders' projects.

    A file belongs to one folder, as `key_of` says. Of two projects that would change the same
    file, the first has its way: the other's fixes are made on a text that is no more.

    Raises:
        NotFixed: nothing is to be fixed safely.
    """
    changed: Changed = {}
    for key, area in areas:
        for more in _in_area(key, area, texts, key_of, interrupt):
            if not changed.keys() & more.keys():
                changed |= more
    if not changed:
        raise NotFixed("nothing can be fixed safely in the workspace")
    return changed


def _in_area(
    key: Path, area: Area, texts: Texts, key_of: KeyOf, interrupt: Interrupt
) -> Iterator[Changed]:
    area.fixing_memory.interrupt = interrupt
    overlay, _ = area.written(texts, area.fixing_memory)
    for root, files in area.targets(overlay).by_root.items():
        yield Fixing(area, overlay, root, files).fix_all(lambda path: key_of(path) == key)
