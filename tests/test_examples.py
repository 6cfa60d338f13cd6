"""`check` on the applications in `examples`: the planted hazards and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reality.projects import EXAMPLES, Project, examples
from reloadlint.linter import check_project
from reloadlint.settings import Settings

if TYPE_CHECKING:
    from reloadlint.findings import Finding

FAMILIES = ("RL10", "RL401", "RL901")


@pytest.mark.parametrize("project", examples(), ids=lambda project: project.name)
def test_reports_the_planted_hazards_only(project: Project) -> None:
    findings = _check(project.folder)
    assert [_facts(found, project.folder) for found in findings] == [
        (want.path, want.line, want.code, want.effects, want.confidence, want.severity)
        for want in project.expected
    ]


def test_every_example_is_expected() -> None:
    folders = {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()}
    assert folders == {project.name for project in examples()}


def test_chain_leads_from_the_call_to_the_cause_in_another_module() -> None:
    folder = EXAMPLES / "two_modules"
    (finding,) = _check(folder)
    links = [(_relative(link.path, folder), link.line) for link in finding.evidence]
    assert links[0] == ("app.py", finding.line)
    cause = (folder / "db.py").read_text(encoding="utf-8").splitlines()[links[-1][1] - 1]
    assert links[-1][0] == "db.py"
    assert cause.strip() == "self._thread.start()"


def test_readme_shows_what_is_reported() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    shown = [line.strip() for line in readme.splitlines() if line.strip().startswith("examples/")]
    assert sorted(shown) == [
        f"examples/{_relative(found.path, EXAMPLES)}:{found.line}:{found.column}: "
        f"{found.code} {found.message}"
        for found in _check(EXAMPLES)
    ]


def _check(folder: Path) -> list[Finding]:
    findings = check_project([folder], Settings()).findings
    return [found for found in findings if found.code.startswith(FAMILIES)]


def _facts(finding: Finding, folder: Path) -> tuple[object, ...]:
    place = (_relative(finding.path, folder), finding.line, finding.code)
    return (*place, finding.effects, finding.confidence.value, finding.severity.value)


def _relative(path: str, folder: Path) -> str:
    return (Path.cwd() / path).resolve().relative_to(folder).as_posix()
