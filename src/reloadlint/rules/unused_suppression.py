"""RL900: a comment that suppresses nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from reloadlint.findings import Confidence, Finding, Fix, Severity
from reloadlint.rules.base import Rule
from reloadlint.suppressions import Comment, apply, may_be_unused, unused_codes


class UnusedSuppression(Rule):
    """A suppression comment suppresses nothing.

    ## What it does

    Reports `# reloadlint: ignore[…]`, `ignore-file[…]` and `# noqa: RL…` where nothing is found
    that they would suppress.

    ## Why is this bad?

    The comment says that something is wrong here and has been accepted. When that is no longer
    true it misleads, and hides the next finding at the same place.

    ## Known problems

    Codes of rules that are not selected in this run are left alone, and so is a `# noqa` without
    codes: it may be meant for another tool.

    ## Example

    ```python
    lock = threading.Lock()  # reloadlint: ignore[RL101]
    ```

    ## Use instead

    ```python
    lock = threading.Lock()
    ```

    ## Fix safety

    The fix removes the comment, or those of its codes that suppress nothing; what else the comment
    says stays, but for the reason of a suppression that goes. It changes no code, and is safe.
    """

    code = "RL900"
    name = "unused-suppression"


def unused_suppression(path: str, comment: Comment, codes: list[str]) -> Finding:
    """The finding for a comment of which these codes (none: all of it) suppress nothing."""
    what = f" for {', '.join(codes)}" if codes else ""
    return Finding(
        code=UnusedSuppression.code,
        name=UnusedSuppression.name,
        severity=Severity.WARNING,
        confidence=Confidence.CERTAIN,
        message=f"this suppression{what} suppresses nothing",
        path=path,
        line=comment.line,
        column=comment.column,
        end_line=comment.line,
        end_column=comment.end_column,
        fix=Fix("remove", "safe", None),
        consequence="It hides what may come to stand here.",
        remedy="Remove it.",
    )


class Suppressed(NamedTuple):
    """The findings that no comment suppresses, RL900 among them with the comment and the codes of
    it that suppress nothing, and how many are suppressed."""

    kept: list[Finding]
    number: int
    unused: dict[Finding, tuple[Comment, list[str]]]


def suppress(
    findings: Iterable[Finding], texts: Mapping[str, str], reports: Callable[[str, str], bool]
) -> Suppressed:
    """Leave out the findings that comments suppress, and report the comments that do nothing.

    Args:
        texts: the files that may have such comments, by the path that findings have.
        reports: whether in a file (by its path) a rule is on.
    """
    by_path: dict[str, list[Finding]] = {path: [] for path in texts}
    kept: list[Finding] = []
    for finding in findings:
        by_path.get(finding.path, kept).append(finding)
    count = 0
    unused: dict[Finding, tuple[Comment, list[str]]] = {}
    for path, text in texts.items():
        if not by_path[path] and not may_be_unused(text):
            continue
        outcome = apply(text, by_path[path])
        kept += outcome.kept
        count += outcome.suppressed
        if reports(path, UnusedSuppression.code):
            unused |= _unused(path, outcome.used, functools.partial(reports, path))
    return Suppressed([*kept, *unused], count, unused)


def _unused(
    path: str, used: Mapping[Comment, set[str]], selected: Callable[[str], bool]
) -> dict[Finding, tuple[Comment, list[str]]]:
    found = {}
    for comment, codes in used.items():
        if UnusedSuppression.code in (comment.codes or ()):
            continue
        unused = unused_codes(comment, codes, selected)
        if unused is not None:
            found[unused_suppression(path, comment, unused)] = (comment, unused)
    return found
