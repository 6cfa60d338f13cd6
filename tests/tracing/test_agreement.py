"""What the command traces is what `effects` and `check` told: for examples and some fixtures.

`reality/test_reality.py` shows the same for all of them, in processes that have Flask loaded
already; `python tools/trace_fixtures.py` traces all of them as here.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from reality.harness import Way, observe
from reality.projects import Project, examples, fixtures
from reloadlint.cli.foretelling import report
from reloadlint.settings import Settings
from reloadlint.trace.loading import trace_load
from tracing.agreement import disagreements, of_loading, replayed

EVERY = 20  # of the fixtures one in so many is traced here
FIXTURES = [project for project in fixtures() if project.static is None]
SAMPLE = [one for one in FIXTURES if not one.difference][::EVERY]
EXPLAINED = [one for one in FIXTURES if one.difference]

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="what is held is read from /proc")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Go to a copy of the project, where no project is around it."""
    project = request.getfixturevalue("project")
    folder = tmp_path.resolve() / project.name
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("project", examples(), ids=lambda project: project.name)
def test_trace_and_findings_agree(project: Project) -> None:
    trace = trace_load(f"{project.entries[0]}.py", Path(sys.executable), timeout=60)
    told = report(trace, Settings(cache=False))
    (process,) = trace.processes
    held = [told.of(process, one) for one in process.effects if one.state == "held"]
    found = {(one.finding.path, one.finding.line, one.finding.code) for one in held if one.finding}
    assert found == {(want.path, want.line, want.code) for want in project.expected}
    assert {one.knowledge for one in held} <= {"foretold"}
    assert told.unseen == ()
    assert disagreements(trace) == []


@on_linux
@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("project", SAMPLE, ids=lambda project: project.name)
def test_trace_effects_and_findings_agree(project: Project) -> None:
    differences = of_loading(project)
    assert not differences, "\n".join([f"in {project.name}", *differences])


@on_linux
@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("project", EXPLAINED, ids=lambda project: project.name)
def test_a_difference_that_is_explained_is_there(project: Project, tmp_path: Path) -> None:
    here = replace(project, folder=Path.cwd())
    seen = observe([here], tmp_path)
    run = [
        line
        for script in here.scripts
        for line in disagreements(
            replayed(script, seen[Way(str(here.folder), script)].messages, is_server=True)
        )
    ]
    assert of_loading(here) or run, "nothing differs; the file `trace` can go"


def test_an_explanation_is_one_sentence() -> None:
    for project in EXPLAINED:
        assert project.difference is not None
        assert project.difference.endswith(".")
        assert "\n" not in project.difference
