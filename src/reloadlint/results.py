"""From everything that was found to what is reported: selection, suppression, baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from reloadlint import baseline
from reloadlint.findings import Finding, Result, Rewrite, Summary
from reloadlint.fixes.removal import removal
from reloadlint.rules.unused_suppression import suppress
from reloadlint.settings.per_file import Choice

if TYPE_CHECKING:
    from reloadlint.settings import Settings


class Found(msgspec.Struct):
    """What a run has come by: findings, the texts they are about, those of files with comments
    that may suppress, the files that were asked for, and those that could not be followed to
    their end."""

    findings: list[Finding] = []
    texts: dict[str, str] = {}
    commented: dict[str, str] = {}
    checked: set[str] = set()
    cut_short: set[str] = set()
    flask_modules: int = 0


def result_of(
    found: Found, settings: Settings, files: int, rewrites: Mapping[Finding, Iterable[Rewrite]]
) -> Result:
    """What is reported, in that order."""
    choice = Choice(settings)
    selected = [f for f in found.findings if choice.reports(f.path, f.code)]
    suppressed = suppress(selected, found.commented, choice.reports)
    texts = found.commented | found.texts
    left = _without_known(suppressed.kept, settings, texts, found.checked)
    reported = tuple(sorted(left.kept, key=lambda finding: finding.sort_key))
    removals = {
        finding: (removal(finding.path, texts[finding.path], *unused),)
        for finding, unused in suppressed.unused.items()
    }
    written = {f: made for f, made in {**rewrites, **removals}.items() if _is_allowed(f, settings)}
    shown = {e.path for f in reported for e in f.evidence} | {f.path for f in reported}
    return Result(
        reported,
        Summary(files, found.flask_modules, len(reported), suppressed.number, left.covered),
        {path: text for path, text in texts.items() if path in shown},
        {n: tuple(written[f]) for n, f in enumerate(reported) if f in written},
        tuple(_described(known) for known in left.removable),
        tuple(sorted(found.cut_short)),
    )


def _is_allowed(finding: Finding, settings: Settings) -> bool:
    """Whether a fix is one that may be offered."""
    fitting = ("safe", "unsafe") if settings.unsafe_fixes else ("safe",)
    return finding.fix is not None and finding.fix.applicability in fitting


def _without_known(
    findings: list[Finding], settings: Settings, texts: Mapping[str, str], checked: set[str]
) -> baseline.Compared:
    if settings.baseline is None:
        return baseline.Compared(findings, 0, ())
    path = Path(settings.baseline)
    return baseline.compare(baseline.read(path), path.parent, findings, texts, checked)


def _described(known: baseline.Known) -> str:
    times = f" ({known.count} times)" if known.count > 1 else ""
    return f"{known.path}: {known.code}: {known.statement.splitlines()[0]}{times}"
