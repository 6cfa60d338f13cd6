"""Comments that suppress findings: `# reloadlint: ignore[RL101] reason` and `# noqa: RL101`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence

import msgspec

from reloadlint.findings import Finding
from reloadlint.syntax import InvalidSyntax, parse

_OWN = re.compile(
    r"#\s*reloadlint:\s*ignore(?P<file>-file)?(?![\w-])(?:\s*\[(?P<codes>[^\]]*)\])?", re.I
)
_NOQA = re.compile(
    r"#\s*noqa(?P<listed>\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*))?", re.I
)
_OWN_NOQA = re.compile(r"noqa\s*:[^\n]*\bRL[0-9]", re.I)
_MARKS = ("reloadlint:", "noqa")


class Comment(msgspec.Struct, frozen=True):
    """A comment that suppresses: these codes (None: all), on its line or in the whole file.

    `column` and `end_column` are those of the whole comment, `start` and `stop` of the part that
    suppresses, a reason and a `noqa` of others left out. `alone` if nothing else stands on the
    line; `foreign` if it is a `noqa` that may be meant for another tool.
    """

    line: int
    column: int
    end_column: int
    start: int
    stop: int
    codes: frozenset[str] | None
    whole_file: bool
    alone: bool
    foreign: bool

    def covers(self, code: str) -> bool:
        """Whether this comment is about findings with that code."""
        return self.codes is None or code in self.codes


class Outcome(msgspec.Struct, frozen=True):
    """What is left of a file's findings, how many are suppressed, and by which comments: each
    comment with the codes that it has suppressed."""

    kept: list[Finding]
    suppressed: int
    used: dict[Comment, set[str]]


def has_marks(text: str) -> bool:
    """Whether a text may contain such a comment."""
    return any(mark in text.lower() for mark in _MARKS)


def may_be_unused(text: str) -> bool:
    """Whether a text may contain a comment that RL900 looks at, even where nothing is found."""
    return _MARKS[0] in text.lower() or _OWN_NOQA.search(text) is not None


def apply(text: str, findings: Sequence[Finding]) -> Outcome:
    """Leave out the findings of a file that its comments suppress."""
    comments = list(comments_of(text))
    kept, used = [], {comment: set[str]() for comment in comments}
    extents = _extents(text) if comments else {}
    for finding in findings:
        fitting = [c for c in comments if c.covers(finding.code) and _reaches(c, finding, extents)]
        for comment in fitting:
            used[comment].add(finding.code)
        if not fitting:
            kept.append(finding)
    return Outcome(kept, len(findings) - len(kept), used)


def unused_codes(
    comment: Comment, used: set[str], selected: Callable[[str], bool]
) -> list[str] | None:
    """The codes of a comment that suppress nothing; empty for one without codes.

    Returns:
        None if the comment is needed, or may be meant for a rule that is off or another tool.
    """
    if comment.codes is None:
        is_sure = not comment.foreign and selected("RL101") and selected("RL201")
        return [] if is_sure and not used else None
    if not comment.codes:
        return []  # empty brackets
    ours = {code for code in comment.codes if code.startswith("RL") or not comment.foreign}
    return sorted(code for code in ours - used if selected(code)) or None


def comments_of(text: str) -> Iterator[Comment]:
    """The comments of a text that suppress, in their order."""
    if not has_marks(text):
        return
    try:
        lines = io.StringIO(text, newline=None)  # a carriage return alone ends a line, too
        for token in tokenize.generate_tokens(lines.readline):
            if token.type == tokenize.COMMENT:
                yield from _read(token)
    except (tokenize.TokenError, SyntaxError):
        return


def _read(token: tokenize.TokenInfo) -> Iterator[Comment]:
    """What a comment says; one may say both."""
    alone = not token.line[: token.start[1]].strip()
    own = _OWN.search(token.string)
    if own is not None:
        whole_file = own["file"] is not None
        yield _comment(token, own, alone=alone, whole_file=whole_file, foreign=False)
    noqa = _NOQA.search(token.string)
    if noqa is not None:
        yield _comment(token, noqa, alone=alone, whole_file=False, foreign=True)


def _comment(
    token: tokenize.TokenInfo, match: re.Match[str], *, alone: bool, whole_file: bool, foreign: bool
) -> Comment:
    codes: str | None = match["codes"]
    listed = None if codes is None else frozenset(re.findall(r"[^\s,]+", codes.upper()))
    return Comment(
        line=token.start[0],
        column=token.start[1] + 1,
        end_column=token.end[1] + 1,
        start=token.start[1] + match.start() + 1,
        stop=token.start[1] + match.end() + 1,
        codes=listed,
        whole_file=whole_file,
        alone=alone,
        foreign=foreign,
    )


def _reaches(comment: Comment, finding: Finding, extents: dict[int, range]) -> bool:
    """Whether a comment stands in the file, on the statement, or alone on the line above it.

    Above it, a `noqa` means nothing, as it does in other tools.
    """
    lines = _lines_of(finding, extents)
    above = comment.alone and not comment.foreign and comment.line == lines[0] - 1
    return comment.whole_file or comment.line in lines or above


def reach(text: str, finding: Finding) -> range:
    """The lines on which a comment suppresses a finding."""
    return _lines_of(finding, _extents(text))


def _lines_of(finding: Finding, extents: dict[int, range]) -> range:
    return extents.get(finding.line, range(finding.line, finding.end_line + 1))


def _extents(text: str) -> dict[int, range]:
    """For each line, the lines of the innermost statement there; of a block, those of its head."""
    try:
        statements = parse(text, _statements)
    except InvalidSyntax:
        return {}
    extents: dict[int, range] = {}
    for lines in sorted(statements, key=len, reverse=True):
        extents.update(dict.fromkeys(lines, lines))
    return extents


def _statements(tree: ast.Module) -> list[range]:
    return [_lines(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)]


def _lines(node: ast.stmt) -> range:
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    blocks = [getattr(node, name, None) for name in ("body", "cases", "handlers")]
    inner = [block[0] for block in blocks if isinstance(block, list) and block]
    if not inner:
        return range(start, (node.end_lineno or node.lineno) + 1)
    first = inner[0]
    begins = getattr(first, "lineno", None) or first.pattern.lineno
    marks = [decorator.lineno for decorator in getattr(first, "decorator_list", [])]
    return range(start, max(min([begins, *marks]), node.lineno + 1))
