"""SARIF: valid by the published schema, with rules, chains and fixes where they belong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import msgspec
import pytest

from published_schemas import schema
from reloadlint.findings import Evidence, Finding, Fix, Result, Rewrite, Severity
from reloadlint.reporting import render
from reloadlint.reporting.style import Style
from reloadlint.rules.codes import RULES

MakeFinding = Callable[..., Finding]
MakeResult = Callable[..., Result]


def log(result: Result) -> Any:
    text = render("sarif", result, Style())
    text.encode("ascii")
    content = json.loads(text)
    jsonschema.validate(content, schema("/sarif-2.1.0.json"))
    return content


def test_empty_log_is_valid_and_lists_the_rules(result: MakeResult) -> None:
    (run,) = log(result())["runs"]
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)


def test_rules_bring_their_help(result: MakeResult) -> None:
    (run,) = log(result())["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert "## Why is this bad?" in rules["RL101"]["help"]["markdown"]
    assert rules["RL101"]["defaultConfiguration"]["enabled"] is True
    assert rules["RL107"]["defaultConfiguration"]["enabled"] is False


def test_finding_names_place_rule_and_level(finding: MakeFinding, result: MakeResult) -> None:
    (run,) = log(result(finding(), finding(severity=Severity.WARNING, line=7)))["runs"]
    error, warning = run["results"]
    assert (error["ruleId"], error["level"], warning["level"]) == ("RL101", "error", "warning")
    assert run["tool"]["driver"]["rules"][error["ruleIndex"]]["id"] == "RL101"
    place = error["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "app.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 6, "startColumn": 6, "endLine": 6, "endColumn": 21}


def test_chain_is_a_code_flow(finding: MakeFinding, result: MakeResult) -> None:
    (run,) = log(result(finding()))["runs"]
    (flow,) = run["results"][0]["codeFlows"]
    steps = [
        (
            step["location"]["physicalLocation"]["artifactLocation"]["uri"],
            step["location"]["message"]["text"],
        )
        for step in flow["threadFlows"][0]["locations"]
    ]
    assert steps == [("app.py", "calls `Worker()`"), ("worker.py", "starts a non-daemon thread")]


def test_finding_without_a_chain_has_no_code_flow(finding: MakeFinding, result: MakeResult) -> None:
    (run,) = log(result(finding(evidence=())))["runs"]
    assert "codeFlows" not in run["results"][0]


def test_fix_over_two_files_is_one_fix(finding: MakeFinding, result: MakeResult) -> None:
    made = result(finding(fix=Fix("g", "safe", None)), finding(line=8))
    rewrites = (
        Rewrite("app.py", 6, 1, 6, 21, "def get_db(): ...\n"),
        Rewrite("views.py", 1, 1, 1, 1, "import x\n"),
        Rewrite("app.py", 8, 2, 8, 4, ""),
    )
    (run,) = log(msgspec.structs.replace(made, rewrites={0: rewrites}))["runs"]
    (fix,) = run["results"][0]["fixes"]
    by_file = {
        change["artifactLocation"]["uri"]: change["replacements"]
        for change in fix["artifactChanges"]
    }
    assert len(by_file["app.py"]) == 2
    assert by_file["views.py"][0]["insertedContent"] == {"text": "import x\n"}
    assert by_file["app.py"][1]["deletedRegion"]["endColumn"] == 4
    assert "fixes" not in run["results"][1]


def test_fingerprint_stays_when_lines_are_moved(finding: MakeFinding, result: MakeResult) -> None:
    moved = result(finding(line=7, end_line=7))
    moved.sources["app.py"] = "\n" + moved.sources["app.py"]
    first, second = (
        log(each)["runs"][0]["results"][0]["partialFingerprints"]
        for each in (result(finding()), moved)
    )
    assert first == second


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b.py", "a%20b.py"), ("é.py", "%C3%A9.py"), ("/x/a.py", "/x/a.py"), ("../a.py", "../a.py")],
)
def test_path_becomes_an_uri(path: str, uri: str, finding: MakeFinding, result: MakeResult) -> None:
    steps = (Evidence(path, 1, "x"),)
    (run,) = log(result(finding(path=path, evidence=steps)))["runs"]
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == uri
    assert ("uriBaseId" in artifact) is not path.startswith((".", "/"))
