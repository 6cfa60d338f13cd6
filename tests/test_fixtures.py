"""`check` on every project in `tests/fixtures/check`: its comments say what must be found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reality.projects import Project, fixtures
from reloadlint.linter import check_project
from reloadlint.settings import Settings

if TYPE_CHECKING:
    from reality.expectations import Expected
    from reloadlint.findings import Finding

# Other families have fixtures of their own.
FAMILIES = ("RL10", "RL401", "RL901")
PROJECTS = fixtures()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_findings_are_those_of_the_comments(project: Project) -> None:
    result = check_project([project.folder], Settings())
    findings = [found for found in result.findings if found.code.startswith(FAMILIES)]
    assert not (report := _differences(project, findings)), f"in {project.name}\n{report}"


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_name_says_what_the_comments_say(project: Project) -> None:
    verb = "reports" if project.expected else "silent"
    assert project.name.startswith(f"{verb}_")


def _differences(project: Project, findings: list[Finding]) -> str:
    """Return one line for each finding that is missing, unexpected or different."""
    missing = list(project.expected)
    unexpected = []
    for finding in findings:
        match = next((want for want in missing if _is_same(finding, want, project.folder)), None)
        if match is None:
            unexpected.append(finding)
        else:
            missing.remove(match)
    lines = [f"missing     {want}" for want in missing]
    lines += [f"unexpected  {_describe(finding, project.folder)}" for finding in unexpected]
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
    chain = [f"{link.path}:{link.line}: {link.message}" for link in finding.evidence]
    return "\n              ".join([f"{head} {finding.severity.value}", *chain])


def _relative(path: str, folder: Path) -> str:
    return (Path.cwd() / path).resolve().relative_to(folder).as_posix()
