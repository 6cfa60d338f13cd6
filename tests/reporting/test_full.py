"""The full format, as it is seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from reloadlint.findings import Confidence, Evidence, Fix, Severity
from reloadlint.reporting import Style, render

Make = Callable[..., Any]

EXPECTED = """\
app.py:6:6  RL101 import-time-thread  error
  `db` starts a thread while the module is loaded

  4 │ app = Flask(__name__)
  5 │
  6 │ db = Worker("queue")
    │      ^^^^^^^^^^^^^^^
    │
    ├─ app.py:6     calls `Worker()`
    ╰─ worker.py:3  starts a non-daemon thread  self.start()

  why: The reload hangs.
  fix: Make `db` at first use. (strategy `lazy`, unsafe: `db` is rebound)

Found 1 hazard in 1 file (12 files read, 3 Flask modules).
"""


def full(result: Any, **style: Any) -> str:
    return render("full", result, Style(**style))


def framed(report: str) -> list[str]:
    """The lines of the frames, what stands after the bar."""
    return [line.split("│ ", 1)[1] for line in report.splitlines() if re.match(r" +\d* │ ", line)]


def test_everything_at_80_columns(finding: Make, result: Make) -> None:
    assert full(result(finding())) == EXPECTED


def test_colour_changes_no_character(finding: Make, result: Make) -> None:
    report = full(result(finding()), color=True)
    assert "\x1b[1;31m^^^^" in report
    assert re.sub(r"\x1b\[[0-9;]*m", "", report) == EXPECTED


def test_environment_adds_no_colour(
    finding: Make, result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert full(result(finding())) == EXPECTED


def test_environment_takes_no_colour_that_was_asked_for(
    finding: Make, result: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in full(result(finding()), color=True)


def test_no_line_is_wider_than_the_terminal(finding: Make, result: Make) -> None:
    wordy = finding(
        message="words " * 40,
        consequence="why " * 60,
        remedy="do " * 60,
        evidence=(Evidence("worker.py", 3, "some words " * 12),),
    )
    for width in (60, 80, 200):
        report = full(result(wordy, app="x = 1\n" * 5 + f"db = f('{'y' * 300}')\n"), width=width)
        assert max(map(cell_len, report.splitlines())) <= width


def test_without_unicode_it_is_drawn_in_ascii(finding: Make, result: Make) -> None:
    report = full(result(finding()), unicode=False)
    assert report.isascii()
    assert "    `- worker.py:3" in report


def test_confidence_is_told_where_it_is_not_certain(finding: Make, result: Make) -> None:
    likely = finding(confidence=Confidence.LIKELY, severity=Severity.WARNING)
    assert "import-time-thread  warning (likely)\n" in full(result(likely))


def test_quiet_leaves_out_the_summary(finding: Make, result: Make) -> None:
    assert full(result(finding()), summary=False) == EXPECTED.rpartition("\nFound")[0]
    assert full(result(), summary=False) == ""


def test_clean_run_says_so(result: Make) -> None:
    assert full(result()) == "No hazards: 12 files read, 3 of them Flask modules.\n"


@pytest.mark.parametrize(
    "text", ["[red]x[/red]", "[/]", ":smile:", "[link=https://x.y]z[/link]", "\\[b]", "[[b]]"]
)
def test_source_and_messages_are_no_markup(text: str, finding: Make, result: Make) -> None:
    marked = finding(message=text, path=f"{text}.py", consequence=text)
    report = full(result(marked, **{text: f"\n\n\n\n\ndb = f('{text}')\n"}))
    assert f"{text}.py:6:6  RL101" in report
    assert f"\n  {text}\n" in report
    assert f"  6 │ db = f('{text}')" in report
    assert f"  why: {text}\n" in report


def test_nothing_steers_the_terminal(finding: Make, result: Make) -> None:
    bad = "\x1b[31m\x07\u202e\u2066\x9b"
    source = f"\n\n\n\n\ndb = f('{bad}')\n"
    evidence = (Evidence("b.py", 1, bad),)
    report = full(result(finding(message=bad, evidence=evidence), app=source, b=bad))
    assert not set(bad) & set(report) - set("[31m")
    assert "  6 │ db = f('\\x1b[31m\\x07\\u202e\\u2066\\x9b')" in report


FRAMES = {
    "plain": ("db = f(x)", 6, 10, "db = f(x)", "     ^^^^"),
    "tabs before": ("\tdb\t= f(x)", 7, 11, "    db  = f(x)", "          ^^^^"),
    "tab inside": ("f(1,\t2)", 1, 8, "f(1,    2)", "^^^^^^^^^^"),
    "wide characters before": ("名 = f(x)", 5, 9, "名 = f(x)", "     ^^^^"),
    "wide characters inside": ("接('🎥')", 1, 7, "接('🎥')", "^^^^^^^^"),
    "wide characters and tab": ("名\tf()", 3, 6, "名  f()", "    ^^^"),
    "combining character": ("e\u0301 = f()", 6, 9, "e\u0301 = f()", "    ^^^"),
    "escaped characters": ("'\x07' + f()", 7, 10, "'\\x07' + f()", "         ^^^"),
    "no extent": ("db = (", 6, 6, "db = (", "     ^"),
    "behind the end": ("db", 9, 12, "db", "  ^"),
}


@pytest.mark.parametrize(("line", "start", "end", "code", "carets"), FRAMES.values(), ids=FRAMES)
def test_carets_stand_under_the_call(
    line: str, start: int, end: int, code: str, carets: str, finding: Make, result: Make
) -> None:
    here = finding(line=1, end_line=1, column=start, end_column=end, evidence=())
    assert framed(full(result(here, app=line))) == [code, carets]


@pytest.mark.parametrize("filler", ["y", "漢", "\t"])
def test_long_line_is_cropped_around_the_carets(filler: str, finding: Make, result: Make) -> None:
    line = f"x = '{filler * 200}'; db = make(1); z = '{filler * 200}'"
    column = line.index("make") + 1
    here = finding(line=2, end_line=2, column=column, end_column=column + 7, evidence=())
    code, carets = framed(full(result(here, app=f"above\n{line}\nbelow\n")))
    assert code.startswith("…")
    assert code.endswith("…")
    assert code[:-1].rpartition("make(1)")[0]
    before = cell_len(code.partition("make(1)")[0])
    assert carets == " " * before + "^" * 7


def test_long_line_with_an_early_call_is_cropped_at_its_end(finding: Make, result: Make) -> None:
    here = finding(line=1, end_line=1, column=1, end_column=4, evidence=())
    code, carets = framed(full(result(here, app="f() " + "y" * 300)))
    assert (code, carets) == ("f() " + "y" * (80 - 6 - 4 - 1) + "…", "^^^")


def test_call_over_few_lines_is_shown_whole(finding: Make, result: Make) -> None:
    here = finding(line=1, end_line=3, column=6, end_column=2, evidence=())
    source = "db = f(\n    1,  # one\n)\nafter\n"
    assert framed(full(result(here, app=source))) == [
        "db = f(",
        "     ^^",
        "    1,  # one",
        ")",
        "after",
    ]


def test_call_over_many_lines_is_shortened(finding: Make, result: Make) -> None:
    here = finding(line=1, end_line=30, column=6, end_column=2, evidence=())
    source = "db = f(\n" + "".join(f"    {n},\n" for n in range(2, 30)) + ")\n"
    report = full(result(here, app=source))
    assert "   3 │     3,\n   … │\n  30 │ )\n" in report
    assert "     4,\n" not in report


def test_without_source_the_rest_is_shown(finding: Make, result: Make) -> None:
    report = full(result(finding(path="other.py", evidence=())))
    assert "│" not in report
    assert "╰─" not in report
    assert "  why: The reload hangs.\n" in report


def test_lines_are_counted_as_python_counts_them(finding: Make, result: Make) -> None:
    here = finding(line=2, end_line=2, column=1, end_column=4, evidence=())
    report = full(result(here, app="'a\x0cb\u2028c'\rf()\r\n"))
    assert "  2 │ f()\n" in report


def test_evidence_in_columns_only_where_all_of_it_fits(finding: Make, result: Make) -> None:
    long = finding(evidence=(Evidence("worker.py", 3, "starts a thread" + " very" * 10),))
    narrow, wide = full(result(long)), full(result(long), width=200)
    assert re.search(r"very\n +self\.start\(\)\n", narrow)
    assert re.search(r"very  self\.start\(\)\n", wide)


def test_path_too_long_for_a_column_gets_a_line(finding: Make, result: Make) -> None:
    path = "site-packages/" * 6 + "x.py"
    evidence = (Evidence("app.py", 6, "calls f"), Evidence(path, 1, "starts a thread"))
    report = full(result(finding(evidence=evidence)))
    assert f"    ├─ app.py:6  calls f\n    ╰─ {path}:1\n         starts a thread\n" in report


def test_chain_that_does_not_leave_the_call_is_left_out(finding: Make, result: Make) -> None:
    here = (Evidence("app.py", 6, "starts a thread"),)
    assert "╰─" not in full(result(finding(evidence=here)))
    assert "╰─" in full(result(finding(evidence=here * 2)))


def test_very_long_chain_keeps_both_ends(finding: Make, result: Make) -> None:
    evidence = tuple(Evidence("app.py", 1, f"calls f{n}") for n in range(1, 31))
    report = full(result(finding(evidence=evidence)))
    told = re.findall(r"calls (f\d+)", report)
    assert told == ["f1", "f2", "f3", "f4", "f5", "f6", "f26", "f27", "f28", "f29", "f30"]
    assert "(19 more calls)" in report


@pytest.mark.parametrize(
    ("fix", "told"),
    [
        (Fix("g", "safe", None), "fix: Do it. (strategy `g`, safe)\n"),
        (Fix("g", "unsafe", "why not"), "fix: Do it. (strategy `g`, unsafe: why not)\n"),
        (Fix("manual", "manual", "why not"), "fix: Do it. (manual: why not)\n"),
        (None, "fix: Do it.\n"),
    ],
)
def test_remedy_names_strategy_and_reason(
    fix: Fix | None, told: str, finding: Make, result: Make
) -> None:
    assert told in full(result(finding(remedy="Do it.", fix=fix)))


def test_without_advice_there_is_none(finding: Make, result: Make) -> None:
    report = full(result(finding(consequence="", remedy="", fix=None)))
    assert "why:" not in report
    assert "fix:" not in report
