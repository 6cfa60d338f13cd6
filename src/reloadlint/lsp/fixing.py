"""Fixes of what is shown in the editor, worked out on the texts that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reloadlint.findings import Finding, Fix
from reloadlint.fixes.draft import Plan, Wishes
from reloadlint.fixes.edits import applied
from reloadlint.fixes.ignoring import ignores
from reloadlint.fixes.plan import STRATEGIES
from reloadlint.fixes.removal import removals
from reloadlint.fixes.rewrites import edits_of
from reloadlint.fixes.rounds import Checked, Repaired, Rounds
from reloadlint.linter.checking import Check
from reloadlint.lsp.area import Area, absolute
from reloadlint.source import SourceFile

if TYPE_CHECKING:
    from reloadlint.findings import Result

Changed = dict[Path, tuple[str, str]]
"""The files that change, with their text before and after."""

Key = tuple[str, int, int, int, int]
"""A finding's code and place, by which a client's request names it."""


class NotFixed(Exception):  # noqa: N818 - named as what it says
    """Nothing is to be changed; the message says why, in one sentence without an end."""


class Option(NamedTuple):
    """One way to fix a finding; `preferred` if it is the one that `fix` would take."""

    fix: Fix
    preferred: bool


def key_of(finding: Finding) -> Key:
    """What names a finding in its file."""
    return (finding.code, finding.line, finding.column, finding.end_line, finding.end_column)


class Fixing:
    """One project, with the texts of open documents in place of its files'.

    Args:
        area: the folder that it lies in.
        overlay: the open documents' texts.
        root: where the project begins.
        files: those that are reported on.
    """

    def __init__(
        self,
        area: Area,
        overlay: Mapping[Path, SourceFile],
        root: Path,
        files: Sequence[Path],
    ) -> None:
        self._settings = area.settings
        self._memory = area.fixing_memory
        self._overlay = overlay
        self._root = root
        self._files = files
        self._sources: dict[str, SourceFile] = {}

    def options(self, path: Path, keys: Sequence[Key]) -> dict[Key, list[Option]]:
        """For each of these findings of a file, the ways to fix it."""
        check, result = self._check({})
        found = {key_of(finding): finding for finding in _of(result, path)}
        return {key: self._ways(check, result, found[key]) for key in keys if key in found}

    def _ways(self, check: Check, result: Result, finding: Finding) -> list[Option]:
        if finding.code == "RL900":
            removed = self._removals(result).items()
            plans = [plan for first, plan in removed if first.path == finding.path][:1]
        else:
            ways = ("auto", *STRATEGIES) if _has_strategies(finding) else ("auto",)
            made = (check.plan_of(finding, Wishes(way)) for way in ways)
            plans = [plan for plan in made if plan is not None and plan.draft is not None]
        options = [Option(plan.fix, preferred=plan is plans[0]) for plan in _distinct(plans)]
        safe = "safe"
        return sorted(options, key=lambda o: (not o.preferred, o.fix.applicability != safe))

    def fix(self, path: Path, key: Key, strategy: str) -> Changed:
        """What fixing one finding with this strategy changes.

        Raises:
            NotFixed: it can't be fixed so.
        """
        wishes = Wishes(strategy if strategy in STRATEGIES else "auto")
        is_removal = key[0] == "RL900"  # those of a file go together

        def wanted(finding: Finding) -> bool:
            alike = finding.code == key[0] if is_removal else key_of(finding) == key
            return alike and absolute(finding.path) == path

        repaired = self._run(wanted, wishes, once=True)
        if not repaired.texts:
            reasons = (fixed.reason for fixed in repaired.outcomes if wanted(fixed.finding))
            raise NotFixed(next(filter(None, reasons), "the finding is gone"))
        return self._changed(repaired)

    def fix_all(self, wanted: Callable[[Path], bool]) -> Changed:
        """What fixing all findings in the wanted files safely changes."""
        repaired = self._run(lambda f: wanted(absolute(f.path)), Wishes(), once=False)
        return self._changed(repaired)

    def suppress(self, path: Path, key: Key, reason: str) -> Changed:
        """What suppressing one finding by a comment changes.

        Raises:
            NotFixed: no comment can suppress it.
        """
        _, result = self._check({})
        own = tuple(finding for finding in _of(result, path) if key_of(finding) == key)
        added = ignores(msgspec.structs.replace(result, findings=own), reason)
        if not added.rewrites:
            raise NotFixed("the finding is gone, or no comment can stand there")
        source = next(s for s in self._sources.values() if s.path == path)
        edits = edits_of(added.rewrites[source.display_path], source.text)
        return {path: (source.text, applied(source.text, edits))}

    def _run(self, wanted: Callable[[Finding], bool], wishes: Wishes, *, once: bool) -> Repaired:
        first = True

        def check(texts: Mapping[str, str]) -> Checked:
            nonlocal first
            made, result = self._check(texts)
            plans = self._plans(made, result, wanted, wishes) if first or not once else {}
            first = False
            return Checked(result.findings, plans, {p: s.text for p, s in self._now.items()})

        return Rounds(check, unsafe=once).run()

    def _changed(self, repaired: Repaired) -> Changed:
        return {
            self._sources[path].path: (self._sources[path].text, text)
            for path, text in repaired.texts.items()
        }

    def _plans(
        self, check: Check, result: Result, wanted: Callable[[Finding], bool], wishes: Wishes
    ) -> dict[Finding, Plan]:
        chosen = [finding for finding in result.findings if wanted(finding)]
        plans = {f: plan for f in chosen if (plan := check.plan_of(f, wishes)) is not None}
        return plans | {f: p for f, p in self._removals(result).items() if f in chosen}

    def _removals(self, result: Result) -> dict[Finding, Plan]:
        return removals(result, {s.display_path: (p, s.text) for p, s in self._now.items()})

    def _check(self, texts: Mapping[str, str]) -> tuple[Check, Result]:
        """A brief check with these texts in place of the project's."""
        overlay = dict(self._overlay)
        for path, text in texts.items():
            source = self._sources[path]
            overlay[source.path] = msgspec.structs.replace(source, text=text)
        check = Check(self._settings, overlay, None, memory=self._memory, brief=True)
        self._now = check.project(self._root, self._files)
        self._sources = self._sources or self._now
        return check, check.result(0)


def _distinct(plans: Sequence[Plan]) -> list[Plan]:
    """The plans without those that write what one before them writes."""
    distinct: list[Plan] = []
    for plan in plans:
        if all(_edits(plan) != _edits(each) for each in distinct):
            distinct.append(plan)
    return distinct


def _edits(plan: Plan) -> object:
    return plan.draft and plan.draft.edits


def _of(result: Result, path: Path) -> list[Finding]:
    return [finding for finding in result.findings if absolute(finding.path) == path]


def _has_strategies(finding: Finding) -> bool:
    """Whether the user may choose the cure: of what loading starts."""
    return finding.code.startswith("RL1") or finding.code == "RL401"
