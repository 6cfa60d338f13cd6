"""`fix --write` on every project in `tests/fixtures/guard`, each run as a script before and after.

Where a fix is written, the reloader's parent holds nothing when it begins to serve, and the child
what it held before; the process ends when the run does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixes.harness import tree
from fixes.harness_fixing import Fixed, fix
from fixes.harness_guard import Script, scripts

SCRIPT = Path(__file__).with_name("harness_script.py")
PROJECTS = scripts()
PATIENCE = 60  # seconds until a process counts as hanging

each_fixed = pytest.mark.parametrize(
    "project", [p for p in PROJECTS if not p.is_refused], ids=lambda project: project.name
)
each_refused = pytest.mark.parametrize(
    "project", [p for p in PROJECTS if p.is_refused], ids=lambda project: project.name
)
WAITING = [p for p in PROJECTS if p.name.startswith("refused_until_a_request_")]
each_waiting = pytest.mark.parametrize("project", WAITING, ids=lambda project: project.name)
on_linux = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what a process holds is read from /proc"
)

Fixes = dict[str, Fixed]


@dataclass(frozen=True)
class Seen:
    """What a script holds when the application is about to be served, and what that answers."""

    held: int
    answer: str | None
    reloader: bool
    held_then: int


@pytest.fixture(scope="module")
def fixes(tmp_path_factory: pytest.TempPathFactory) -> Fixes:
    """What a plain `fix --write` makes of each project, or an unsafe one where that is refused."""
    folder = tmp_path_factory.mktemp("guard").resolve()
    return {project.name: fix(project, folder / project.name) for project in PROJECTS}


@pytest.fixture(scope="module")
def unsafe_fixes(tmp_path_factory: pytest.TempPathFactory) -> Fixes:
    """What `fix --write --unsafe-fixes` makes of the refused projects."""
    folder = tmp_path_factory.mktemp("unsafe").resolve()
    refused = [project for project in PROJECTS if project.is_refused]
    return {p.name: fix(p, folder / p.name, "--unsafe-fixes") for p in refused}


def test_about_half_of_the_projects_are_refused() -> None:
    refused = [project for project in PROJECTS if project.is_refused]
    assert min(len(refused), len(PROJECTS) - len(refused)) >= 10


def test_safe_and_unsafe_forms_have_projects_that_are_run_before_and_after() -> None:
    fixed = [project for project in PROJECTS if not project.is_refused]
    assert sum(project.doubt is None for project in fixed) >= 10
    assert len(WAITING) + sum(project.doubt is not None for project in fixed) >= 10


@each_fixed
def test_check_names_the_cure(project: Script, fixes: Fixes) -> None:
    applicability = "safe" if project.doubt is None else "unsafe"
    for finding in fixes[project.name].findings:
        cure = finding["fix"]
        assert (cure["strategy"], cure["applicability"]) == ("guard", applicability)
        assert (project.doubt or "") in (cure["reason"] or "")


@each_fixed
def test_fix_writes_what_a_colleague_would(project: Script, fixes: Fixes) -> None:
    fixed = fixes[project.name]
    assert fixed.command.status == 0, fixed.command
    assert fixed.files == tree(project.after)
    assert fixed.left == []


@each_fixed
def test_summary_says_in_which_way_of_starting_it_holds(project: Script, fixes: Fixes) -> None:
    said = fixes[project.name].command.said
    assert "runs once now, in the process that serves" in said
    assert "`flask run` and gunicorn never run the main guard" in said


@each_fixed
def test_second_fix_changes_nothing(project: Script, fixes: Fixes) -> None:
    fixed = fixes[project.name]
    assert fixed.again.status == 0, fixed.again
    assert fixed.files_again == fixed.files


@on_linux
@each_fixed
def test_only_the_process_that_serves_holds_anything(project: Script, fixes: Fixes) -> None:
    folder = fixes[project.name].folder
    with ThreadPoolExecutor(2) as pool:
        parent_before, child_before = pool.map(_run, [project.before] * 2, (False, True))
        parent, child = pool.map(_run, [folder] * 2, (False, True))
    assert 0 < parent_before.held <= child_before.held
    assert (parent.held, parent.reloader) == (0, True)
    assert child == child_before


@each_refused
def test_refused_project_stays_as_it_is_and_hears_why(project: Script, fixes: Fixes) -> None:
    fixed = fixes[project.name]
    assert fixed.command.status == 1
    assert fixed.files == tree(project.before)
    (finding,) = fixed.findings
    assert (finding["fix"]["strategy"], finding["fix"]["applicability"]) == (
        "guard",
        project.applicability,
    )
    assert project.reason in finding["fix"]["reason"]
    assert project.reason in fixed.command.said


@each_refused
def test_only_what_is_unsafe_is_written_on_demand(project: Script, unsafe_fixes: Fixes) -> None:
    fixed = unsafe_fixes[project.name]
    assert (fixed.files != tree(project.before)) == (project.applicability == "unsafe")
    assert (fixed.left == []) == (project.applicability == "unsafe")
    assert fixed.files_again == fixed.files
    if project.after.exists():
        assert fixed.files == tree(project.after)


@on_linux
@each_waiting
def test_only_the_first_request_starts_what_was_started_before(
    project: Script, unsafe_fixes: Fixes
) -> None:
    folder = unsafe_fixes[project.name].folder
    with ThreadPoolExecutor(2) as pool:
        parent_before, child_before = pool.map(_run, [project.before] * 2, (False, True))
        parent, child = pool.map(_run, [folder] * 2, (False, True))
    assert 0 < parent_before.held <= child_before.held
    assert (parent.held_then, child.held) == (0, 0)
    assert child.held_then == child_before.held_then > 0
    assert child.answer == child_before.answer


def _run(folder: Path, child: bool) -> Seen:
    """Run a project's `app.py` as one of the reloader's processes, to the end if it has one."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("FLASK", "WERKZEUG"))}
    process = subprocess.Popen(
        [sys.executable, "-B", str(SCRIPT)],
        cwd=folder,
        env={**inherited, **({"WERKZEUG_RUN_MAIN": "true"} if child else {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
    try:
        _end(process, folder)
    finally:
        process.kill()
        process.wait()
    found = json.loads(line)  # `held_then`: after one request
    held, held_then = (sum(found[moment].values()) for moment in ("held", "held_then"))
    return Seen(held, found["answer"], found["reloader"], held_then)


def _end(process: subprocess.Popen[str], folder: Path) -> None:
    """A fixed script comes to an end when its run does; one as it was found may hang."""
    if folder.name != "before":
        assert process.wait(PATIENCE) == 0
