"""The JSON format: exactly the documented object."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reloadlint.reporting import Style, render

Make = Callable[..., Any]

FINDING_KEYS = [
    *("code", "name", "severity", "confidence", "message", "path"),
    *("line", "column", "end_line", "end_column", "target", "call"),
    *("effects", "role", "closers", "evidence", "fix"),
]


def load(result: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(render("json", result, Style()))
    return content


def test_keys_are_the_documented_ones_in_their_order(finding: Make, result: Make) -> None:
    content = load(result(finding()))
    assert list(content) == ["version", "findings", "summary"]
    assert list(content["findings"][0]) == FINDING_KEYS
    assert list(content["findings"][0]["evidence"][0]) == ["path", "line", "message"]
    assert list(content["findings"][0]["fix"]) == ["strategy", "applicability", "reason"]
    assert list(content["summary"]) == ["files", "flask_modules", "findings", "suppressed"]


def test_values_are_plain(finding: Make, result: Make) -> None:
    first = load(result(finding()))["findings"][0]
    assert (first["severity"], first["confidence"]) == ("error", "certain")
    assert (first["line"], first["column"], first["end_line"], first["end_column"]) == (6, 6, 6, 21)
    assert (first["effects"], first["closers"]) == (["thread"], ["close"])
    assert first["evidence"][1] == {
        "path": "worker.py",
        "line": 3,
        "message": "starts a non-daemon thread",
    }


def test_what_is_not_known_is_null(finding: Make, result: Make) -> None:
    first = load(result(finding(target=None, call=None, role=None, fix=None)))["findings"][0]
    assert [first[key] for key in ("target", "call", "role", "fix")] == [None] * 4


def test_clean_run_is_an_object_too(result: Make) -> None:
    assert load(result()) == {
        "version": 1,
        "findings": [],
        "summary": {"files": 12, "flask_modules": 3, "findings": 0, "suppressed": 0},
    }


def test_text_comes_back_unchanged_in_whatever_encoding(finding: Make, result: Make) -> None:
    message = '日本 👩‍👧 "\x1b[31m\u202e [red]'
    report = render("json", result(finding(message=message)), Style(color=True))
    assert report.isascii()
    assert json.loads(report)["findings"][0]["message"] == message


def test_style_makes_no_difference(finding: Make, result: Make) -> None:
    made = result(finding())
    narrow = Style(color=True, width=40, unicode=False, summary=False)
    assert render("json", made, narrow) == render("json", made, Style())
