"""Ties the rooms together once more: from paths to what `fix` would write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint.errors import UsageError
from reloadlint.fixes.app_factory.factories import Factories, Factory, caught_up
from reloadlint.fixes.draft import Wishes
from reloadlint.fixes.files import Change, WriteError, write_all
from reloadlint.fixes.planned import Plans
from reloadlint.fixes.removal import REMOVED, removals
from reloadlint.fixes.rounds import Checked, Fixed, Rounds
from reloadlint.fixes.unfinished import finish
from reloadlint.linter.checking import Check, Place
from reloadlint.linter.memory import Memory
from reloadlint.linter.reading import Progress
from reloadlint.linter.targets import inside, overlay_of, targets_of

if TYPE_CHECKING:
    from reloadlint.findings import Finding
    from reloadlint.fixes.draft import Plan
    from reloadlint.fixes.reading.project import Project
    from reloadlint.settings import Settings
    from reloadlint.source import SourceFile


def fix_project(
    paths: Sequence[Path],
    settings: Settings,
    *,
    wishes: Wishes = Wishes(),  # noqa: B008
    unsafe: bool = False,
    stdin: SourceFile | None = None,
    progress: Progress | None = None,
) -> Repair:
    """Work out what `fix` would write, and what is left. Nothing is written.

    Args:
        wishes: which strategy, how the object is reached, when it is opened, and whether global
            applications get factories.
        unsafe: also make the fixes that are not safe.
        paths, settings, stdin, progress: as for `check_project`.

    Raises:
        UsageError: a path that is not there, or wishes that contradict each other.
    """
    _agree(wishes)
    wishes = msgspec.structs.replace(wishes, unsafe=unsafe, general=True)
    targets = targets_of(paths, settings, stdin)
    repair = Repair(list(targets.problems), [])
    for root, files in targets.by_root.items():
        work = _Work(root, files, settings, overlay_of(stdin), progress, wishes, paths)
        repaired = Rounds(work.check, unsafe=unsafe).run()
        outcomes, texts = repaired.outcomes, repaired.texts
        if wishes.app_factory:
            factories = Factories(work.check, work.project, unsafe=unsafe)
            factories.run(texts)
            outcomes, texts = factories.outcomes(outcomes), factories.texts
            if factories.any_made:  # what stands in a factory may be cured where it stands now
                again = Rounds(partial(work.check_beyond, texts), unsafe=unsafe).run()
                outcomes = caught_up(outcomes, again.outcomes)
                texts = {**texts, **again.texts}
            repair.factories += [work.shown_factory(made) for made in factories.made]
        repair.outcomes += [work.shown(outcome) for outcome in outcomes]
        repair.changes += work.changes(texts)
    return repair


def finish_project(paths: Sequence[Path], settings: Settings) -> list[str]:
    """End what runs that were killed while they wrote have left in `paths`; a line about each."""
    folders: set[Path] = set()
    for root, files in targets_of(paths, settings, None).by_root.items():
        for file in files:
            folders |= {folder for folder in file.parents if folder.is_relative_to(root)}
    return finish(sorted(folders))


def _agree(wishes: Wishes) -> None:
    """Only what is opened for each request can be opened before it."""
    if wishes.before_request and wishes.strategy not in ("auto", "g"):
        raise UsageError(
            f"--before-request is for strategy g, not for {wishes.strategy}; "
            "leave out one of the two"
        )


class Repair(msgspec.Struct):
    """What `fix` has worked out: files that are no Python, what became of each finding and, where
    that was asked for, of each global application, and the changes to files."""

    problems: list[Finding]
    outcomes: list[Fixed]
    changes: list[Change] = []
    factories: list[Factory] = []

    @property
    def left(self) -> bool:
        """Whether anything is left to report when the changes are written."""
        made: list[Fixed | Factory] = [*self.outcomes, *self.factories]
        return bool(self.problems) or any(one.reason is not None for one in made)

    @property
    def found(self) -> bool:
        """Whether there was anything to do or to say."""
        return bool(self.outcomes or self.problems or self.factories)

    def groups(self) -> list[list[Change]]:
        """The changes in groups that share no fix: each is written as a whole or not at all."""
        groups: list[list[Change]] = []
        for change in self.changes:
            shown = change.source.display_path
            made: list[Fixed | Factory] = [*self.outcomes, *self.factories]
            fixes = [set(one.paths) for one in made if shown in one.paths]
            linked = set().union({shown}, *fixes)
            near = [g for g in groups if any(c.source.display_path in linked for c in g)]
            groups = [g for g in groups if g not in near]
            groups.append([change, *(c for g in near for c in g)])
        return groups

    def write(self) -> list[str]:
        """Write the changes, group by group; what went wrong, in a line each."""
        failures = (self._attempt(group) for group in self.groups())
        return [failure for failure in failures if failure is not None]

    def _attempt(self, group: Sequence[Change]) -> str | None:
        try:
            write_all(group)
        except WriteError as error:
            self.undo(group, str(error))
            return str(error)
        return None

    def undo(self, group: Sequence[Change], reason: str) -> None:
        """Note that a group of changes could not be written."""
        paths = {change.source.display_path for change in group}
        self.outcomes = [
            msgspec.structs.replace(o, reason=reason) if paths & set(o.paths) else o
            for o in self.outcomes
        ]
        self.factories = [
            msgspec.structs.replace(f, reason=reason) if paths & set(f.paths) else f
            for f in self.factories
        ]


class _Work:
    """One project that is being fixed."""

    def __init__(
        self,
        root: Path,
        files: Sequence[Path],
        settings: Settings,
        overlay: dict[Path, SourceFile],
        progress: Progress | None,
        wishes: Wishes,
        named: Sequence[Path],
    ) -> None:
        self._root = root
        self._named = named
        self._files = files
        self._settings = settings
        self._overlay = overlay
        self._progress = progress
        self._wishes = wishes
        self._sources: dict[str, SourceFile] = {}
        self._memory = Memory()
        self._last: list[Check] = []

    def check(self, texts: Mapping[str, str]) -> Checked:
        """Check the project with these texts in place of its own."""
        check = self._check_of(texts)
        self._last = [*self._last[-1:], check]  # the trees of one round serve the next
        sources = check.project(self._root, self._files)
        self._sources = self._sources or sources
        result = check.result(0)
        removed = removals(result, {s.display_path: (p, s.text) for p, s in sources.items()})
        plans = Plans(result.findings, removed, partial(self._planned, check))
        return Checked(result.findings, plans, {path: s.text for path, s in sources.items()})

    def check_beyond(self, before: Mapping[str, str], texts: Mapping[str, str]) -> Checked:
        """The same with other texts, of which these are the newer ones."""
        return self.check({**before, **texts})

    def _planned(self, check: Check, finding: Finding) -> Plan | None:
        """What can be done about a finding; the first check has planned all, as `check` does."""
        return check.plans.get(Place.of(finding)) or check.plan_of(finding, self._wishes)

    def project(self, texts: Mapping[str, str]) -> Project:
        """The project with these texts in place of its own."""
        chosen = frozenset(inside(self._root, file) for file in self._files)
        return self._check_of(texts).understand(self._root, self._files).project(chosen)

    def _check_of(self, texts: Mapping[str, str]) -> Check:
        changed = {
            self._sources[path].path.absolute(): msgspec.structs.replace(
                self._sources[path], text=text
            )
            for path, text in texts.items()
        }
        overlay, again = {**self._overlay, **changed}, bool(self._sources)
        memory = self._memory if again else None
        return Check(
            self._settings, overlay, self._progress, self._wishes, memory=memory, later=again
        )

    def shown_factory(self, made: Factory) -> Factory:
        """What became of an application, with its files as reports name them."""
        paths = tuple(self._sources[path].display_path for path in made.paths)
        path = self._sources[made.path].display_path
        return msgspec.structs.replace(made, path=path, paths=paths)

    def shown(self, outcome: Fixed) -> Fixed:
        """An outcome with its files as reports name them."""
        paths = tuple(self._sources[path].display_path for path in outcome.paths)
        removed = outcome.finding.code == "RL900" and outcome.reason is None
        note = REMOVED if removed else outcome.note
        return msgspec.structs.replace(outcome, paths=paths, note=note)

    def changes(self, texts: Mapping[str, str]) -> list[Change]:
        """The changes that give the files these texts."""
        sources = ((self._sources[path], text) for path, text in sorted(texts.items()))
        return [Change(source, text, self._leads_out(source.path)) for source, text in sources]

    def _leads_out(self, file: Path) -> bool:
        """Whether a file is a link to one that is neither in the project nor named."""
        inside = (self._root.resolve(), *(path.resolve() for path in self._named))
        return not any(file.resolve().is_relative_to(folder) for folder in inside)
