"""Fixes taken in rounds, each proved on the texts before it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

import msgspec

from reloadlint.effects.hazards import Hazard
from reloadlint.findings import Finding
from reloadlint.fixes.draft import Draft, Plan
from reloadlint.fixes.edits import Edit, Overlap, applied
from reloadlint.fixes.proof import Disproof, Eager, Replaced, unproved_text
from reloadlint.fixes.reading.stars import brought_by_stars
from reloadlint.fixes.together import Together, edits_of
from reloadlint.fixes.writing.import_order import kept_in_order

Texts: TypeAlias = Mapping[str, str]
"""Texts by path relative to the project's root."""


class Checked(msgspec.Struct, frozen=True):
    """What a check of the project found: findings, the plan for each, and all texts."""

    findings: tuple[Finding, ...]
    plans: Mapping[Finding, Plan]
    texts: Texts


class Fixed(msgspec.Struct, frozen=True):
    """What became of one finding: `reason` is None if it is fixed, else why it isn't.

    `note` says what was done. `paths` are the files of the fix, relative to the project's root.
    """

    finding: Finding
    reason: str | None
    note: str = ""
    paths: tuple[str, ...] = ()


class Repaired(msgspec.Struct, frozen=True):
    """A project after all rounds: what became of each finding, and the texts that changed."""

    outcomes: tuple[Fixed, ...]
    texts: dict[str, str]


class Rounds:
    """One project's fixing.

    Args:
        check: checks the project with some texts in place of its own.
        unsafe: also make fixes that are not safe.
    """

    def __init__(self, check: Callable[[Texts], Checked], *, unsafe: bool) -> None:
        self._check = check
        self._allowed = ("safe", "unsafe") if unsafe else ("safe",)
        self._texts: dict[str, str] = {}
        self._failed: dict[_Key, str] = {}
        self._waiting: set[_Key] = set()
        self._open: dict[_Key, list[Finding]] = {}
        self._fixed: dict[Finding, Draft] = {}

    def run(self) -> Repaired:
        """Fix what can be fixed, until nothing is left to do."""
        first = state = self._check({})
        for finding in first.findings:
            self._open.setdefault(_key(finding), []).append(finding)
        while chosen := self._choose(state):
            state = self._attempt(state, chosen)
        return Repaired(tuple(self._outcomes(first, state)), self._texts)

    def _choose(self, state: Checked) -> list[Finding]:
        """Findings whose fixes are the same, whichever of them is made first."""
        chosen: list[Finding] = []
        together, held = Together(state.texts), set[str]()
        for finding in self._in_turn(state.findings):
            plan = None if finding.path in held else self._plan(state, finding)
            if plan is None:
                continue
            draft = self._allowed_draft(plan, [state.plans[other].hazard for other in chosen])
            waited = plan.after is not None
            if draft is not None and together.takes(draft, waited=waited):
                chosen.append(finding)
            elif draft is not None or (waited and finding.path in {f.path for f in chosen}):
                held.add(finding.path)
        return chosen

    def _in_turn(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those last that had to wait for another one, and the last of them first."""
        waiting = [finding for finding in findings if _key(finding) in self._waiting]
        return [f for f in findings if _key(f) not in self._waiting] + waiting[::-1]

    def _plan(self, state: Checked, finding: Finding) -> Plan | None:
        """What can be done about a finding, unless that was tried."""
        plan = None if _key(finding) in self._failed else state.plans.get(finding)
        if plan is not None and plan.after is not None:
            self._waiting.add(_key(finding))
        return plan

    def _allowed_draft(self, plan: Plan, chosen: Sequence[Hazard | None]) -> Draft | None:
        """The draft that may be made: by itself, or with the one that it has to wait for."""
        if plan.after is None:
            return plan.draft if plan.fix.applicability in self._allowed else None
        joining = plan.joining if plan.after in chosen else None
        return None if joining and joining.doubts and "unsafe" not in self._allowed else joining

    def _attempt(self, state: Checked, chosen: Sequence[Finding]) -> Checked:
        """The state after these fixes, or after those of them that hold."""
        try:
            texts, after = self._proved(state, chosen)
        except Disproof as disproof:
            if len(chosen) == 1:
                self._failed[_key(chosen[0])] = disproof.reason
                return state
            return self._attempt(state, chosen[: len(chosen) // 2])
        self._texts.update(texts)
        self._fixed |= {self._as_first_found(state, f): _draft(state, f) for f in chosen}
        for key, found in self._open.items():
            self._open[key] = [finding for finding in found if finding not in self._fixed]
        return after

    def _as_first_found(self, state: Checked, finding: Finding) -> Finding:
        """A finding as it was before all rounds; of several alike, the one at its place."""
        alike = [other for other in state.findings if _key(other) == _key(finding)]
        found = self._open.get(_key(finding)) or [finding]
        return found[alike.index(finding)] if len(found) == len(alike) else found[0]

    def _proved(self, state: Checked, chosen: Sequence[Finding]) -> tuple[dict[str, str], Checked]:
        made, ordered = (
            [_draft(state, finding) for finding in found]
            for found in (chosen, sorted(chosen, key=state.findings.index))
        )
        edits = edits_of(ordered, made, state.texts)
        texts = {path: _edited(path, state.texts[path], made) for path, made in edits.items()}
        for path, text in texts.items():
            brought = brought_by_stars(text, {**state.texts, **texts})
            if fault := unproved_text(state.texts[path], text, brought):
                raise Disproof(f"{path} {fault}")
            texts[path] = kept_in_order(state.texts[path], text)
        after = self._check({**self._texts, **texts})
        _compare(state.findings, after, chosen, texts)
        return texts, after

    def _outcomes(self, first: Checked, last: Checked) -> list[Fixed]:
        left = Counter(map(_key, last.findings))
        outcomes = []
        for finding in first.findings:
            draft = self._fixed.get(finding)
            if draft is not None:
                outcomes.append(Fixed(finding, None, draft.note, tuple(draft.edits)))
            elif not left[_key(finding)]:
                outcomes.append(Fixed(finding, None, "the fix of another took it away, too"))
            else:
                outcomes.append(Fixed(finding, self._reason(finding)))
        return outcomes

    def _reason(self, finding: Finding) -> str:
        failed = self._failed.get(_key(finding))
        if failed is not None:
            return failed
        if finding.fix is None:
            return "this rule has no fix"
        return finding.fix.reason or "it is left after the other fixes"


_Key: TypeAlias = tuple[str, str, str | None, str | None, tuple[str, ...]]


def _key(finding: Finding) -> _Key:
    """What stays the same of a finding when lines are moved."""
    return (finding.path, finding.code, finding.call, finding.target, finding.effects)


def _edited(path: str, text: str, edits: Sequence[Edit]) -> str:
    try:
        return applied(text, edits)
    except Overlap as error:
        raise Disproof(f"its edits of {path} overlap {error}") from error


def _draft(state: Checked, finding: Finding) -> Draft:
    draft = state.plans[finding].draft or state.plans[finding].joining
    assert draft is not None
    return draft


def _called(finding: Finding) -> str:
    """The last part of what a finding's call calls."""
    return (finding.call or "").rpartition(".")[2]


def _compare(
    before: Sequence[Finding],
    after: Checked,
    fixed: Sequence[Finding],
    changed: Collection[str],
) -> None:
    """See that the fixed findings are gone and no other has come; `changed` are the fix's files."""
    counted, left = Counter(map(_key, before)), Counter(map(_key, after.findings))
    for finding, key in ((finding, _key(finding)) for finding in fixed):
        if left[key] >= counted[key]:
            raise Disproof(f"{finding.code} is still reported")
    new = left - counted
    for finding in (finding for finding in after.findings if _key(finding) in new):
        if finding.code == "RL302":
            raise Eager(f"a hook in {finding.path}")
        called, plan = _called(finding), after.plans.get(finding)
        elsewhere = plan is not None and plan.hazard and plan.hazard.path not in changed
        if called and (elsewhere or called in {_called(one) for one in fixed}):
            raise Replaced(f"`{called}()` in {finding.path}")
        raise Disproof(f"{finding.code} would be reported in {finding.path}")
