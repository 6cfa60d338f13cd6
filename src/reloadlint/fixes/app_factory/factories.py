"""All applications of a project get their factories, one after the other, each proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec

from reloadlint.findings import Finding
from reloadlint.fixes.app_factory.making import draft_factory
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Overlap, applied
from reloadlint.fixes.proof import Disproof, unproved_text
from reloadlint.fixes.reading.applications import Application, applications
from reloadlint.fixes.reading.guards import in_main_guard
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.stars import brought_by_stars
from reloadlint.fixes.rounds import Checked, Fixed, Texts

_NOT_ASKED = "a factory changes how the application is imported; `--unsafe-fixes` writes it"

_TAKEN = "it happens where the factory makes an application now, not while the module is loaded"


class Factory(msgspec.Struct, frozen=True):
    """What became of one global application: `reason` is None if it has a factory, else why not.

    `path` and `line` are where the application is made; `note` says what was done, `paths` are the
    files that it took.
    """

    path: str
    line: int
    reason: str | None
    note: str = ""
    paths: tuple[str, ...] = ()


class Factories:
    """Writes the factories of one project.

    Args:
        check: checks the project with some texts in place of its own.
        project: the project with these texts.
        unsafe: write what is not safe, which no factory is.
    """

    def __init__(
        self,
        check: Callable[[Texts], Checked],
        project: Callable[[Texts], Project],
        *,
        unsafe: bool,
    ) -> None:
        self._check = check
        self._project = project
        self._unsafe = unsafe
        self._done: set[tuple[str, str]] = set()
        self.texts: dict[str, str] = {}
        self.made: list[Factory] = []

    def run(self, texts: Mapping[str, str]) -> None:
        """Make all factories, starting from these texts."""
        self.texts = dict(texts)
        project = self._project(self.texts)
        while (group := next(self._pending(project), None)) is not None:
            app = group[0]
            self._done.add((app.tree.path, app.name))
            made = self._made(project, group)
            self.made.append(made)
            if made.reason is None:
                project = self._project(self.texts)

    def outcomes(self, known: Sequence[Fixed]) -> tuple[Fixed, ...]:
        """What became of the findings: a factory may have taken some away."""
        made = [path for factory in self.made for path in factory.paths]
        left = Counter(map(_kind, self._check(self.texts).findings)) if made else Counter()
        found = []
        for outcome in known:
            left[_kind(outcome.finding)] -= outcome.reason is not None
            gone = outcome.reason is not None and left[_kind(outcome.finding)] < 0
            found.append(Fixed(outcome.finding, None, _TAKEN, ()) if gone and made else outcome)
        return tuple(found)

    @property
    def any_made(self) -> bool:
        """Whether anything was rewritten."""
        return any(made.reason is None for made in self.made)

    def _pending(self, project: Project) -> Iterator[list[Application]]:
        """The global applications, by module, that nothing has been done about."""
        by_module: dict[str, list[Application]] = {}
        for app in _applications(project):
            if app.function is None and not in_main_guard(app.tree, app.statement):
                by_module.setdefault(app.tree.path, []).append(app)
        for group in by_module.values():
            if (group[0].tree.path, group[0].name) not in self._done:
                yield group

    def _made(self, project: Project, group: Sequence[Application]) -> Factory:
        app = group[0]
        path, line = app.tree.path, app.tree.line(app.statement)
        try:
            draft = _drafted(project, group)
            if not self._unsafe:
                raise Refusal(_NOT_ASKED)
            texts = self._proved(project, draft)
        except Refusal as refusal:
            return Factory(path, line, str(refusal))
        except Disproof as disproof:
            reason = f"the factory was dropped: {disproof}; please report it with this file"
            return Factory(path, line, reason)
        self.texts.update(texts)
        return Factory(path, line, None, draft.note, tuple(sorted(texts)))

    def _proved(self, project: Project, draft: Draft) -> dict[str, str]:
        texts = {path: _edited(project, path, draft) for path in draft.edits}
        for path, text in texts.items():
            brought = brought_by_stars(text, {**project.texts, **texts})
            if fault := unproved_text(project.texts[path], text, brought):
                raise Disproof(f"{path} {fault}")
        before, after = self._check(self.texts), self._check({**self.texts, **texts})
        _compare(before.findings, after.findings)
        return {path: text for path, text in texts.items() if text != project.texts[path]}


def _applications(project: Project) -> Iterator[Application]:
    """The applications of the chosen files; none of one that can't be rewritten."""
    for path in sorted(project.chosen & project.texts.keys()):
        with suppress(Refusal):
            yield from applications(project, {path})


def _edited(project: Project, path: str, draft: Draft) -> str:
    try:
        return applied(project.texts[path], draft.edits[path])
    except Overlap as error:
        raise Disproof(f"its edits of {path} overlap {error}") from error


def _drafted(project: Project, group: Sequence[Application]) -> Draft:
    """The rewrite of a module's application.

    Raises:
        Refusal: it can't be kept as it is, or other files would have to be changed.
    """
    if len(group) > 1:
        lines = ", ".join(str(app.tree.line(app.statement)) for app in group)
        raise Refusal(f"{group[0].tree.path} makes several applications (lines {lines})")
    draft = draft_factory(project, group[0])
    outside = sorted(path for path, edits in draft.edits.items() if edits)
    outside = [path for path in outside if path not in project.chosen]
    if outside:
        raise Refusal(f"`{outside[0]}` would have to be changed too; name it among the paths")
    return draft


def _compare(before: Sequence[Finding], after: Sequence[Finding]) -> None:
    """See that nothing new has come: what was done while loading may be done by the factory."""
    new = Counter(map(_kind, after)) - Counter(map(_kind, before))
    if new:
        path, kind = next(iter(new))
        raise Disproof(f"{kind} would be reported in {path}")


def caught_up(known: Sequence[Fixed], later: Sequence[Fixed]) -> tuple[Fixed, ...]:
    """What became of the findings when some that were left could be fixed in the factory."""
    outcomes = list(known)
    for fixed in later:
        if fixed.reason is None:
            alike = (n for n, one in enumerate(outcomes) if _is_left(one, fixed.finding))
            place = next(alike, len(outcomes))
            first = outcomes[place].finding if place < len(outcomes) else fixed.finding
            outcomes[place : place + 1] = [msgspec.structs.replace(fixed, finding=first)]
    return tuple(outcomes)


def _is_left(outcome: Fixed, finding: Finding) -> bool:
    return outcome.reason is not None and _kind(outcome.finding) == _kind(finding)


def _kind(finding: Finding) -> tuple[str, str]:
    """What stays the same of a finding when it moves into the factory."""
    return finding.path, ", ".join(finding.effects) or finding.code
