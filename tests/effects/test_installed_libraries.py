"""Libraries that the catalogue doesn't know: what their constructors do is in their source.

Each folder in `fixtures/libraries` is an application that makes an object of the library of that
name. What is reported of it is compared with what audit hooks see when it is really loaded.
"""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from reality import expectations
from reality.comparison import by_place
from reality.harness import Observation, Way, observe
from reality.projects import TESTS, Project
from reloadlint.effects import catalogue
from reloadlint.findings import Finding
from reloadlint.linter import check_project
from reloadlint.settings import Settings

LIBRARIES = TESTS / "fixtures" / "libraries"
MODULES = {"persist_queue": "persistqueue"}
"""Names under which libraries are imported, where that is not the folder's."""

PROJECTS = [
    Project(folder, tuple(expectations.in_folder(folder))) for folder in sorted(LIBRARIES.iterdir())
]
EAGER = [project for project in PROJECTS if project.expected]
LAZY = [project for project in PROJECTS if not project.expected]


def module_of(project: Project) -> str:
    return MODULES.get(project.name, project.name)


def skip_unless_installed(project: Project) -> None:
    if find_spec(module_of(project)) is None:
        pytest.skip(f"{project.name} is not installed")


@pytest.fixture(scope="module")
def observations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Way, Observation]]:
    """What loading the applications does, with a server on loopback for those who ask one."""
    installed = [one for one in PROJECTS if find_spec(module_of(one)) is not None]
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUEUE_PORT", str(server.getsockname()[1]))
        yield observe(installed, tmp_path_factory.mktemp("loading"))


def check(project: Project, scratch: Path, *, follow: bool = True) -> list[Finding]:
    """Check a copy of the project that no other project is around."""
    folder = scratch / "application"
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    settings = Settings(python=sys.prefix, cache=False, follow_installed=follow)
    return list(check_project([folder], settings).findings)


def test_enough_libraries_are_proven() -> None:
    assert len(EAGER) >= 5
    assert len(LAZY) >= 2


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_library_is_not_in_the_catalogue(project: Project) -> None:
    known = {entry.name.partition(".")[0] for entry in catalogue.load()}
    assert module_of(project) not in known


@pytest.mark.parametrize("project", EAGER, ids=lambda project: project.name)
def test_eager_constructor_is_found_through_its_source(project: Project, tmp_path: Path) -> None:
    skip_unless_installed(project)
    (finding,) = check(project, tmp_path)
    (want,) = project.expected
    found = (finding.line, finding.code, finding.effects, finding.confidence, finding.severity)
    assert found == (want.line, want.code, want.effects, want.confidence, want.severity)
    first, *_, last = finding.evidence
    assert (Path(first.path).name, first.line) == ("app.py", want.line)
    assert Path(last.path).resolve().is_relative_to(_home_of(project))


@pytest.mark.parametrize("project", LAZY, ids=lambda project: project.name)
def test_lazy_constructor_is_silent(project: Project, tmp_path: Path) -> None:
    skip_unless_installed(project)
    assert check(project, tmp_path) == []


@pytest.mark.parametrize("project", EAGER, ids=lambda project: project.name)
def test_libraries_are_left_alone_on_request(project: Project, tmp_path: Path) -> None:
    skip_unless_installed(project)
    assert check(project, tmp_path, follow=False) == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_loading_really_does_what_is_reported(
    project: Project, observations: dict[Way, Observation]
) -> None:
    skip_unless_installed(project)
    seen = observations[Way(str(project.folder))]
    assert seen.error is None
    report = by_place(project.expected, seen.held)
    assert not report, report


def _home_of(project: Project) -> Path:
    """The folder of the library's package, or its file."""
    spec = find_spec(module_of(project))
    assert spec is not None
    assert spec.origin is not None
    origin = Path(spec.origin).resolve()
    return origin.parent if origin.name == "__init__.py" else origin
