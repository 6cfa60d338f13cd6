"""Reading the files of a project: each once, and parsed once if it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reloadlint.facts.extract import facts_of, module_facts
from reloadlint.findings import Finding
from reloadlint.linter.parallel import mapped, processes_for
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
log = logging.getLogger("reloadlint")


class Read(msgspec.Struct):
    """The files of one project that could be read and parsed, by path relative to its root."""

    sources: dict[str, SourceFile]
    imports: dict[str, ImportFacts]
    facts: dict[str, ModuleFacts]
    problems: dict[str, Finding]
    memory: Memory | None = None


class Outcome(NamedTuple):
    """What came of reading a file: the finding RL901 instead of the rest if it is no Python."""

    source: SourceFile | None = None
    imports: ImportFacts | None = None
    facts: ModuleFacts | None = None
    problem: Finding | None = None


class Reader:
    """Reads files.

    Args:
        overlay: texts that stand for what is on disk, by absolute path.
        progress: called with the number of files read and their total.
        memory: what earlier runs have read; None keeps nothing.
        jobs: in how many processes at most; None leaves it to the number of files and processors.
    """

    def __init__(
        self,
        overlay: Mapping[Path, SourceFile],
        progress: Progress | None,
        memory: Memory | None = None,
        jobs: int | None = None,
    ) -> None:
        self._overlay = overlay
        self._progress = progress
        self._jobs = jobs
        self.memory = memory

    def read(self, paths: dict[str, Path], wanted: frozenset[Path]) -> Read:
        """Read these files, by path below the root; the facts are made of those that are wanted."""
        read = Read({}, {}, {}, {}, self.memory)
        outcomes = self._outcomes(list(paths.values()), wanted)
        for done, (path, outcome) in enumerate(zip(paths, outcomes, strict=True), start=1):
            _note(read, path, outcome)
            if self._progress is not None:
                self._progress(done, len(paths))
        return read

    def _outcomes(self, files: list[Path], wanted: frozenset[Path]) -> Iterator[Outcome]:
        if self.memory is not None:
            return (self._remembered(file) for file in files)
        items = [(file, self._overlay.get(file), file in wanted) for file in files]
        processes = processes_for(len(items), self._jobs)
        log.info("files read: %d, in %d process(es)", len(items), processes)
        return mapped(_read_one, items, processes)

    def _remembered(self, file: Path) -> Outcome:
        assert self.memory is not None
        source = None
        try:
            source = self._overlay.get(file)
            if source is not None:  # it changes with every keystroke: one parse has to do
                return Outcome(source, *self.memory.of_text(parsed, source))
            source = self.memory.source(file)
            return Outcome(source, self.memory.of_text(import_facts, source))
        except SourceError as error:
            return _unreadable(file, error)
        except InvalidSyntax as error:
            assert source is not None
            return Outcome(source, problem=unparsable(source, error))


def _read_one(item: tuple[Path, SourceFile | None, bool]) -> Outcome:
    """Read a file, or take the text that stands for it; with its facts if they are wanted."""
    file, source, is_wanted = item
    try:
        source = source or SourceFile.read(file)
        text = source.text
        if not is_wanted:
            return Outcome(source, import_facts(text))
        # Its facts will be asked for, most likely: one parse serves both.
        return Outcome(source, *parsed(text))
    except SourceError as error:
        return _unreadable(file, error)
    except InvalidSyntax as error:
        assert source is not None
        return Outcome(source, problem=unparsable(source, error))


def _unreadable(file: Path, error: SourceError) -> Outcome:
    problem = invalid_file(display_path(file), error.line, 1, error.message)
    return Outcome(problem=problem)


def _note(read: Read, path: str, outcome: Outcome) -> None:
    if outcome.source is not None:
        read.sources[path] = outcome.source
    if outcome.imports is not None:
        read.imports[path] = outcome.imports
    if outcome.facts is not None:
        read.facts[path] = outcome.facts
    if outcome.problem is not None:
        read.problems[path] = outcome.problem


def parsed(text: str) -> tuple[ImportFacts, ModuleFacts]:
    """What a module imports and what it says, of one parse.

    Raises:
        InvalidSyntax: the text is no Python, or is nested too deeply to be analysed.
    """
    return parse(text, lambda tree: (imports_of(tree), facts_of(tree, text)))


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
