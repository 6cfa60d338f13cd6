"""What decides about colour, width and glyphs; and the summary in words."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from reloadlint.reporting.style import style_for, wants_color
from reloadlint.reporting.wording import harmless, summary

Make = Callable[..., Any]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "choice", "environ", "wanted"),
    [
        (Terminal(), "auto", {}, True),
        (io.StringIO(), "auto", {}, False),
        (Terminal(), "auto", {"NO_COLOR": "1"}, False),
        (Terminal(), "auto", {"NO_COLOR": ""}, True),
        (Terminal(), "auto", {"TERM": "dumb"}, False),
        (io.StringIO(), "auto", {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), "auto", {"FORCE_COLOR": ""}, False),
        (Terminal(), "auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (io.StringIO(), "always", {"NO_COLOR": "1"}, True),
        (Terminal(), "never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(stream: Any, choice: str, environ: dict[str, str], wanted: bool) -> None:
    assert wants_color(stream, choice, environ) is wanted


@pytest.mark.parametrize(("columns", "width"), [("200", 200), ("5", 40), ("nonsense", 80)])
def test_width_is_that_of_columns(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("os.get_terminal_size", lambda fd: (_ for _ in ()).throw(OSError))
    assert style_for(io.StringIO(), "auto", {}).width == width


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("cp1252", False), ("ascii", False)]
)
def test_glyphs_follow_the_encoding(encoding: str, unicode: bool) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert style_for(stream, "auto", {}).unicode is unicode


@pytest.mark.parametrize(
    "text", ["", "plain", "日本", "é", "e\u0301", "👩‍👩‍👧", "🏳️‍🌈", "[red]", "שלום"]
)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("\x1b", "\\x1b"),
        ("\n", "\\x0a"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("\u202e\u2066", "\\u202e\\u2066"),
        ("\u200b\u2028\ufeff", "\\u200b\\u2028\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\udcff"),
    ],
)
def test_what_steers_or_hides_is_escaped(text: str, escaped: str) -> None:
    assert harmless(text) == escaped


def test_summary_counts_hazards_and_their_files(finding: Make, result: Make) -> None:
    made = result(finding(), finding(line=2), finding(path="b.py"))
    assert summary(made) == "Found 3 hazards in 2 files (12 files read, 3 Flask modules)."


def test_summary_tells_an_unreadable_file_from_a_hazard(finding: Make, result: Make) -> None:
    broken = finding(code="RL901", path="broken.py")
    assert summary(result(finding(), broken)).startswith(
        "Found 1 hazard in 1 file, and 1 invalid file ("
    )
    assert summary(result(broken)).startswith("No hazards, but 1 invalid file: 12 files read, ")


def test_summary_mentions_what_was_suppressed(result: Make) -> None:
    assert summary(result(suppressed=2)).endswith("3 of them Flask modules, 2 suppressed.")
