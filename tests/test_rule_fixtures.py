"""`check` on the small projects in `tests/fixtures/rules/<CODE>`: only that rule is selected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reality import expectations
from reality.projects import TESTS
from reloadlint.linter import check_project
from reloadlint.settings import Settings

if TYPE_CHECKING:
    from reloadlint.findings import Finding

RULES = TESTS / "fixtures" / "rules"
PROJECTS = sorted(folder for code in RULES.iterdir() for folder in code.iterdir())


def _name(folder: Path) -> str:
    return f"{folder.parent.name}-{folder.name}"


@pytest.mark.parametrize("folder", PROJECTS, ids=_name)
def test_findings_are_those_of_the_comments(folder: Path) -> None:
    found = [_facts(finding, folder) for finding in _check(folder)]
    assert sorted(found) == [
        (want.path, want.line, want.code, want.effects, want.confidence)
        for want in sorted(expectations.in_folder(folder))
    ]


@pytest.mark.parametrize("folder", PROJECTS, ids=_name)
def test_name_says_what_the_comments_say(folder: Path) -> None:
    expected = expectations.in_folder(folder)
    assert folder.name.startswith("reports_" if expected else "silent_")
    assert {want.code for want in expected} <= {folder.parent.name}


@pytest.mark.parametrize("code", sorted(folder.name for folder in RULES.iterdir()))
def test_rule_has_at_least_three_fixtures_of_either_kind(code: str) -> None:
    names = [folder.name for folder in (RULES / code).iterdir()]
    reported = [name for name in names if name.startswith("reports_")]
    assert min(len(reported), len(names) - len(reported)) >= 3


def _check(folder: Path) -> list[Finding]:
    settings = Settings(select=(folder.parent.name,), cache=False)
    return list(check_project([folder], settings).findings)


def _facts(finding: Finding, folder: Path) -> tuple[object, ...]:
    path = (Path.cwd() / finding.path).resolve().relative_to(folder).as_posix()
    return (path, finding.line, finding.code, finding.effects, finding.confidence.value)
