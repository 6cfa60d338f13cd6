"""A folder that is analysed as a whole, again and again, with texts that aren't saved yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from reloadlint.discovery import find_project_root
from reloadlint.discovery.ignores import excluded
from reloadlint.findings import Finding, Result
from reloadlint.linter.checking import Check
from reloadlint.linter.memory import Memory
from reloadlint.linter.saying import parsed
from reloadlint.linter.targets import Targets, targets_of
from reloadlint.settings import Settings
from reloadlint.source import SourceFile, display_path
from reloadlint.syntax import InvalidSyntax

Interrupt = Callable[[], None]
"""Called now and then; raises `Superseded` if nobody waits for the result any more."""


class Superseded(BaseException):
    """The texts have changed meanwhile: what is being worked out is of no use."""


class Text(NamedTuple):
    """An open document's text; `typed` if it was changed since it was opened or saved."""

    text: str
    typed: bool = False


class Analysed(NamedTuple):
    """What an analysis has found.

    `findings` are by file, as absolute paths; `texts` those that findings and their evidence are
    about. `stale` are files that are no Python at the moment, for which their last text stood.
    """

    findings: dict[Path, list[Finding]]
    texts: dict[Path, str]
    stale: frozenset[Path]


class Area:
    """A workspace folder, or the project around a file that lies in none.

    Args:
        paths: what is reported on: the folder, or the files.
        settings: as its configuration file and the client say.
    """

    def __init__(self, paths: Iterable[Path], settings: Settings) -> None:
        self.paths = tuple(paths)
        self.settings = settings
        self.memory = Memory()
        self.fixing_memory = Memory()
        self._targets: Targets | None = None
        self._good: dict[Path, SourceFile] = {}

    def forget_files(self) -> None:
        """Look again which files there are."""
        self._targets = None
        self.memory.forget_files()
        self.fixing_memory.forget_files()

    def has(self, path: Path) -> bool:
        """Whether a file is one of those that are reported on."""
        return any(path == each or each in path.parents for each in self.paths)

    def analyse(self, texts: Mapping[Path, Text], interrupt: Interrupt) -> Analysed:
        """Check all files, with these texts in place of theirs.

        Raises:
            Superseded: `interrupt` has said so.
            UsageError: the configuration can't be used.
        """
        self.memory.interrupt = interrupt
        overlay, stale = self.overlay(texts, self.memory)
        check, targets = self._checked(overlay)
        check.findings += targets.problems
        return _by_file(check.result(targets.files), stale)

    def alone(self, path: Path, texts: Mapping[Path, Text], interrupt: Interrupt) -> list[Finding]:
        """What is found in one file if nothing is loaded but that and what it imports.

        Raises:
            Superseded: `interrupt` has said so.
        """
        self.memory.interrupt = interrupt
        overlay, _ = self.overlay(texts, self.memory)
        by_root = self.targets(overlay).by_root
        root = next((root for root, files in by_root.items() if path in files), None)
        if root is None:
            return []
        check = Check(self.settings, overlay, None, memory=self.memory, brief=True)
        with self.memory.unchanged():
            check.project(root, by_root[root], alone=path)
        return list(check.result(0).findings)

    def _checked(self, overlay: dict[Path, SourceFile]) -> tuple[Check, Targets]:
        """A brief check of everything."""
        targets = self.targets(overlay)
        check = Check(self.settings, overlay, None, memory=self.memory, brief=True)
        for root, files in targets.by_root.items():
            check.project(root, files)
        return check, targets

    def targets(self, overlay: Mapping[Path, SourceFile]) -> Targets:
        """The files that are reported on, by their project's root."""
        targets = self._targets
        if targets is None:
            paths = [path for path in self.paths if path.exists()]
            targets = self._targets = targets_of(paths, self.settings, None)
        known = {file for files in targets.by_root.values() for file in files}
        return self._with(targets, [path for path in sorted(overlay) if path not in known])

    def _with(self, targets: Targets, more: Iterable[Path]) -> Targets:
        by_root = {root: list(files) for root, files in targets.by_root.items()}
        for path in more:
            source = SourceFile(path, display_path(path), "")
            own = targets_of((), self.settings, source).by_root
            root = next(iter(own))
            above = [r for r in by_root if r in path.parents]
            by_root.setdefault(above[0] if above else root, []).append(path)
        return Targets(by_root, list(targets.problems), targets.files, [], ())

    def overlay(
        self, texts: Mapping[Path, Text], memory: Memory
    ) -> tuple[dict[Path, SourceFile], frozenset[Path]]:
        """The texts as sources, and for which of them their last one stands."""
        overlay, broken = self.written(texts, memory)
        self._good |= {path: overlay[path] for path in overlay.keys() - broken}
        stale = {path for path in broken if texts[path].typed and path in self._good}
        return overlay | {path: self._good[path] for path in stale}, frozenset(stale)

    def written(
        self, texts: Mapping[Path, Text], memory: Memory
    ) -> tuple[dict[Path, SourceFile], frozenset[Path]]:
        """The texts as they are, and which of them are no Python at the moment.

        Fixes go by these: what stands in a file that can't be parsed may use anything.
        """
        overlay: dict[Path, SourceFile] = {}
        broken = set()
        for path, text in texts.items():
            if self.leaves_out(path):
                continue
            source = overlay[path] = SourceFile(path, display_path(path), text.text)
            try:
                memory.of_text(parsed, source)
            except InvalidSyntax:
                broken.add(path)
        return overlay, frozenset(broken)

    def leaves_out(self, path: Path) -> bool:
        """Whether the configuration says that this file is not to be looked at."""
        if not self.has(path):
            return True
        return excluded(path, self.settings, self.settings.root or find_project_root(path))


def _by_file(result: Result, stale: frozenset[Path]) -> Analysed:
    findings: dict[Path, list[Finding]] = {}
    for finding in result.findings:
        findings.setdefault(absolute(finding.path), []).append(finding)
    texts = {absolute(path): text for path, text in result.sources.items()}
    return Analysed(findings, texts, stale)


def absolute(shown: str) -> Path:
    """The file that a report names."""
    return Path(os.path.normpath(Path.cwd() / shown))
