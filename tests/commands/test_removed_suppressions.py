"""`fix` removes suppressions that suppress nothing, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

HEAD = "import flask\nimport threading\n"
START = "threading.Thread(target=print).start()"

REMOVED = {
    "own": ("x = 1  # reloadlint: ignore[RL101] why", "x = 1"),
    "without codes": ("x = 1  # reloadlint: ignore", "x = 1"),
    "noqa": ("x = 1  # noqa: RL101", "x = 1"),
    "noqa of others stays": ("x = 1  # noqa: E501, RL101", "x = 1  # noqa: E501"),
    "comment before": ("x = 1  # type: ignore  # noqa: RL101", "x = 1  # type: ignore"),
    "comment behind": (
        "x = 1  # reloadlint: ignore[RL101] why  # pragma: no cover",
        "x = 1  # pragma: no cover",
    ),
    "one of two codes": (
        f"{START}  # reloadlint: ignore[RL106, RL101] why",
        f"{START}  # reloadlint: ignore[RL101] why",
    ),
    "line of its own": ("# reloadlint: ignore[RL101]\nx = 1", "x = 1"),
    "indented line": ("if 1:\n    # reloadlint: ignore[RL101]\n    x = 1", "if 1:\n    x = 1"),
    "noqa on a line of its own": ("# noqa: RL101\nx = 1", "x = 1"),
    "empty brackets": ("x = 1  # reloadlint: ignore[]", "x = 1"),
    "no code": (
        f"{START}  # reloadlint: ignore[server-start, RL101]",
        f"{START}  # reloadlint: ignore[RL101]",
    ),
    "whole file": ("# reloadlint: ignore-file[RL101]\nx = 1", "x = 1"),
    "several": ("x = 1  # noqa: RL101\ny = 'é'  # reloadlint: ignore\n", "x = 1\ny = 'é'\n"),
    "in brackets": ("x = [\n    1,  # noqa: RL101\n]", "x = [\n    1,\n]"),
}


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED)
def test_comment_goes_and_the_rest_stays(before: str, after: str, project: Path, run: Run) -> None:
    app = project / "app.py"
    app.write_bytes((HEAD + before).replace("\n", "\r\n").encode())
    assert "RL900" in run("check", "--output-format", "concise").out
    result = run("fix", "--write")
    assert (result.status, result.err) == (0, "")
    assert app.read_bytes().decode() == (HEAD + after).replace("\n", "\r\n")
    assert run("check").status == 0


KEPT = {
    "needed": f"{START}  # reloadlint: ignore[RL101] why",
    "noqa without codes": "x = 1  # noqa",
    "noqa of others": "x = 1  # noqa: E501",
    "noqa of others on a line of its own": "# noqa: E501\n# noqa\nx = 1",
    "rule that is off": "x = 1  # reloadlint: ignore[RL107]",
    "in a string": "x = '# reloadlint: ignore[RL101]'",
    "accepted": "x = 1  # reloadlint: ignore[RL101, RL900]",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_comment_stays(text: str, project: Path, run: Run) -> None:
    app = project / "app.py"
    app.write_text(HEAD + text)
    assert run("fix", "--write").status == 0
    assert app.read_text() == HEAD + text


def test_comment_for_what_is_not_reported_in_the_file_stays(project: Path, run: Run) -> None:
    (project / "app.py").write_text(f"{HEAD}{START}  # noqa: RL101\n")
    ignores = "per-file-ignores = {'app.py' = ['RL101']}"
    assert run("check", "--config", ignores).status == 0


def test_summary_tells_each(project: Path, run: Run) -> None:
    (project / "app.py").write_text(HEAD + "x = 1  # noqa: RL101\ny = 1  # noqa: RL102\n")
    result = run("fix")
    assert result.status == 1
    assert result.out.count("\n-") == 2
    assert result.err == (
        "app.py:3: RL900 can be fixed: the suppression is removed\n"
        "app.py:4: RL900 can be fixed: the suppression is removed\n"
        "2 can be fixed, 0 left.\n"
    )
