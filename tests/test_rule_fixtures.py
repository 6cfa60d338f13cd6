"""`check` on the small projects in `tests/fixtures/rules/<CODE>`: only that rule is selected."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reality import expectations
from reality.projects import FIXTURES, TESTS, Project, fixtures
from reloadlint.linter import check_project
from reloadlint.settings import Settings

if TYPE_CHECKING:
    from reloadlint.findings import Finding

RULES = TESTS / "fixtures" / "rules"
PROJECTS = sorted(folder for code in RULES.iterdir() for folder in code.iterdir())


def _name(folder: Path) -> str:
    return f"{folder.parent.name}-{folder.name}"


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the projects to where no project is around them."""
    copies = tmp_path_factory.mktemp("fixtures").resolve() / "rules"
    shutil.copytree(RULES, copies, ignore=shutil.ignore_patterns("__pycache__"))
    return copies


@pytest.mark.parametrize("folder", PROJECTS, ids=_name)
def test_findings_are_those_of_the_comments(folder: Path, copies: Path) -> None:
    copy = copies / folder.relative_to(RULES)
    found = [_facts(finding, copy) for finding in _check(copy)]
    assert sorted(found) == [
        (want.path, want.line, want.code, want.effects, want.confidence)
        for want in sorted(expectations.in_folder(folder))
    ]


@pytest.fixture(scope="module")
def import_time(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the projects about import time, whose comments say what is transient, too."""
    copies = tmp_path_factory.mktemp("fixtures").resolve() / "check"
    shutil.copytree(FIXTURES, copies, ignore=shutil.ignore_patterns("__pycache__"))
    return copies


@pytest.mark.parametrize("project", fixtures(), ids=lambda project: project.name)
def test_transient_effects_are_those_of_the_comments(project: Project, import_time: Path) -> None:
    folder = import_time / project.name
    found = [_facts(finding, folder)[:4] for finding in _check(folder, "RL107")]
    wanted = [(want.path, want.line, want.code, want.effects) for want in project.transient]
    assert sorted(found) == sorted(wanted)


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


@pytest.mark.parametrize("code", sorted(folder.name for folder in RULES.iterdir()))
def test_projects_side_by_side_do_not_meet(code: str, copies: Path) -> None:
    folders = [copies / code / folder.name for folder in (RULES / code).iterdir()]
    alone = {_facts(found, copies) for folder in folders for found in _check(folder)}
    assert {_facts(found, copies) for found in _check(copies / code, code)} == alone


def _check(folder: Path, code: str = "") -> list[Finding]:
    settings = Settings(select=(code or folder.parent.name,), cache=False)
    return list(check_project([folder], settings).findings)


def _facts(finding: Finding, folder: Path) -> tuple[object, ...]:
    path = (Path.cwd() / finding.path).resolve().relative_to(folder).as_posix()
    return (path, finding.line, finding.code, finding.effects, finding.confidence.value)
