"""Taking a suppression out of a text, or some of its codes: what to put in its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from reloadlint.findings import Finding, Fix, Result, Rewrite
from reloadlint.fixes.draft import Draft, Plan
from reloadlint.fixes.rewrites import edits_of
from reloadlint.source import split_lines
from reloadlint.suppressions import Comment

REMOVED = "the suppression is removed"

_CODES = re.compile(r"[A-Za-z]+[0-9]+")
_NEXT = re.compile(r"\s+#")


def removals(result: Result, files: Mapping[str, tuple[str, str]]) -> dict[Finding, Plan]:
    """The plans for RL900: for the first of a file's, one that removes all of them.

    Args:
        result: what was found, with the rewrites.
        files: for each path that findings have, the project's own path and the text.
    """
    by_file: dict[str, list[int]] = {}
    for number, finding in enumerate(result.findings):
        if finding.code == "RL900":
            by_file.setdefault(finding.path, []).append(number)
    plans = {}
    for shown, numbers in by_file.items():
        path, text = files[shown]
        edits = edits_of((each for n in numbers for each in result.rewrites[n]), text)
        draft = Draft({path: edits}, note=REMOVED)
        plans[result.findings[numbers[0]]] = Plan(None, Fix("remove", "safe", None), draft)
    return plans


def removal(path: str, text: str, comment: Comment, codes: Collection[str]) -> Rewrite:
    """The rewrite that takes these codes (none: all of it) out of a comment in the file `path`."""
    line = split_lines(text)[comment.line - 1]
    listed = sorted(comment.codes or ())
    if codes and set(listed) - set(codes):
        return _fewer(path, line, comment, codes)
    return _none(path, line, comment)


def _fewer(path: str, line: str, comment: Comment, codes: Collection[str]) -> Rewrite:
    """Leave the other codes in their order, with the separators that stood before them."""
    start = line.index(":" if comment.foreign else "[", comment.start - 1) + comment.foreign
    old = line[start : comment.stop - 1]
    kept = [code for code in _CODES.findall(old) if code.upper() not in codes]
    separator = ", " if "," in old else " "
    lead, end = ("[", "]") if not comment.foreign else (old[: len(old) - len(old.lstrip())], "")
    new = f"{lead}{separator.join(kept)}{end}"
    return Rewrite(path, comment.line, start + 1, comment.line, comment.stop, new)


def _none(path: str, line: str, comment: Comment) -> Rewrite:
    """Take it out with its reason and the space before it; a line of its own goes as a whole."""
    start, stop = comment.start - 1, comment.end_column - 1
    if following := _NEXT.search(line, comment.stop - 1, stop):
        return _cut(path, comment.line, start, following.end() - 1)
    before = len(line[:start].rstrip(" \t"))
    if not line[:before] and not line[stop:].strip():
        return Rewrite(path, comment.line, 1, comment.line + 1, 1, "")
    return _cut(path, comment.line, before, stop)


def _cut(path: str, line: int, start: int, stop: int) -> Rewrite:
    return Rewrite(path, line, start + 1, line, stop + 1, "")
