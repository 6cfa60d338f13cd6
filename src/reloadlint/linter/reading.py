"""Reading the files of a project: each once, and parsed once if it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint.facts.extract import facts_of, module_facts
from reloadlint.findings import Finding
from reloadlint.project.imports import import_facts, imports_of
from reloadlint.rules.invalid_file import invalid_file
from reloadlint.source import SourceError, SourceFile, display_path
from reloadlint.syntax import InvalidSyntax, parse

if TYPE_CHECKING:
    from reloadlint.facts.records import ModuleFacts
    from reloadlint.linter.memory import Memory
    from reloadlint.project.imports import ImportFacts
    from reloadlint.project.modules import Module

Progress = Callable[[int, int], None]


class Read(msgspec.Struct):
    """The files of one project that could be read and parsed, by path relative to its root."""

    sources: dict[str, SourceFile]
    imports: dict[str, ImportFacts]
    facts: dict[str, ModuleFacts]
    problems: dict[str, Finding]
    memory: Memory | None = None


class Reader:
    """Reads files.

    Args:
        overlay: texts that stand for what is on disk, by absolute path.
        progress: called with the number of files read and their total.
        memory: what earlier runs have read; None keeps nothing.
    """

    def __init__(
        self,
        overlay: Mapping[Path, SourceFile],
        progress: Progress | None,
        memory: Memory | None = None,
    ) -> None:
        self._overlay = overlay
        self._progress = progress
        self.memory = memory

    def read(self, paths: dict[str, Path], wanted: frozenset[Path]) -> Read:
        """Read these files, by path below the root; the facts are made of those that are wanted."""
        read = Read({}, {}, {}, {}, self.memory)
        for done, (path, file) in enumerate(paths.items(), start=1):
            self._read_one(read, path, file, is_wanted=file in wanted)
            if self._progress is not None:
                self._progress(done, len(paths))
        return read

    def _read_one(self, read: Read, path: str, file: Path, *, is_wanted: bool) -> None:
        shown = display_path(file)
        try:
            source = self._source(file)
            read.sources[path] = source
            if self.memory is not None:
                read.imports[path] = self.memory.of_text(import_facts, source)
            elif is_wanted:
                # Its facts will be asked for, most likely: one parse serves both.
                read.imports[path], read.facts[path] = parse(
                    source.text, lambda tree: (imports_of(tree), facts_of(tree, source.text))
                )
            else:
                read.imports[path] = import_facts(source.text)
        except SourceError as error:
            read.problems[path] = invalid_file(shown, error.line, 1, error.message)
        except InvalidSyntax as error:
            read.problems[path] = unparsable(source, error)

    def _source(self, file: Path) -> SourceFile:
        overlaid = self._overlay.get(file)
        if overlaid is not None:
            return overlaid
        return SourceFile.read(file) if self.memory is None else self.memory.source(file)


def facts_from(read: Read, module: Module) -> ModuleFacts | None:
    """The facts of a module of the project; None if it can't be parsed, which is noted."""
    if module.path not in read.imports:
        return None
    if module.path in read.facts:
        return read.facts[module.path]
    source = read.sources[module.path]
    try:
        if read.memory is not None:
            return read.memory.of_text(module_facts, source)
        return module_facts(source.text)
    except InvalidSyntax as error:
        read.problems[module.path] = unparsable(source, error)
        return None


def unparsable(source: SourceFile, error: InvalidSyntax) -> Finding:
    """RL901 for a file that was read and is no Python."""
    message = f"cannot be parsed: {error}"
    return invalid_file(source.display_path, error.line, error.column, message)
