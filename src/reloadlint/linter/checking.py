"""One run of `check`: what was found, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.hazards import Hazard
from reloadlint.findings import Finding, Result, Rewrite
from reloadlint.linter.reading import Progress, Reader
from reloadlint.linter.surroundings import Surroundings, understand
from reloadlint.linter.targets import inside
from reloadlint.results import Found, result_of
from reloadlint.source import SourceFile
from reloadlint.suppressions import has_marks

if TYPE_CHECKING:
    from reloadlint.facts.records import Span
    from reloadlint.findings import Fix
    from reloadlint.fixes.draft import Plan, Wishes
    from reloadlint.fixes.reading.project import Project
    from reloadlint.linter.memory import Memory
    from reloadlint.rules.program import Report
    from reloadlint.rules.visitor import Syntax
    from reloadlint.settings import Settings


class Place(msgspec.Struct, frozen=True):
    """Where a finding about a hazard stands: the same for both."""

    path: str
    span: Span
    in_guard: bool

    @classmethod
    def of(cls, finding: Finding) -> Place:
        span = (finding.line, finding.column, finding.end_line, finding.end_column)
        return cls(finding.path, span, finding.code == "RL401")


class Check:
    """One run of `check` over one or more projects.

    Args:
        settings: which rules, which files.
        overlay: texts that stand for what is on disk, by absolute path.
        progress: called with the number of files read and their total.
        wishes: how findings are to be cured.
        memory: what earlier runs have read, and where this one leaves what it reads.
        brief: findings without their fix and target, for which alone a second tree is needed.
        later: findings without their fix; `plan_of` plans it, if it is asked.
    """

    def __init__(
        self,
        settings: Settings,
        overlay: dict[Path, SourceFile],
        progress: Progress | None,
        wishes: Wishes | None = None,
        *,
        memory: Memory | None = None,
        brief: bool = False,
        later: bool = False,
    ) -> None:
        self._settings = settings
        self._found = Found()
        self._wishes = wishes
        self._brief = brief
        self._later = later
        self._reader = Reader(overlay, progress, memory, settings.jobs)
        self.findings = self._found.findings
        self._chosen: frozenset[str] = frozenset()
        self.plans: dict[Place, Plan] = {}
        self._rewrites: dict[Place, tuple[Rewrite, ...]] = {}
        self._libraries: list[set[str]] = []
        self._known: tuple[Surroundings, Project] | None = None
        self._around: Surroundings | None = None
        self._hazards: dict[Place, Hazard] = {}
        self._reports: dict[Place, Report] = {}

    @property
    def libraries(self) -> set[str]:
        """The files of installed libraries that were read."""
        return set().union(*self._libraries)

    def project(
        self, root: Path, wanted: Sequence[Path], *, alone: Path | None = None
    ) -> dict[str, SourceFile]:
        """Check the wanted files of the project at `root`; all its files, by path below that.

        `alone`: only this one of them, and nothing is loaded but that and what it imports.
        """
        around = self._around = self.understand(root, wanted, alone=alone)
        files = wanted if alone is None else [alone]
        chosen, read = {inside(root, file) for file in files}, around.read
        self._chosen = frozenset(chosen)
        self._found.flask_modules += len((around.scope | around.solver.modules.keys()) & chosen)
        self._found.cut_short |= {around.shown(p) for p in around.solver.cut_short & chosen}
        self._report(around, [hazard for hazard in around.found if hazard.path in chosen])
        self._check_program(around, chosen)
        sources = [source for path in chosen if (source := read.sources.get(path))]
        self._found.checked |= {source.display_path for source in sources}
        commented = {s.display_path: s.text for s in sources if has_marks(s.text)}
        self._found.commented |= commented
        self.findings += [read.problems[path] for path in sorted(read.problems.keys() & chosen)]
        return read.sources

    def understand(
        self, root: Path, wanted: Sequence[Path], *, alone: Path | None = None
    ) -> Surroundings:
        """Read the project at `root` with these files, and follow what loading them does."""
        around = understand(root, wanted, self._settings, self._reader, alone)
        self._libraries.append(around.libraries)
        broken = around.read.sources.keys() & around.read.problems.keys()
        sources = (around.read.sources[path] for path in broken)
        self._found.texts |= {source.display_path: source.text for source in sources}
        return around

    def _report(self, around: Surroundings, found: list[Hazard]) -> None:
        if not found:
            return  # libcst is for modules with something to report
        read = around.read
        by_module: dict[str, list[Hazard]] = {}
        display: dict[str, str] = {}
        for hazard in found:
            by_module.setdefault(hazard.path, []).append(hazard)
            for path in {hazard.path, *(step.path for step in hazard.steps)}:
                source = read.sources.get(path) or SourceFile.read(Path(path))
                display[path] = source.display_path
                self._found.texts[source.display_path] = source.text
        if self._brief:
            from reloadlint.rules.visitor import finding

            made = {hazard: finding(hazard, None, display, None) for hazard in found}
            self._hazards = {Place.of(each): hazard for hazard, each in made.items()}
            self.findings += made.values()
            return
        from reloadlint.rules.visitor import report

        plans = {} if self._later else self._plans(around, found)
        for hazard in found:
            shown = display[hazard.path]
            self._hazards[Place(shown, hazard.span, hazard.in_guard)] = hazard
        for path, hazards_here in by_module.items():
            text, syntax = read.sources[path].text, self._syntax(around, path)
            self.findings += report(text, hazards_here, display, plans, syntax)

    def _syntax(self, around: Surroundings, path: str) -> Syntax | None:
        """What the planner of fixes has made of a module's text; None if it could make nothing."""
        from reloadlint.fixes.draft import Refusal
        from reloadlint.rules.visitor import Syntax

        try:
            tree = self._project_of(around).tree(path)
        except Refusal:
            return None
        return Syntax(tree.nodes, tree.position)

    def _check_program(self, around: Surroundings, chosen: set[str]) -> None:
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
            self._reports[Place.of(finding)] = report
            if planned is not None:
                finding = msgspec.structs.replace(finding, fix=planned.fix)
                self._note_plan(Place.of(finding), planned, around.read.sources)
            self.findings.append(finding)

    def plan_of(self, finding: Finding, wishes: Wishes) -> Plan | None:
        """What can be done about a finding of the project checked last; None if it has no fix."""
        from reloadlint.fixes.draft import wishes_for
        from reloadlint.fixes.plan import plan
        from reloadlint.fixes.plan_reports import plan_report

        place, around = Place.of(finding), self._around
        hazard, report = self._hazards.get(place), self._reports.get(place)
        if around is None or not (hazard or report):
            return None
        project = self._project_of(around)
        if hazard is not None:
            return plan(hazard, project, wishes_for(hazard, wishes, self._settings.strategy))
        return plan_report(project, report) if report and report.rule.rewritten else None

    def _planned(self, around: Surroundings, reports: list[Report]) -> list[Plan | None]:
        """What can be done about each of these reports; None where their rule has no fix."""
        if self._brief or self._later or not any(report.rule.rewritten for report in reports):
            return [None] * len(reports)
        from reloadlint.fixes.plan_reports import plan_report

        project = self._project_of(around)
        return [plan_report(project, report) for report in reports]

    def _project_of(self, around: Surroundings) -> Project:
        """The project as the planner wants it: one for all plans, for what it learns on the way."""
        if self._known is None or self._known[0] is not around:
            self._known = (around, around.project(self._chosen))
        return self._known[1]

    def _note_plan(self, place: Place, made: Plan, sources: dict[str, SourceFile]) -> None:
        """Keep a plan, and what it would write, for who wants to."""
        from reloadlint.fixes.rewrites import rewrites_of

        self.plans[place] = made
        if made.draft is not None:
            self._rewrites[place] = tuple(rewrites_of(made.draft.edits, sources))

    def _plans(self, around: Surroundings, found: list[Hazard]) -> dict[Hazard, Fix]:
        """The fix of each hazard; the plans behind them are kept for who wants to write them."""
        if not found:
            return {}
        from reloadlint.fixes.draft import Wishes, wishes_for
        from reloadlint.fixes.plan import plan

        wishes, own = self._wishes or Wishes(), self._settings.strategy
        project, sources = self._project_of(around), around.read.sources
        plans = {hazard: plan(hazard, project, wishes_for(hazard, wishes, own)) for hazard in found}
        for hazard, made in plans.items():
            shown = sources[hazard.path].display_path
            self._note_plan(Place(shown, hazard.span, hazard.in_guard), made, sources)
        return {hazard: made.fix for hazard, made in plans.items()}

    def result(self, files: int) -> Result:
        """Everything found, in the order in which it is reported."""
        rewrites = {f: made for f in self.findings if (made := self._rewrites.get(Place.of(f)))}
        return result_of(self._found, self._settings, files, rewrites)
