"""What a change in one file most likely means for it, known before everything is analysed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import msgspec

from reloadlint.findings import Finding
from reloadlint.source import split_lines

_Key: TypeAlias = tuple[str, str, str | None]


def merged(
    known: Sequence[Finding],
    before: Sequence[Finding],
    after: Sequence[Finding],
    moved: Callable[[int], int],
) -> list[Finding]:
    """A file's findings after a change.

    Seen alone, with what it imports, a file may have other findings than in the whole program.
    What counts of them is what the change has made come and go.

    Args:
        known: those in the whole program, before the change.
        before, after: those of the file alone.
        moved: where a line has come to be.
    """
    whole, alone = Counter(map(_key, known)), Counter(map(_key, before))
    wrong = alone - whole
    shown = list(_without(after, wrong))
    unseen = whole - alone
    return sorted([*shown, *_moved(known, unseen, moved)], key=lambda finding: finding.sort_key)


def _without(findings: Iterable[Finding], left_out: Counter[_Key]) -> Iterable[Finding]:
    left = left_out.copy()
    for finding in findings:
        if left[_key(finding)] > 0:
            left[_key(finding)] -= 1
        else:
            yield finding


def _moved(
    findings: Iterable[Finding], wanted: Counter[_Key], moved: Callable[[int], int]
) -> Iterable[Finding]:
    left = wanted.copy()
    for finding in findings:
        if left[_key(finding)] > 0:
            left[_key(finding)] -= 1
            start, end = moved(finding.line), moved(finding.end_line)
            yield msgspec.structs.replace(finding, line=start, end_line=end)


def _key(finding: Finding) -> _Key:
    return (finding.code, finding.message, finding.call)


def movement(before: str, after: str) -> Callable[[int], int]:
    """Where the lines of a text are in another: those below the change move with the end."""
    old, new = split_lines(before), split_lines(after)
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return lambda line: line if line <= same else max(line + len(new) - len(old), 1)
