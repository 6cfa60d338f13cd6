"""Writing a suppression comment for each finding, at a line's end where a comment can stand."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from reloadlint.findings import Finding, Result, Rewrite
from reloadlint.source import split_lines
from reloadlint.suppressions import Comment, comments_of, reach

_NEVER = ("RL900", "RL901")


class Added(NamedTuple):
    """The rewrites by path, for how many findings, and those that no comment can suppress."""

    rewrites: dict[str, list[Rewrite]]
    number: int
    left: list[Finding]


def ignores(result: Result, reason: str) -> Added:
    """What to write so that nothing is reported any more."""
    added = Added({}, 0, [])
    for path, found in groupby(result.findings, key=lambda finding: finding.path):
        findings = list(found)
        places = _places(findings, result.sources.get(path, ""))
        added.left.extend(f for f in findings if f not in places)
        if places:
            added.rewrites[path] = list(_rewrites(places, result.sources[path], reason))
            added = added._replace(number=added.number + len(places))
    return added


def _places(findings: Iterable[Finding], text: str) -> dict[Finding, int]:
    """For each finding the line at whose end its comment goes."""
    free = _lines_with_an_end(text)
    places = {}
    for finding in findings:
        lines = [line for line in reach(text, finding) if line in free]
        below = [line for line in lines if line >= finding.line]
        if lines and finding.code not in _NEVER:
            places[finding] = (below or lines)[0]
    return places


def _lines_with_an_end(text: str) -> set[int]:
    """The lines behind which a comment can stand: no string and no backslash goes on there."""
    lines = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT):
                lines.add(token.start[0])
    except (tokenize.TokenError, SyntaxError):
        return set()
    return lines


def _rewrites(places: Mapping[Finding, int], text: str, reason: str) -> Iterable[Rewrite]:
    lines = split_lines(text)
    own = {c.line: c for c in comments_of(text) if not c.foreign and not c.whole_file}
    for line in sorted(set(places.values())):
        codes = sorted({f.code for f, at in places.items() if at == line})
        path = next(iter(places)).path
        known = own.get(line)
        if known is not None and known.codes is not None:
            yield _extended(path, known, codes, lines)
        else:
            end = len(lines[line - 1].rstrip()) + 1
            comment = f"  # reloadlint: ignore[{', '.join(codes)}] {reason}".rstrip()
            yield Rewrite(path, line, end, line, end, comment)


def _extended(path: str, known: Comment, codes: Sequence[str], lines: Sequence[str]) -> Rewrite:
    """More codes for a comment that is there."""
    start = lines[known.line - 1].index("[", known.start - 1) + 1
    listed = ", ".join(sorted({*(known.codes or ()), *codes} - {""}))
    return Rewrite(path, known.line, start + 1, known.line, known.stop - 1, listed)
