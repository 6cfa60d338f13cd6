"""The formats of CI servers: what they read, and what must not slip through."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import junitparser
import pytest

from reloadlint.findings import Finding, Result, Severity
from reloadlint.reporting import render
from reloadlint.reporting.json_format import as_data
from reloadlint.reporting.style import Style

MakeFinding = Callable[..., Finding]
MakeResult = Callable[..., Result]

#: What a hostile file or path may hold.
HOSTILE = "a%0A\n::error::x\r,b:c\x1b[31m\0"


def rendered(output_format: str, result: Result) -> str:
    return render(output_format, result, Style(color=True))


def unescaped(text: str) -> str:
    for escape, char in (("%2C", ","), ("%3A", ":"), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, char)
    return text


# GitHub


def test_annotation_names_the_place(finding: MakeFinding, result: MakeResult) -> None:
    assert rendered("github", result(finding())) == (
        "::error file=app.py,line=6,endLine=6,col=6,endColumn=21,title=reloadlint (RL101)::"
        "app.py:6: RL101 import-time-thread: `db` starts a thread while the module is loaded"
        "%0AThe reload hangs.\n"
    )


def test_annotation_over_lines_has_no_columns(finding: MakeFinding, result: MakeResult) -> None:
    shown = rendered("github", result(finding(end_line=9, severity=Severity.WARNING)))
    assert shown.startswith("::warning file=app.py,line=6,endLine=9,title=")


def test_hostile_text_can_neither_end_a_command_nor_begin_one(
    finding: MakeFinding, result: MakeResult
) -> None:
    shown = rendered("github", result(finding(path=HOSTILE, message=HOSTILE)))
    assert shown.count("\n") == 1
    assert not {"\r", "\x1b", "\0"} & set(shown)
    command, _, message = shown[2:].partition("::")
    assert command.count(",") == 5
    assert command.count(":") == 0
    assert "\\x1b[31m" in unescaped(message)


# GitLab


def issues(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(rendered("gitlab", result))
    return found


def test_issue_has_what_gitlab_asks_for(finding: MakeFinding, result: MakeResult) -> None:
    (issue,) = issues(result(finding()))
    assert issue["check_name"] == "RL101"
    assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
    assert issue["location"]["path"] == "app.py"
    assert issue["location"]["positions"]["begin"] == {"line": 6, "column": 6}
    assert len(issue["fingerprint"]) == 64


def test_fingerprints_differ_even_for_the_same_statement(
    finding: MakeFinding, result: MakeResult
) -> None:
    prints = [issue["fingerprint"] for issue in issues(result(finding(), finding(column=9)))]
    assert len(set(prints)) == 2


def test_fingerprint_outlives_moved_lines(finding: MakeFinding, result: MakeResult) -> None:
    moved = result(finding(line=8, end_line=8))
    moved.sources["app.py"] = "\n# new\n" + moved.sources["app.py"]
    assert issues(moved)[0]["fingerprint"] == issues(result(finding()))[0]["fingerprint"]


def test_nothing_found_is_an_empty_array(result: MakeResult) -> None:
    assert issues(result()) == []


# JUnit


def suites(result: Result) -> list[Any]:
    text = rendered("junit", result)
    return list(junitparser.JUnitXml.fromroot(ElementTree.parse(io.StringIO(text)).getroot()))


def test_finding_is_a_failed_test(finding: MakeFinding, result: MakeResult) -> None:
    app, db = suites(result(finding(), finding(line=7), finding(path="pkg/db.py")))
    assert [(suite.name, suite.tests, suite.failures) for suite in (app, db)] == [
        ("app.py", 2, 2),
        ("pkg/db.py", 1, 1),
    ]
    (case,) = db
    assert case.classname == "pkg.db"
    (failure,) = case.result
    assert failure.message == "`db` starts a thread while the module is loaded"
    assert "worker.py:3: starts a non-daemon thread" in failure.text


def test_nothing_found_is_a_test_that_passed(result: MakeResult) -> None:
    (suite,) = suites(result())
    (case,) = suite
    assert (suite.tests, suite.failures, case.is_passed) == (1, 0, True)


def test_what_xml_cannot_hold_is_escaped(finding: MakeFinding, result: MakeResult) -> None:
    (suite,) = suites(result(finding(path=HOSTILE, message=f"<&\"'>{HOSTILE}")))
    (case,) = suite
    assert case.result[0].message.startswith("<&\"'>a%0A")
    assert "\\x00" in case.result[0].message


# JSON lines


def test_each_line_is_a_finding(finding: MakeFinding, result: MakeResult) -> None:
    found = [finding(), finding(message=HOSTILE, line=7)]
    lines = rendered("jsonl", result(*found)).splitlines()
    assert lines == [json.dumps(as_data(each)) for each in found]
    assert json.loads(lines[1])["message"] == HOSTILE


@pytest.mark.parametrize("output_format", ["jsonl", "github", "concise"])
def test_nothing_found_is_nothing_written(output_format: str, result: MakeResult) -> None:
    assert rendered(output_format, result()) == ""


# Statistics


def test_statistics_count_the_findings_of_each_rule(
    finding: MakeFinding, result: MakeResult
) -> None:
    from reloadlint.reporting import statistics

    found = result(*(finding(code=code, name="x") for code in ("RL102", "RL101", "RL102")))
    assert statistics.render(found, Style(summary=False), "full") == ("2  RL102  x\n1  RL101  x\n")
    assert json.loads(statistics.render(found, Style(), "json"))[0]["count"] == 2
    assert statistics.render(result(), Style(summary=False), "full") == ""
