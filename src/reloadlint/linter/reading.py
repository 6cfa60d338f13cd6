"""Reading the files of a project: each once, and parsed once if it is asked for."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reloadlint.facts.extract import module_facts
from reloadlint.findings import Finding
from reloadlint.linter.parallel import processes_for
from reloadlint.linter.saying import Packed, Said, opened, parsed, said_by
from reloadlint.project.imports import import_facts
from reloadlint.rules.invalid_file import invalid_file
from reloadlint.source import SourceError, SourceFile, display_path
from reloadlint.syntax import InvalidSyntax

if TYPE_CHECKING:
    from reloadlint.facts.records import ModuleFacts
    from reloadlint.linter.kept_modules import KeptModules
    from reloadlint.linter.memory import Memory
    from reloadlint.project.imports import ImportFacts
    from reloadlint.project.modules import Module

Progress = Callable[[int, int], None]
log = logging.getLogger("reloadlint")


class Read(msgspec.Struct):
    """The files of one project that could be read and parsed, by path relative to its root."""

    sources: dict[str, SourceFile]
    imports: dict[str, ImportFacts]
    facts: dict[str, ModuleFacts | Packed]
    problems: dict[str, Finding]
    memory: Memory | None = None


class Outcome(NamedTuple):
    """What came of reading a file: the finding RL901 instead of the rest if it is no Python."""

    source: SourceFile | None = None
    imports: ImportFacts | None = None
    facts: ModuleFacts | Packed | None = None
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

    def read(self, paths: dict[str, Path], wanted: frozenset[Path], kept: KeptModules) -> Read:
        """Read these files, by path below the root; the facts are made of those that are wanted.

        `kept`: what earlier runs have left on disk, and where this one leaves what it makes.
        """
        read = Read({}, {}, {}, {}, self.memory)
        outcomes = self._outcomes(paths, wanted, kept)
        for done, (path, outcome) in enumerate(zip(paths, outcomes, strict=True), start=1):
            _note(read, path, outcome)
            if self._progress is not None:
                self._progress(done, len(paths))
        return read

    def _outcomes(
        self, paths: dict[str, Path], wanted: frozenset[Path], kept: KeptModules
    ) -> Iterator[Outcome]:
        if self.memory is not None:
            yield from (self._remembered(file) for file in paths.values())
            return
        texts = {path: self._text(file) for path, file in paths.items()}
        known, unknown = {}, []
        for path, source in texts.items():
            if isinstance(source, SourceFile):
                asked = paths[path] in wanted
                known[path] = kept.get(path, source.text, with_facts=asked)
                unknown += [] if known[path] else [(source.text, asked)]
        processes = processes_for(len(unknown), self._jobs)
        numbers = (len(paths), len(unknown), processes)
        log.info("files read: %d, parsed: %d, in %d process(es)", *numbers)
        said_anew = said_by(unknown, processes)
        for path, source in texts.items():
            if isinstance(source, Outcome):
                yield source
                continue
            said = known[path]
            if said is None:
                said = next(said_anew)
                if paths[path] not in self._overlay:  # which isn't what the next run will read
                    kept.put(path, source.text, said)
            yield _outcome(source, said)
        kept.save(paths)

    def _text(self, file: Path) -> SourceFile | Outcome:
        """A file's text, or what stands for it; what is to be said where it can't be read."""
        try:
            return self._overlay.get(file) or SourceFile.read(file)
        except SourceError as error:
            return _unreadable(file, error)

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


def _outcome(source: SourceFile, said: Said) -> Outcome:
    if said.problem is not None:
        return Outcome(source, problem=unparsable(source, said.problem))
    return Outcome(source, said.imports, said.facts)


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


def facts_from(read: Read, module: Module) -> ModuleFacts | None:
    """The facts of a module of the project; None if it can't be parsed, which is noted."""
    if module.path not in read.imports:
        return None
    source = read.sources[module.path]
    try:
        with contextlib.suppress(KeyError, msgspec.MsgspecError):
            facts = read.facts[module.path] = opened(read.facts[module.path])
            return facts
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
