"""`effects` shows, for each example, the same as audit hooks saw while loading it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from reality.comparison import by_place
from reality.expectations import Expected
from reality.harness import Effect, Observation, Way, observe
from reality.projects import Project, examples
from reloadlint.linter import survey_project
from reloadlint.settings import Settings

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what a process holds is read from /proc"
)

EXAMPLES = examples()


@pytest.fixture(scope="module")
def observations(tmp_path_factory: pytest.TempPathFactory) -> dict[Way, Observation]:
    return observe(EXAMPLES, tmp_path_factory.mktemp("loading"))


@pytest.mark.parametrize("project", EXAMPLES, ids=lambda project: project.name)
def test_held_is_what_the_process_holds(
    project: Project, observations: dict[Way, Observation]
) -> None:
    seen = observations[Way(str(project.folder))]
    assert seen.error is None
    report = by_place(_effects(project, "held"), seen.held)
    assert not report, report


@pytest.mark.parametrize("project", EXAMPLES, ids=lambda project: project.name)
def test_nothing_begins_that_is_neither_held_nor_transient(
    project: Project, observations: dict[Way, Observation]
) -> None:
    seen = observations[Way(str(project.folder))]
    told = [want for state in ("held", "transient") for want in _effects(project, state)]
    report = by_place(told, _once(seen.begun))
    assert not report, report


def _once(begun: Iterable[Effect]) -> list[Effect]:
    """A socket that is bound counts as that."""
    bound = {one.place for one in begun if one.kind == "listen"}
    return [one for one in begun if one.kind != "socket" or one.place not in bound]


def _effects(project: Project, state: str) -> list[Expected]:
    survey = survey_project([project.folder], Settings(follow_installed=False))
    root = project.folder
    return [
        Expected(
            (Path.cwd() / module.path).resolve().relative_to(root).as_posix(),
            each.line,
            "",
            each.effects,
            "certain" if each.certain else "likely",
        )
        for module in survey.modules
        for each in (module.loading.happenings if module.loading else ())
        if each.state == state
    ]
