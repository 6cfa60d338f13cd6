"""A project, understood: its modules, who imports whom, and what loading them does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint.discovery import discover, folders_of_project
from reloadlint.effects import catalogue
from reloadlint.effects.hazards import Hazard, hazards
from reloadlint.effects.own_entries import catalogue_for
from reloadlint.effects.solver import Solver
from reloadlint.facts.cache import FactsCache
from reloadlint.linter.kept_modules import KeptModules
from reloadlint.linter.reading import Read, Reader, facts_from, unparsable
from reloadlint.linter.targets import cache_folder, inside
from reloadlint.project.installed import LibraryIndex, site_folders
from reloadlint.project.modules import ModuleIndex
from reloadlint.project.scope import ImportGraph, flask_modules, imported_names, load_order
from reloadlint.source import display_path
from reloadlint.syntax import TOO_DEEP, InvalidSyntax

if TYPE_CHECKING:
    from reloadlint.effects.survey import SurveyedModule
    from reloadlint.facts.records import ModuleFacts
    from reloadlint.fixes.reading.project import Project
    from reloadlint.project.modules import Module
    from reloadlint.settings import Settings


class Surroundings(msgspec.Struct):
    """A project as read and solved, for who plans a fix in it."""

    read: Read
    index: ModuleIndex
    graph: ImportGraph
    scope: frozenset[str]
    found: list[Hazard]
    solver: Solver
    root: Path
    libraries: set[str]
    """The files of installed libraries that were read; it grows while more are asked for."""

    def shown(self, path: str) -> str:
        """A file of the project or of a library as reports name it."""
        source = self.read.sources.get(path)
        return display_path(Path(path)) if source is None else source.display_path

    def surveyed(self, chosen: Sequence[str]) -> list[SurveyedModule]:
        """What loading each of these files does."""
        from reloadlint.effects.survey import SurveyedModule
        from reloadlint.effects.surveying import survey

        loadings = survey(self.solver, self.shown)
        made = []
        for path in chosen:
            module, problem = self.index.at(path), self.read.problems.get(path)
            if problem is not None:
                place = (problem.path, problem.message, problem.line)
                made.append(SurveyedModule(path=place[0], problem=place[1], line=place[2]))
            elif module is not None:
                shown, loading = self.shown(path), loadings.get(path)
                made.append(SurveyedModule(path=shown, name=module.name, loading=loading))
        return made

    def _text_of(self, path: str) -> str:
        """What can be read of a file that is no Python."""
        source = self.read.sources.get(path)
        if source is not None:
            return source.text
        try:
            return (self.root / path).read_bytes().decode("latin-1")
        except OSError:
            return ""

    def project(self, chosen: frozenset[str]) -> Project:
        """The same as the planner of fixes wants it; `chosen` are the files that it may change."""
        from reloadlint.effects.closers import Closing
        from reloadlint.effects.repeating import repeated
        from reloadlint.fixes.reading.project import Project

        texts = {path: self.read.sources[path].text for path in self.read.imports}
        broken = {path: self._text_of(path) for path in self.read.problems}
        return Project(
            texts,
            broken,
            self.index,
            self.read.imports,
            self.graph,
            self.scope,
            self.found,
            self.solver.outcomes,
            Closing(self.solver),
            cache(partial(repeated, self.solver)),
            chosen,
            runs=self.solver.runs,
            root=self.root,
            catalogue=self.solver.catalogue,
        )


def understand(
    root: Path,
    wanted: Sequence[Path],
    settings: Settings,
    reader: Reader,
    alone: Path | None = None,
) -> Surroundings:
    """Read the project at `root` with these files, and follow what loading them does.

    Applications that share nothing with these files but a folder are not followed; with `alone`,
    nothing but that module and what it imports.
    """
    folders = folders_of_project(root, wanted)
    memory = reader.memory
    listed = memory.files(folders, settings) if memory else discover(folders, settings).files
    files = {*listed, *wanted}
    paths = {inside(root, file): file for file in sorted(files)}
    folder = None if memory else cache_folder(settings, root)
    read = reader.read(paths, frozenset(wanted), KeptModules(folder, root))
    layout = partial(_layout, root, read, settings)
    depends = (list(read.sources), read.imports, settings)
    index, graph, roots, scope = memory.kept(root, depends, layout) if memory else layout()
    if alone is None:
        near = graph.connected_with(frozenset(inside(root, file) for file in wanted))
        roots, scope = roots & near, scope & near
    else:
        roots = scope & {inside(root, alone)}
    cache = FactsCache(cache_folder(settings, root))
    solver = _solver(index, read, settings, cache)
    order = [module for path in load_order(graph, roots) if (module := index.at(path))]
    found = hazards(solver.solve(order), solver.outcomes)
    for module in solver.too_deep:
        source = read.sources[module.path]
        read.problems[module.path] = unparsable(source, InvalidSyntax(TOO_DEEP))
    return Surroundings(read, index, graph, scope, found, solver, root, cache.paths)


def _layout(
    root: Path, read: Read, settings: Settings
) -> tuple[ModuleIndex, ImportGraph, frozenset[str], frozenset[str]]:
    """The modules, who imports whom, the Flask modules that load others, and all that they load."""
    index = ModuleIndex(read.sources, _source_roots(root, settings), _installed_names())
    graph = ImportGraph(index, read.imports)
    roots, scope = flask_modules(graph, read.imports, all_modules=settings.all_modules)
    index.rename(imported_names(index, read.imports))
    return index, graph, roots, scope


def _solver(index: ModuleIndex, read: Read, settings: Settings, cache: FactsCache) -> Solver:
    folders = site_folders(settings.python) if settings.follow_installed else []

    of_library = partial(read.memory.of_file, cache.facts) if read.memory else cache.facts

    def facts(module: Module) -> ModuleFacts | None:
        return of_library(module.path) if module.installed else facts_from(read, module)

    libraries = LibraryIndex(folders) if folders else None
    return Solver(index, catalogue_for(settings), facts, libraries)


def _source_roots(root: Path, settings: Settings) -> list[str]:
    named = (Path(src) for src in settings.src)
    absolute = [src if src.is_absolute() else root / src for src in named]
    return [inside(root, src) for src in absolute if src.is_relative_to(root)]


def _installed_names() -> frozenset[str]:
    """Names of libraries that the catalogue knows: a folder of that name doesn't hide them."""
    return frozenset(entry.name.partition(".")[0] for entry in catalogue.load()) | {"flask"}
