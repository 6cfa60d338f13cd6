"""What was read of a project, kept in memory for who checks it again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reloadlint.discovery import discover
from reloadlint.source import SourceFile

if TYPE_CHECKING:
    from reloadlint.settings import Settings

Stamp = tuple[int, int]
T = TypeVar("T")


class Memory:
    """Texts by file and time of change, and what was made of each text; one project's, as a rule.

    What isn't asked for any more is forgotten only with the whole: a project's files are few.
    `interrupt` is called with each file; what it raises ends the run.
    """

    def __init__(self) -> None:
        self.interrupt: Callable[[], None] = _go_on
        self._trusted = False
        self._sources: dict[Path, tuple[Stamp, SourceFile]] = {}
        self._made: dict[tuple[Callable[[str], object], Path], tuple[str, object]] = {}
        self._libraries: dict[str, tuple[Stamp | None, object]] = {}
        self._kept: dict[Path, tuple[object, object]] = {}
        self._files: dict[tuple[Path, ...], tuple[Settings, tuple[Path, ...]]] = {}

    def source(self, file: Path) -> SourceFile:
        """The file's text, read again only if its size or time of change is another.

        Raises:
            SourceError: it can't be read, or is no text.
        """
        self.interrupt()
        known = self._sources.get(file)
        if known is not None and self._trusted:
            return known[1]
        stamp = _stamp(file)
        if known is not None and known[0] == stamp:
            return known[1]
        source = SourceFile.read(file)
        if stamp is not None:
            self._sources[file] = (stamp, source)
        return source

    def of_text(self, make: Callable[[str], T], source: SourceFile) -> T:
        """What `make` makes of a file's text; it is called again only for another text."""
        self.interrupt()
        key = (make, source.path)
        known = self._made.get(key)
        if known is not None and known[0] == source.text:
            return known[1]  # type: ignore[return-value]
        made = make(source.text)
        self._made[key] = (source.text, made)
        return made

    def of_file(self, make: Callable[[str], T], path: str) -> T:
        """What `make` makes of an installed library's file; again only if that has changed."""
        self.interrupt()
        stamp = _stamp(Path(path))
        known = self._libraries.get(path)
        if known is not None and known[0] == stamp:
            return known[1]  # type: ignore[return-value]
        made = make(path)
        self._libraries[path] = (stamp, made)
        return made

    def kept(self, root: Path, depends: object, make: Callable[[], T]) -> T:
        """What `make` makes of the project at `root`; again only if it depends on other things."""
        known = self._kept.get(root)
        if known is not None and known[0] == depends:
            return known[1]  # type: ignore[return-value]
        made = make()
        self._kept[root] = (depends, made)
        return made

    def files(self, folders: Sequence[Path], settings: Settings) -> tuple[Path, ...]:
        """The files in these folders, as they were when they were asked for first."""
        key = tuple(folders)
        known = self._files.get(key)
        if known is None or known[0] is not settings:
            known = self._files[key] = (settings, discover(folders, settings).files)
        return known[1]

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """While this runs, what was read is taken for what is on disk."""
        self._trusted = True
        try:
            yield
        finally:
            self._trusted = False

    def forget_files(self) -> None:
        """Look for files again, the next time: some have come, gone or been renamed."""
        self._files.clear()


def _go_on() -> None:
    """Nobody wants to stop."""


def _stamp(file: Path) -> Stamp | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns)
