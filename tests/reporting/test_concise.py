"""The concise format: one harmless line per finding, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reloadlint.reporting import Style, render

Make = Callable[..., Any]


def test_one_line_per_finding(finding: Make, result: Make) -> None:
    report = render("concise", result(finding(message="a"), finding(line=9, message="b")), Style())
    assert report == "app.py:6:6: RL101 a\napp.py:9:6: RL101 b\n"


def test_nothing_is_written_where_nothing_is_found(result: Make) -> None:
    assert render("concise", result(), Style()) == ""


def test_no_colour_even_where_there_could_be(finding: Make, result: Make) -> None:
    assert "\x1b" not in render("concise", result(finding()), Style(color=True))


def test_a_path_cannot_break_the_line_nor_steer_the_terminal(finding: Make, result: Make) -> None:
    report = render("concise", result(finding(path="a\nb\x1b[2J\u202e.py", message="m")), Style())
    assert report == "a\\x0ab\\x1b[2J\\u202e.py:6:6: RL101 m\n"


def test_other_scripts_are_left_as_they_are(finding: Make, result: Make) -> None:
    report = render("concise", result(finding(path="日本/é👩‍👧.py", message="ü")), Style())
    assert report == "日本/é👩‍👧.py:6:6: RL101 ü\n"
