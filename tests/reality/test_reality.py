"""What the projects' comments expect, and `effects` lists, is what loading them really does.

Each project is imported, and its scripts are run up to the start of the server, under audit hooks.
What asks for the reloader's variable is loaded as its parent and as its child: held is what both
of them hold. What the probe of `trace` says of it is compared with `effects` and `check`, too;
`tracing/test_agreement.py` does that for some with the command's own process, and
`python tools/trace_fixtures.py` for all.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reality.comparison import by_place, by_way, is_held, leads_to
from reality.harness import Effect, Observation, Way, observe
from reality.projects import Project, examples, fixtures
from tracing.agreement import disagreements, replayed

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what a process holds is read from /proc"
)

PROJECTS = [*fixtures(), *examples()]
SCRIPTS = [(project, script) for project in PROJECTS for script in project.scripts]
Observations = dict[Way, Observation]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The projects, where no project is around them."""
    folder = tmp_path_factory.mktemp("copies").resolve()
    ignored = shutil.ignore_patterns("__pycache__")
    for project in PROJECTS:
        shutil.copytree(project.folder, folder / project.name, ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def observations(copies: Path, tmp_path_factory: pytest.TempPathFactory) -> Observations:
    """What was seen of the copies, by the ways of loading the projects themselves."""
    loadable = [one for one in PROJECTS if one.static is None]
    there = [replace(one, folder=copies / one.name) for one in loadable]
    seen = observe(there, tmp_path_factory.mktemp("loading"))
    origins = {str(copies / one.name): str(one.folder) for one in loadable}
    return {replace(way, folder=origins[way.folder]): one for way, one in seen.items()}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_importing_holds_what_is_expected(project: Project, observations: Observations) -> None:
    _skip_static(project)
    expected = [want for want in project.expected if want.code.startswith("RL10")]
    report = by_place(expected, _held(project, "", observations))
    assert not report, f"importing {project.name}\n{report}"


@pytest.mark.parametrize(
    ("project", "script"), SCRIPTS, ids=[f"{project.name}-{script}" for project, script in SCRIPTS]
)
def test_running_holds_what_is_expected(
    project: Project, script: str, observations: Observations
) -> None:
    _skip_static(project)
    expected = _expected_of_script(project, script)
    in_guard = [want for want in expected if want.code == "RL401" and want.definite]
    if not observations[Way(str(project.folder), script)].use_reloader:
        assert not in_guard, "the reloader is not on, so that nothing runs twice"
        return
    report = by_way(expected, _held(project, script, observations))
    assert not report, f"running {project.name}\n{report}"


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_trace_effects_and_findings_agree(
    project: Project, observations: Observations, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _skip_static(project)
    monkeypatch.chdir(copies / project.name)
    trace = replayed(project.name, observations[Way(str(project.folder))].messages)
    _agree(project, disagreements(trace))


@pytest.mark.parametrize(
    ("project", "script"), SCRIPTS, ids=[f"{project.name}-{script}" for project, script in SCRIPTS]
)
def test_trace_effects_and_findings_agree_on_a_server(
    project: Project,
    script: str,
    observations: Observations,
    copies: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _skip_static(project)
    monkeypatch.chdir(copies / project.name)
    seen = observations[Way(str(project.folder), script)]
    if seen.use_reloader:
        _agree(project, disagreements(replayed(script, seen.messages, is_server=True)))


@pytest.mark.parametrize(
    "project", [one for one in PROJECTS if one.transient], ids=lambda project: project.name
)
def test_transient_effects_begin_and_end(project: Project, observations: Observations) -> None:
    _skip_static(project)
    seen = observations[Way(str(project.folder))]
    for want in project.transient:
        assert is_held(want, seen.begun), f"did not begin: {want}"
        assert not any(leads_to(want, one) for one in seen.held), f"has not ended: {want}"


@pytest.mark.parametrize(
    "project", [one for one in PROJECTS if one.environ], ids=lambda project: project.name
)
def test_likely_effects_depend_on_the_environment(
    project: Project, observations: Observations
) -> None:
    _skip_static(project)
    for want in (want for want in project.expected if want.confidence == "likely"):
        script = want.path if want.code == "RL401" else ""
        plain, varied = (
            observations[Way(str(project.folder), script, circumstances)]
            for circumstances in ("parent", "varied")
        )
        assert _matters(plain, script, is_held(want, plain.held)) != _matters(
            varied, script, is_held(want, varied.held)
        ), want


def _agree(project: Project, differences: list[str]) -> None:
    assert not differences or project.difference, "\n".join([f"in {project.name}", *differences])


def _skip_static(project: Project) -> None:
    if project.static is not None:
        pytest.skip(project.static)


def _matters(seen: Observation, script: str, held: bool) -> bool:
    """Tell whether what is held is doubled: in a script only if the reloader is on."""
    return held and (not script or bool(seen.use_reloader))


def _held(project: Project, script: str, observations: Observations) -> list[Effect]:
    """Return what is held in both processes of the reloader."""
    parent = observations[Way(str(project.folder), script)]
    child = observations.get(Way(str(project.folder), script, "child"), parent)
    assert (parent.error, child.error) == (None, None)
    return [held for held in parent.held if held in child.held]


def _expected_of_script(project: Project, script: str) -> list[object]:
    """Return what is expected of a file that is run: all but the main guard's `else`."""
    lines = (project.folder / script).read_text(encoding="utf-8").splitlines()
    guard = next(number for number, line in enumerate(lines, start=1) if "__main__" in line)
    end = len(lines) + 1
    otherwise = (n for n, line in enumerate(lines, start=1) if n > guard and line == "else:")
    start = next(otherwise, end)
    return [want for want in project.expected if want.path != script or want.line < start]
