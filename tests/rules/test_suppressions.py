"""Suppression comments: what they reach, what they leave alone, and RL900 for those not needed."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from reloadlint.linter import check_project
from reloadlint.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from reloadlint.findings import Result

HEAD = "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
CALL = 'db = sqlite3.connect("shop.sqlite3")'


def check(folder: Path, text: str, **settings: object) -> Result:
    (folder / "app.py").write_text(HEAD + textwrap.dedent(text), encoding="utf-8")
    return check_project([folder], Settings(cache=False, **settings))  # type: ignore[arg-type]


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


@pytest.mark.parametrize(
    "text",
    [
        f"{CALL}  # reloadlint: ignore[RL106] it is read only",
        f"{CALL}  # reloadlint: ignore",
        f"{CALL}  # noqa: RL106",
        f"{CALL}  # noqa",
        f"{CALL}  # noqa: E501, RL106",
        f"# reloadlint: ignore[RL106] it is read only\n{CALL}",
        'db = sqlite3.connect(\n    "shop.sqlite3",  # reloadlint: ignore[RL106]\n)',
        'db = sqlite3.connect(\n    "shop.sqlite3",\n)  # noqa: RL106',
        'db = sqlite3.connect(\n    # noqa: RL106\n    "shop.sqlite3",\n)',
        'db = sqlite3.connect(\n    "shop.sqlite3",\n    # noqa\n)',
        f"# reloadlint: ignore-file[RL106] a demonstration\nx = 1\n{CALL}",
        f"{CALL}\n# reloadlint: ignore-file",
    ],
)
def test_comment_suppresses_the_finding_of_its_statement(tmp_path: Path, text: str) -> None:
    result = check(tmp_path, text)
    assert codes(result) == []
    assert result.summary.suppressed == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{CALL}\nx = 1  # noqa: E501",
        f"# reloadlint ignores this\n{CALL}",
        f'{CALL[:-1]}, detect_types=len("# reloadlint: ignore[RL106]"))',
        f'"""\n# reloadlint: ignore[RL106]\n"""\n{CALL}',
    ],
)
def test_other_text_suppresses_nothing(tmp_path: Path, text: str) -> None:
    result = check(tmp_path, text)
    assert codes(result) == ["RL106"]
    assert result.summary.suppressed == 0


@pytest.mark.parametrize(
    "text",
    [
        f"{CALL}  # reloadlint: ignore[RL101]",
        f"# reloadlint: ignore[RL106]\n\n{CALL}",
        f"x = 1  # reloadlint: ignore[RL106]\n{CALL}",
        f"{CALL}  # noqa: RL102",
        f"# noqa: RL106\n{CALL}",
        f"{CALL}  # reloadlint: ignore[]",
        f"{CALL}  # reloadlint: ignore[import-time-database-file]",
    ],
)
def test_comment_elsewhere_or_for_another_rule_leaves_the_finding(
    tmp_path: Path, text: str
) -> None:
    result = check(tmp_path, text)
    assert sorted(codes(result)) == ["RL106", "RL900"]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_comment_is_found_whatever_ends_its_line(tmp_path: Path, end: str) -> None:
    text = f"import flask, sqlite3\nx = 1  # noqa: RL106\n{CALL}  # noqa: RL106\n"
    (tmp_path / "app.py").write_bytes(text.replace("\n", end).encode())
    (finding,) = check_project([tmp_path], Settings(cache=False)).findings
    assert (finding.code, finding.line, finding.column) == ("RL900", 2, 8)


def test_comment_on_a_block_reaches_its_head_only(tmp_path: Path) -> None:
    text = f"if app:  # reloadlint: ignore[RL106]\n    {CALL}\n"
    assert sorted(codes(check(tmp_path, text))) == ["RL106", "RL900"]


def test_comment_on_a_closer_suppresses_what_stands_there(tmp_path: Path) -> None:
    text = """
    class Store:
        def __init__(self):
            self.db = sqlite3.connect("shop.sqlite3")

        # reloadlint: ignore[RL202] closed by the caller
        def close(self):
            pass
    """
    result = check(tmp_path, text)
    assert codes(result) == []
    assert result.summary.suppressed == 1


def test_unneeded_comment_is_reported_at_the_comment(tmp_path: Path) -> None:
    result = check(tmp_path, "lock = 1  # reloadlint: ignore[RL101]\n")
    (finding,) = result.findings
    assert (finding.code, finding.line, finding.column) == ("RL900", 6, 11)
    assert finding.message == "this suppression for RL101 suppresses nothing"


def test_code_that_is_not_needed_beside_one_that_is_gets_named(tmp_path: Path) -> None:
    (finding,) = check(tmp_path, f"{CALL}  # reloadlint: ignore[RL101, RL106]").findings
    assert finding.message == "this suppression for RL101 suppresses nothing"


@pytest.mark.parametrize(
    "text", ["x = 1  # noqa", "x = 1  # noqa: E501", "x = 1  # reloadlint: ignore[RL107]"]
)
def test_comment_for_another_tool_or_a_rule_that_is_off_is_left_alone(
    tmp_path: Path, text: str
) -> None:
    assert codes(check(tmp_path, text)) == []


def test_comment_for_a_rule_that_is_not_selected_is_left_alone(tmp_path: Path) -> None:
    result = check(tmp_path, f"{CALL}  # reloadlint: ignore[RL106]", select=("RL101", "RL900"))
    assert codes(result) == []


def test_unneeded_comment_is_left_alone_where_the_rule_is_off(tmp_path: Path) -> None:
    assert codes(check(tmp_path, "x = 1  # reloadlint: ignore[RL101]", ignore=("RL900",))) == []
