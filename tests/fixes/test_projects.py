"""`fix --write` on every project in `tests/fixtures/fix`, which is run before and after.

A project that is fixed answers as before, holds nothing once it is loaded, and closes after each
request what the request has opened. One that is refused stays as it is, and the reason is given.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from fixes.harness import Project, Run, projects, run, tree
from fixes.harness_fixing import Fixed, copy, fix, inside, reloadlint

STRATEGIES = {"g", "lazy", "defer", "pool", "guard"}
PROJECTS = projects()
FIXED = [project for project in PROJECTS if not project.is_refused]
REFUSED = [project for project in PROJECTS if project.is_refused]
UNSAFE = [project for project in REFUSED if project.applicability == "unsafe"]

on_linux = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what a process holds is read from /proc"
)
each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
each_plain = pytest.mark.parametrize(
    "project",
    [project for project in PROJECTS if not project.options],
    ids=lambda project: project.name,
)
each_fixed = pytest.mark.parametrize("project", FIXED, ids=lambda project: project.name)
each_per_request = pytest.mark.parametrize(
    "project",
    [project for project in FIXED if project.strategy == "g"],
    ids=lambda project: project.name,
)
each_per_process = pytest.mark.parametrize(
    "project",
    [project for project in FIXED if project.strategy == "lazy"],
    ids=lambda project: project.name,
)
each_refused = pytest.mark.parametrize("project", REFUSED, ids=lambda project: project.name)
each_unsafe = pytest.mark.parametrize("project", UNSAFE, ids=lambda project: project.name)

Fixes = dict[str, Fixed]
Runs = dict[str, Run]


@pytest.fixture(scope="module")
def fixes(tmp_path_factory: pytest.TempPathFactory) -> Fixes:
    """What a plain `fix --write` makes of each project."""
    folder = tmp_path_factory.mktemp("fixed").resolve()
    return {project.name: fix(project, folder / project.name) for project in PROJECTS}


@pytest.fixture(scope="module")
def unsafe_fixes(tmp_path_factory: pytest.TempPathFactory) -> Fixes:
    """What `fix --write --unsafe-fixes` makes of the projects that are refused."""
    folder = tmp_path_factory.mktemp("unsafe").resolve()
    return {
        project.name: fix(project, folder / project.name, "--unsafe-fixes") for project in REFUSED
    }


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    jobs = [(project, project.before) for project in PROJECTS]
    return _run(jobs, tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def after(fixes: Fixes, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    jobs = [(project, fixes[project.name].folder) for project in FIXED]
    return _run(jobs, tmp_path_factory.mktemp("after"))


@each_project
def test_name_says_whether_it_is_fixed(project: Project) -> None:
    assert project.strategy in ({"refused"} if project.is_refused else STRATEGIES)
    assert project.applicability in {"safe", "unsafe", "manual"}


def test_about_half_of_the_projects_are_refused() -> None:
    assert min(len(FIXED), len(REFUSED)) >= 0.4 * len(PROJECTS) >= 16


@pytest.mark.parametrize("strategy", sorted(STRATEGIES - {"guard"}))  # that has a test of its own
def test_every_strategy_has_projects_that_are_run_before_and_after(strategy: str) -> None:
    assert sum(project.strategy == strategy for project in FIXED) >= 10


@on_linux
@each_project
def test_holds_something_when_loaded_before_the_fix(project: Project, before: Runs) -> None:
    seen = before[project.name]
    assert seen.error is None
    assert seen.states["loaded"].held
    for request, answers in zip(project.requests, seen.answers, strict=True):
        if not request.get("may_fail_before"):
            assert [answer["status"] for answer in answers] == _expected(request)


@each_plain
def test_check_says_what_fix_does(project: Project, fixes: Fixes) -> None:
    (finding,) = _import_time(fixes[project.name].findings)[:1]
    cure = finding["fix"]
    assert cure["applicability"] == project.applicability
    if project.is_refused:
        assert project.reason in cure["reason"]
    else:
        assert (cure["strategy"], cure["reason"]) == (project.strategy, None)


@each_fixed
def test_fix_writes_what_a_colleague_would(project: Project, fixes: Fixes) -> None:
    fixed = fixes[project.name]
    assert fixed.command.status == 0, fixed.command
    if project.gap:
        assert fixed.files != tree(project.after), "the gap is closed: remove `gap.txt`"
        pytest.xfail(project.gap)
    assert fixed.files == tree(project.after)


@each_fixed
def test_summary_says_that_an_error_comes_later_now(project: Project, fixes: Fixes) -> None:
    assert " now comes with " in fixes[project.name].command.said


@pytest.mark.skipif(shutil.which("git") is None, reason="applies the patch with git")
@each_fixed
def test_patch_that_git_applies_gives_the_same(
    project: Project, fixes: Fixes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(project, tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with inside(tmp_path):
        shown = reloadlint("fix", *project.options)
        assert tree(tmp_path) == tree(project.before)
    patch = shown.said.encode("utf-8", "surrogateescape")
    subprocess.run(["git", "apply", "--whitespace=nowarn"], input=patch, cwd=tmp_path, check=True)
    assert shown.status == 1
    assert tree(tmp_path) == fixes[project.name].files


@each_fixed
def test_second_fix_changes_nothing(project: Project, fixes: Fixes) -> None:
    fixed = fixes[project.name]
    assert fixed.again.status == 0, fixed.again
    assert fixed.files_again == fixed.files


@each_fixed
def test_check_has_nothing_left_to_say(project: Project, fixes: Fixes) -> None:
    fixed = fixes[project.name]
    assert fixed.files != tree(project.before)
    assert [finding["message"] for finding in fixed.left] == []


@on_linux
@each_fixed
def test_answers_are_the_same_as_before(project: Project, before: Runs, after: Runs) -> None:
    seen = after[project.name]
    assert seen.error is None
    former = before[project.name].answers
    for request, was, answers in zip(project.requests, former, seen.answers, strict=True):
        assert [answer["status"] for answer in answers] == _expected(request)
        if not request.get("may_fail_before"):
            assert answers == was


@on_linux
@each_fixed
def test_loading_opens_nothing_after_the_fix(project: Project, after: Runs) -> None:
    loaded = after[project.name].states["loaded"]
    assert loaded.held == ()
    assert (loaded.threads, loaded.tasks) == (1, 1)


@on_linux
@each_per_request
def test_what_requests_open_is_closed_after_them(project: Project, after: Runs) -> None:
    seen = after[project.name]
    assert seen.begun > 0, "nothing has been opened, so nothing is proved"
    for moment, state in seen.states.items():
        assert (moment, state) == (moment, seen.states["loaded"])


@on_linux
@each_per_process
def test_what_the_first_request_makes_serves_all(project: Project, after: Runs) -> None:
    seen = after[project.name]
    assert seen.begun > 0, "nothing has been made, so nothing is proved"
    for moment in ("nested", "crowded"):
        assert (moment, seen.states[moment]) == (moment, seen.states["answered"])


@each_refused
def test_refused_project_stays_as_it_is(project: Project, fixes: Fixes) -> None:
    fixed = fixes[project.name]
    assert fixed.command.status == 1
    assert fixed.files == tree(project.before)


@each_refused
def test_refusal_says_why(project: Project, fixes: Fixes) -> None:
    command = fixes[project.name].command
    assert project.reason in command.said + command.complained


@each_refused
def test_only_what_is_unsafe_is_written_on_demand(project: Project, unsafe_fixes: Fixes) -> None:
    fixed = unsafe_fixes[project.name]
    assert fixed.files_again == fixed.files
    assert (fixed.files != tree(project.before)) == (project.applicability == "unsafe")
    if project.after.exists():
        assert fixed.files == tree(project.after)


@each_unsafe
def test_unsafe_fix_takes_the_finding_away_and_compiles(
    project: Project, unsafe_fixes: Fixes
) -> None:
    fixed = unsafe_fixes[project.name]
    assert _import_time(fixed.left) == []
    before = tree(project.before)
    for file in (file for file in fixed.files if fixed.files[file] != before.get(file)):
        compile(fixed.files[file], file, "exec")


def test_projects_side_by_side_do_not_meet(tmp_path: Path, fixes: Fixes) -> None:
    """Some of them under one root, each fixed by itself: the others' names are not in its way."""
    some = [project for project in FIXED if not project.options][::12]
    (tmp_path / "pyproject.toml").touch()
    for project in some:
        copy(project, tmp_path / project.name)
    for project in some:
        with inside(tmp_path / project.name):
            command = reloadlint("fix", "--write")
        assert command.status == 0, (project.name, command)
        assert tree(tmp_path / project.name) == fixes[project.name].files


def _run(jobs: list[tuple[Project, Path]], scratch: Path) -> Runs:
    runs = run(jobs, scratch)
    return {project.name: seen for (project, _), seen in zip(jobs, runs, strict=True)}


def _expected(request: dict[str, object]) -> list[object]:
    status = request.get("status", 0 if "command" in request else 200)
    return [status] * request["concurrent"]


def _import_time(findings: list[dict[str, object]]) -> list[dict[str, object]]:
    return [finding for finding in findings if finding["code"].startswith("RL10")]
