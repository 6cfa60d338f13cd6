"""Ties the rooms together: from paths to findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec

from reloadlint.discovery import discover, find_project_root, folders_of_project
from reloadlint.effects import catalogue
from reloadlint.effects.hazards import Hazard, hazards
from reloadlint.effects.own_entries import catalogue_for
from reloadlint.effects.solver import Solver
from reloadlint.facts.cache import FactsCache
from reloadlint.facts.extract import facts_of, module_facts
from reloadlint.findings import Finding, Result, Rewrite
from reloadlint.project.imports import import_facts, imports_of
from reloadlint.project.installed import LibraryIndex, site_folders
from reloadlint.project.modules import ModuleIndex
from reloadlint.project.scope import (
    ImportGraph,
    flask_modules,
    imported_names,
    load_order,
)
from reloadlint.result_cache import ResultCache, key_of
from reloadlint.results import Found, result_of
from reloadlint.rules.invalid_file import invalid_file
from reloadlint.source import SourceError, SourceFile, display_path
from reloadlint.suppressions import has_marks
from reloadlint.syntax import TOO_DEEP, InvalidSyntax, parse

if TYPE_CHECKING:
    from reloadlint.effects.survey import Survey, SurveyedModule
    from reloadlint.facts.records import ModuleFacts, Span
    from reloadlint.findings import Fix
    from reloadlint.fixes.draft import Plan, Wishes
    from reloadlint.fixes.reading.project import Project
    from reloadlint.project.imports import ImportFacts
    from reloadlint.project.modules import Module
    from reloadlint.rules.program import Report
    from reloadlint.settings import Settings

Progress = Callable[[int, int], None]


class _Read(msgspec.Struct):
    """The files of one project that could be read and parsed, by path relative to its root."""

    sources: dict[str, SourceFile]
    imports: dict[str, ImportFacts]
    facts: dict[str, ModuleFacts]
    problems: dict[str, Finding]


class Place(msgspec.Struct, frozen=True):
    """Where a finding about a hazard stands: the same for both."""

    path: str
    span: Span
    in_guard: bool

    @classmethod
    def of(cls, finding: Finding) -> Place:
        span = (finding.line, finding.column, finding.end_line, finding.end_column)
        return cls(finding.path, span, finding.code == "RL401")


class _Surroundings(msgspec.Struct):
    """A project as read and solved, for who plans a fix in it."""

    read: _Read
    index: ModuleIndex
    graph: ImportGraph
    scope: frozenset[str]
    found: list[Hazard]
    solver: Solver
    root: Path

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
            chosen,
            runs=self.solver.runs,
            root=self.root,
            catalogue=self.solver.catalogue,
        )


def check_project(
    paths: Sequence[Path],
    settings: Settings,
    *,
    stdin: SourceFile | None = None,
    progress: Progress | None = None,
) -> Result:
    """Check files and folders, each with the whole project around it.

    Args:
        paths: what to report on; what they import is understood along with them.
        settings: which rules, which files, which source roots.
        stdin: a text that stands for the file at its path.
        progress: called with the number of files read and their total.

    Raises:
        UsageError: a path that is not there.
    """
    targets = targets_of(paths, settings, stdin)
    root = next(iter(targets.by_root), None)
    cache = ResultCache(root and _cache_folder(settings, root))
    key = None if stdin else _key(targets, settings)
    known = cache.get(key) if key else None
    if known is not None:
        return known
    check = Check(settings, overlay_of(stdin), progress)
    for root, files in targets.by_root.items():
        check.project(root, files)
    check.findings += targets.problems
    result = check.result(targets.files)
    if key:
        cache.put(key, result, check.libraries)
    return result


def _key(targets: Targets, settings: Settings) -> str | None:
    """What the result depends on; None if it isn't to be kept."""
    if not settings.cache or targets.problems:
        return None
    try:
        return key_of(targets.by_root, settings)
    except OSError:
        return None


def survey_project(
    paths: Sequence[Path],
    settings: Settings,
    *,
    stdin: SourceFile | None = None,
    progress: Progress | None = None,
) -> Survey:
    """What loading each of these files does, hazard or not, and the calls that aren't known.

    Args:
        paths, settings, stdin, progress: as for `check_project`.

    Raises:
        UsageError: a path that is not there.
    """
    from reloadlint.effects.survey import Survey, SurveyedModule

    targets = targets_of(paths, settings, stdin)
    check = Check(settings, overlay_of(stdin), progress)
    modules = [
        SurveyedModule(path=p.path, problem=p.message, line=p.line) for p in targets.problems
    ]
    for root, files in targets.by_root.items():
        chosen = [_inside(root, file) for file in files]
        modules += check.understand(root, files).surveyed(chosen)
    return Survey(tuple(sorted(modules, key=lambda module: module.path)))


class Targets(msgspec.Struct):
    """The files that were asked for, by their project's root, and those that can't be read."""

    by_root: dict[Path, list[Path]]
    problems: list[Finding]
    files: int


def targets_of(paths: Sequence[Path], settings: Settings, stdin: SourceFile | None) -> Targets:
    discovery = discover(paths, settings)
    wanted = set(discovery.files)
    if stdin is not None:
        wanted.add(stdin.path.absolute())
    by_root: dict[Path, list[Path]] = {}
    for path, root in _roots(paths, sorted(wanted)).items():
        by_root.setdefault(root, []).append(path)
    problems = [
        invalid_file(display_path(problem.path), 1, 1, problem.message)
        for problem in discovery.problems
    ]
    return Targets(by_root, problems, len(wanted))


def overlay_of(stdin: SourceFile | None) -> dict[Path, SourceFile]:
    return {stdin.path.absolute(): stdin} if stdin is not None else {}


def _roots(paths: Sequence[Path], files: Sequence[Path]) -> dict[Path, Path]:
    """For each file, the root of its project; asked once for each folder."""
    known: dict[Path, Path] = {}
    found = {}
    for file in files:
        if file.parent not in known:
            known[file.parent] = find_project_root(file)
        found[file] = known[file.parent]
    return _under_one_roof(paths, found)


def _under_one_roof(paths: Sequence[Path], roots: dict[Path, Path]) -> dict[Path, Path]:
    """A folder that was named is one project, if no part of it says that it is another."""
    folders = [path.absolute() for path in paths if path.is_dir()]
    for file, root in roots.items():
        above = next((f for f in folders if f in root.parents or f == root), None)
        if above is not None:
            roots[file] = find_project_root(above) if above != root else root
    return roots


class Check:
    """One run of `check` over one or more projects."""

    def __init__(
        self,
        settings: Settings,
        overlay: dict[Path, SourceFile],
        progress: Progress | None,
        wishes: Wishes | None = None,
    ) -> None:
        self._settings = settings
        self._progress = progress
        self._found = Found()
        self._wishes = wishes
        self._overlay = overlay
        self.findings = self._found.findings
        self._chosen: frozenset[str] = frozenset()
        self.plans: dict[Place, Plan] = {}
        self._rewrites: dict[Place, tuple[Rewrite, ...]] = {}
        self._facts_caches: list[FactsCache] = []

    @property
    def libraries(self) -> set[str]:
        """The files of installed libraries that were read."""
        return {path for cache in self._facts_caches for path in cache.paths}

    def project(self, root: Path, wanted: Sequence[Path]) -> dict[str, SourceFile]:
        """Check the wanted files of the project at `root`; all its files, by path below that."""
        around = self.understand(root, wanted)
        chosen, read = {_inside(root, file) for file in wanted}, around.read
        self._chosen = frozenset(chosen)
        self._found.flask_modules += len((around.scope | around.solver.modules.keys()) & chosen)
        self._report(around, [hazard for hazard in around.found if hazard.path in chosen])
        self._check_program(around, chosen)
        sources = [source for path in chosen if (source := read.sources.get(path))]
        self._found.checked |= {source.display_path for source in sources}
        commented = {s.display_path: s.text for s in sources if has_marks(s.text)}
        self._found.commented |= commented
        self.findings += [read.problems[path] for path in sorted(read.problems.keys() & chosen)]
        return read.sources

    def understand(self, root: Path, wanted: Sequence[Path]) -> _Surroundings:
        """Read the project at `root` with these files, and follow what loading them does.

        Applications that share nothing with these files but a folder are not followed.
        """
        folders = folders_of_project(root, wanted)
        files = {*discover(folders, self._settings).files, *wanted}
        paths = {_inside(root, file): file for file in sorted(files)}
        read = self._read(paths, frozenset(wanted))
        index = ModuleIndex(read.sources, self._source_roots(root), _installed_names())
        graph = ImportGraph(index, read.imports)
        roots, scope = flask_modules(graph, read.imports, all_modules=self._settings.all_modules)
        near = graph.connected_with(frozenset(_inside(root, file) for file in wanted))
        roots, scope = roots & near, scope & near
        index.rename(imported_names(index, read.imports))
        solver = self._solver(index, read, root)
        order = [module for path in load_order(graph, roots) if (module := index.at(path))]
        found = hazards(solver.solve(order), solver.outcomes)
        for module in solver.too_deep:
            source = read.sources[module.path]
            read.problems[module.path] = _unparsable(source, InvalidSyntax(TOO_DEEP))
        return _Surroundings(read, index, graph, scope, found, solver, root)

    def _solver(self, index: ModuleIndex, read: _Read, root: Path) -> Solver:
        settings = self._settings
        folders = site_folders(settings.python) if settings.follow_installed else []
        cache = FactsCache(_cache_folder(settings, root))
        self._facts_caches.append(cache)

        def facts_of(module: Module) -> ModuleFacts | None:
            return cache.facts(module.path) if module.installed else _facts(read, module)

        libraries = LibraryIndex(folders) if folders else None
        return Solver(index, catalogue_for(settings), facts_of, libraries)

    def _read(self, paths: dict[str, Path], wanted: frozenset[Path]) -> _Read:
        read = _Read({}, {}, {}, {})
        for done, (path, file) in enumerate(paths.items(), start=1):
            self._read_one(read, path, file, is_wanted=file in wanted)
            if self._progress is not None:
                self._progress(done, len(paths))
        return read

    def _read_one(self, read: _Read, path: str, file: Path, *, is_wanted: bool) -> None:
        shown = display_path(file)
        try:
            source = self._source(file)
            read.sources[path] = source
            if is_wanted:
                # Its facts will be asked for, most likely: one parse serves both.
                read.imports[path], read.facts[path] = parse(
                    source.text, lambda tree: (imports_of(tree), facts_of(tree, source.text))
                )
            else:
                read.imports[path] = import_facts(source.text)
        except SourceError as error:
            read.problems[path] = invalid_file(shown, error.line, 1, error.message)
        except InvalidSyntax as error:
            read.problems[path] = _unparsable(source, error)
            self._found.texts[source.display_path] = source.text

    def _source(self, file: Path) -> SourceFile:
        return self._overlay.get(file) or SourceFile.read(file)

    def _source_roots(self, root: Path) -> list[str]:
        inside = (Path(src) for src in self._settings.src)
        absolute = [src if src.is_absolute() else root / src for src in inside]
        return [_inside(root, src) for src in absolute if src.is_relative_to(root)]

    def _report(self, around: _Surroundings, found: list[Hazard]) -> None:
        from reloadlint.rules.visitor import report

        read = around.read
        plans = self._plans(around, found)
        by_module: dict[str, list[Hazard]] = {}
        display: dict[str, str] = {}
        for hazard in found:
            by_module.setdefault(hazard.path, []).append(hazard)
            for path in {hazard.path, *(step.path for step in hazard.steps)}:
                source = read.sources.get(path) or SourceFile.read(Path(path))
                display[path] = source.display_path
                self._found.texts[source.display_path] = source.text
        for path, hazards_here in by_module.items():
            self.findings += report(read.sources[path].text, hazards_here, display, plans)

    def _check_program(self, around: _Surroundings, chosen: set[str]) -> None:
        """Ask the rules that look at the whole program."""
        from reloadlint.rules.checks import check_program
        from reloadlint.rules.program import Program

        def shown(path: str) -> str:
            source = around.read.sources.get(path) or SourceFile.read(Path(path))
            self._found.texts[source.display_path] = source.text
            return source.display_path

        sources, solver = around.read.sources, around.solver
        modules = frozenset(around.scope) | solver.modules.keys()
        program = Program(solver, around.graph, modules, lambda path: sources[path].text)
        reports = [
            report
            for report in check_program(program, self._settings.selected)
            if report.path in chosen
        ]
        for report, planned in zip(reports, self._planned(around, reports), strict=True):
            finding = report.finding(shown)
            if planned is not None:
                finding = msgspec.structs.replace(finding, fix=planned.fix)
                self._note_plan(Place.of(finding), planned, around.read.sources)
            self.findings.append(finding)

    def _planned(self, around: _Surroundings, reports: list[Report]) -> list[Plan | None]:
        """What can be done about each of these reports; None where their rule has no fix."""
        if not any(report.rule.rewritten for report in reports):
            return [None] * len(reports)
        from reloadlint.fixes.plan_reports import plan_report

        project = around.project(self._chosen)
        return [plan_report(project, report) for report in reports]

    def _note_plan(self, place: Place, made: Plan, sources: dict[str, SourceFile]) -> None:
        """Keep a plan, and what it would write, for who wants to."""
        from reloadlint.fixes.rewrites import rewrites_of

        self.plans[place] = made
        if made.draft is not None:
            self._rewrites[place] = tuple(rewrites_of(made.draft.edits, sources))

    def _plans(self, around: _Surroundings, found: list[Hazard]) -> dict[Hazard, Fix]:
        """The fix of each hazard; the plans behind them are kept for who wants to write them."""
        if not found:
            return {}
        from reloadlint.fixes.draft import Wishes, wishes_for
        from reloadlint.fixes.plan import plan

        wishes, own = self._wishes or Wishes(), self._settings.strategy
        project, sources = around.project(self._chosen), around.read.sources
        plans = {hazard: plan(hazard, project, wishes_for(hazard, wishes, own)) for hazard in found}
        for hazard, made in plans.items():
            shown = sources[hazard.path].display_path
            self._note_plan(Place(shown, hazard.span, hazard.in_guard), made, sources)
        return {hazard: made.fix for hazard, made in plans.items()}

    def result(self, files: int) -> Result:
        """Everything found, in the order in which it is reported."""
        rewrites = {f: made for f in self.findings if (made := self._rewrites.get(Place.of(f)))}
        return result_of(self._found, self._settings, files, rewrites)


def _facts(read: _Read, module: Module) -> ModuleFacts | None:
    if module.path not in read.imports:
        return None
    if module.path in read.facts:
        return read.facts[module.path]
    source = read.sources[module.path]
    try:
        return module_facts(source.text)
    except InvalidSyntax as error:
        read.problems[module.path] = _unparsable(source, error)
        return None


def _unparsable(source: SourceFile, error: InvalidSyntax) -> Finding:
    message = f"cannot be parsed: {error}"
    return invalid_file(source.display_path, error.line, error.column, message)


def _cache_folder(settings: Settings, root: Path) -> Path | None:
    if not settings.cache:
        return None
    return Path(settings.cache_dir) if settings.cache_dir else root / ".reloadlint_cache"


def _installed_names() -> frozenset[str]:
    """Names of libraries that the catalogue knows: a folder of that name doesn't hide them."""
    return frozenset(entry.name.partition(".")[0] for entry in catalogue.load()) | {"flask"}


def _inside(root: Path, path: Path) -> str:
    """A path relative to the root; one from elsewhere keeps its whole way."""
    try:
        return PurePosixPath(path.relative_to(root)).as_posix()
    except ValueError:
        return path.as_posix().lstrip("/")
