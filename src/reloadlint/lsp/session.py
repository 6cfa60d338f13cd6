"""What the server knows of the client's folders: their areas, and what was found last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from reloadlint.discovery import find_project_root
from reloadlint.errors import UsageError
from reloadlint.findings import Finding
from reloadlint.lsp.area import Analysed, Area, Interrupt, Text
from reloadlint.lsp.areas import Areas
from reloadlint.lsp.configuration import Preferences
from reloadlint.lsp.glance import merged, movement

log = logging.getLogger("reloadlint.lsp")

Texts = dict[Path, Text]


class Trouble(NamedTuple):
    """Something that the user is told once; `fault` if it is one of ours."""

    message: str
    fault: bool = False


class Session:
    """The areas of the workspace folders, and of files outside of them.

    Args:
        formats: the output formats that a configuration file may name.
        tell: called, from the worker's thread, with what the user is to know.
    """

    def __init__(self, formats: tuple[str, ...], tell: Callable[[Trouble], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()
        self.areas = Areas(formats, lambda problem: self._tell(Trouble(problem)))
        self.folders: list[Path] = []
        self.preferences = Preferences()
        self.results: dict[Path, Analysed] = {}
        self._whole: dict[Path, list[Finding]] = {}
        self._base: dict[Path, tuple[str, list[Finding]]] = {}

    def configure(self, folders: Iterable[Path], preferences: Preferences) -> None:
        """Begin anew with these folders and settings; what was found is kept until then."""
        self.folders = sorted(set(folders), key=lambda folder: -len(folder.parts))
        self.preferences = preferences
        self._told.clear()
        self.areas.begin(preferences)

    def key_of(self, path: Path) -> Path:
        """The folder that a file belongs to: the innermost of the workspace's, or its project's."""
        inside = (folder for folder in self.folders if folder in path.parents)
        return next(inside, None) or find_project_root(path)

    def area_of(self, path: Path) -> Area | None:
        """The area that a file belongs to; None where its configuration can't be used."""
        return self.areas.at(self.key_of(path))

    def workspace(self) -> list[tuple[Path, Area]]:
        """The workspace's folders with their areas; the open files' projects if it has none."""
        keys = sorted(self.folders or self.results)
        return [(key, area) for key in keys if (area := self.areas.at(key)) is not None]

    def tell_once(self, message: str, *, fault: bool = False) -> None:
        """Tell the user something that they have not been told."""
        if message not in self._told:
            self._told.add(message)
            self._tell(Trouble(message, fault))

    def failed(self, what: str, error: Exception, hence: str) -> None:
        """Log a fault of ours, and tell of it once."""
        log.exception("%s failed", what)
        named = f"{type(error).__name__}: {error}"
        self.tell_once(f"{what} failed ({named}); {hence}", fault=True)

    def prepare(self, path: Path, texts: Texts, interrupt: Interrupt) -> None:
        """Know what is found in a file alone, for a glance at the next change."""
        seen = self._alone(path, texts, interrupt)
        if seen is not None:
            self._base[path] = (texts[path].text, seen)

    def glance(self, path: Path, texts: Texts, interrupt: Interrupt) -> bool:
        """See what a change of this file alone means for it; False if that can't be said."""
        base, result = self._base.get(path), self.results.get(self.key_of(path))
        seen = None if base is None else self._alone(path, texts, interrupt)
        if base is None or seen is None or result is None:
            return False
        moved = movement(base[0], texts[path].text)
        whole = self._whole.get(path, [])
        result.findings[path] = merged(whole, base[1], seen, moved)
        result.texts[path] = texts[path].text
        return True

    def _alone(self, path: Path, texts: Texts, interrupt: Interrupt) -> list[Finding] | None:
        """What is found in a file alone; None where it is no Python, or that fails."""
        key = self.key_of(path)
        area = self.areas.at(key)
        own = {each: text for each, text in texts.items() if self.key_of(each) == key}
        if area is None or path not in own:
            return None
        try:
            area.memory.interrupt = interrupt
            overlay, stale = area.overlay({path: own[path]}, area.memory)
            return None if path in stale or not overlay else area.alone(path, own, interrupt)
        except Exception:  # which the analysis of the whole will meet again, and tell
            log.info("glance at %s failed", path, exc_info=True)
            return None

    def analyse(self, texts: Texts, interrupt: Interrupt) -> None:
        """Check every folder, with the texts of open documents in place of theirs.

        A failure in one folder leaves the others, and what was found there before, as they are.
        """
        keys = {*self.folders, *(self.key_of(path) for path in texts)}
        for key in sorted(keys):
            own = {path: text for path, text in texts.items() if self.key_of(path) == key}
            self.results[key] = self._analysed(key, own, interrupt)
        for key in self.results.keys() - keys:
            del self.results[key]
        self._base.clear()
        self._whole = self.found()

    def _analysed(self, key: Path, texts: Texts, interrupt: Interrupt) -> Analysed:
        empty = Analysed({}, {}, frozenset())
        area = self.areas.refreshed(key)
        if area is None:
            return empty
        try:
            return area.analyse(texts, interrupt)
        except UsageError as error:
            self.tell_once(str(error))
        except Exception as error:
            self.failed(f"the analysis of {key}", error, "open files are looked at one by one")
            return self._one_by_one(texts, self.results.get(key, empty), interrupt)
        return self.results.get(key, empty)

    def _one_by_one(self, texts: Texts, known: Analysed, interrupt: Interrupt) -> Analysed:
        """What is found in each open file alone; in those that can't be analysed, what was."""
        findings, sources = dict(known.findings), dict(known.texts)
        for path in texts:
            seen = self._alone(path, texts, interrupt)
            if seen is not None:
                findings[path], sources[path] = seen, texts[path].text
        return Analysed(findings, sources, known.stale)

    def findings(self, path: Path) -> list[Finding]:
        """What was found last in a file."""
        result = self.results.get(self.key_of(path))
        return [] if result is None else result.findings.get(path, [])

    def found(self) -> dict[Path, list[Finding]]:
        """All that was found last, by file; of folders inside each other, the inner one's."""
        return {
            path: findings
            for key, result in self.results.items()
            for path, findings in result.findings.items()
            if self.key_of(path) == key
        }

    def is_stale(self, path: Path) -> bool:
        """Whether a file is no Python at the moment, so that its last findings stand."""
        result = self.results.get(self.key_of(path))
        return result is not None and path in result.stale

    def text(self, path: Path) -> str | None:
        """The text of a file that a finding was about."""
        texts = (result.texts.get(path) for result in self.results.values())
        return next((text for text in texts if text is not None), None)
