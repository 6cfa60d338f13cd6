"""`check` on every project in `tests/fixtures/check`: its comments say what must be found."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reality.projects import FIXTURES, Project, fixtures
from reloadlint.linter import check_project
from reloadlint.settings import Settings

if TYPE_CHECKING:
    from reality.expectations import Expected
    from reloadlint.findings import Finding

# Other families have fixtures of their own.
FAMILIES = ("RL10", "RL401", "RL901")
PROJECTS = fixtures()


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the projects to where no project is around them."""
    copies = tmp_path_factory.mktemp("fixtures").resolve() / "check"
    shutil.copytree(FIXTURES, copies, ignore=shutil.ignore_patterns("__pycache__"))
    return copies


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_findings_are_those_of_the_comments(project: Project, copies: Path) -> None:
    folder = copies / project.name
    report = _differences(project.expected, _check(folder), folder)
    assert not report, f"in {project.name}\n{report}"


def test_projects_side_by_side_do_not_meet(copies: Path) -> None:
    alone = [found for project in PROJECTS for found in _check(copies / project.name)]
    together = _check(copies)
    assert set(map(_place, together)) == set(map(_place, alone))


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_name_says_what_the_comments_say(project: Project) -> None:
    verb = "reports" if project.expected else "silent"
    assert project.name.startswith(f"{verb}_")


@functools.cache
def _check(folder: Path) -> list[Finding]:
    findings = check_project([folder], Settings()).findings
    return [found for found in findings if found.code.startswith(FAMILIES)]


def _place(finding: Finding) -> tuple[str, int, int, str, tuple[str, ...]]:
    return (finding.path, finding.line, finding.column, finding.code, finding.effects)


def _differences(expected: list[Expected], findings: list[Finding], folder: Path) -> str:
    """Return one line for each finding that is missing, unexpected or different."""
    missing = list(expected)
    unexpected = []
    for finding in findings:
        match = next((want for want in missing if _is_same(finding, want, folder)), None)
        if match is None:
            unexpected.append(finding)
        else:
            missing.remove(match)
    lines = [f"missing     {want}" for want in missing]
    lines += [f"unexpected  {_describe(finding, folder)}" for finding in unexpected]
    return "\n".join(lines)


def _is_same(finding: Finding, want: Expected, folder: Path) -> bool:
    place = (_relative(finding.path, folder), finding.line, finding.code)
    return (
        place == (want.path, want.line, want.code)
        and tuple(finding.effects) == want.effects
        and want.confidence in {"any", finding.confidence.value}
        and want.severity in {"", finding.severity.value}
    )


def _describe(finding: Finding, folder: Path) -> str:
    words = (finding.code, ",".join(finding.effects), finding.confidence.value)
    head = f"{_relative(finding.path, folder)}:{finding.line}: {' '.join(words)}"
    chain = [
        f"{_relative(link.path, folder)}:{link.line}: {link.message}" for link in finding.evidence
    ]
    return "\n              ".join([f"{head} {finding.severity.value}", *chain])


def _relative(path: str, folder: Path) -> str:
    return _absolute(path).relative_to(folder).as_posix()


def _absolute(path: str) -> Path:
    return (Path.cwd() / path).resolve()
