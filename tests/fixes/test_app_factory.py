"""`fix --app-factory` moves an application into a factory that gives the same one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fixes.harness import tree
from fixes.harness_app_factory import factories, visit
from fixes.harness_fixing import Fixed, copy, inside, reloadlint
from fixes.harness_server import serve

PROJECTS = factories()
MADE = [project for project in PROJECTS if not project.is_refused]
REFUSED = [project for project in PROJECTS if project.is_refused]
NAME = {"ids": lambda project: project.name}


@pytest.fixture(scope="module")
def fixed(tmp_path_factory):
    """All projects, fixed once."""
    folder = tmp_path_factory.mktemp("factories")
    return {project.name: _fixed(project, folder / project.name) for project in PROJECTS}


def _fixed(project, folder):
    """The project, fixed; and once more, if the first time changed something."""
    copy(project, folder)
    with inside(folder):
        command = reloadlint("fix", "--write", *project.options)
        files = tree(folder)
        again = command if project.is_refused else reloadlint("fix", "--write", *project.options)
    return Fixed(folder, files, command, tree(folder), again, [], [])


@pytest.fixture(scope="module")
def visits(fixed):
    """What the projects answer before and after."""
    before = [(project, project.before, project.plan["before"]) for project in MADE]
    after = [(project, fixed[project.name].folder, project.plan["after"]) for project in MADE]
    answers = visit(before + after)
    pairs = zip(answers, answers[len(MADE) :], strict=False)
    return dict(zip((project.name for project in MADE), pairs, strict=True))


@pytest.mark.parametrize("project", MADE, **NAME)
def test_the_application_moves(project, fixed):
    command = fixed[project.name].command
    assert command.status == 0, command.said + command.complained
    assert "application moved" in command.said
    assert project.plan.get("said", "") in command.said


@pytest.mark.parametrize("project", MADE, **NAME)
def test_the_urls_and_commands_are_the_same(project, visits):
    before, after = visits[project.name]
    assert sorted(after["rules"]) == sorted(before["rules"])
    assert after["commands"] == before["commands"]


@pytest.mark.parametrize("project", MADE, **NAME)
def test_the_answers_are_the_same(project, visits):
    before, after = visits[project.name]
    for request, was, is_now in zip(
        project.plan["requests"], before["answers"], after["answers"], strict=True
    ):
        assert is_now == was, request


@pytest.mark.parametrize("project", MADE, **NAME)
def test_the_text_is_what_is_written_down(project, fixed):
    files = {k: v for k, v in fixed[project.name].files.items() if not k.endswith(".pyc")}
    assert files == tree(project.after)


@pytest.mark.parametrize("project", MADE, **NAME)
def test_a_second_fix_changes_nothing(project, fixed):
    found = fixed[project.name]
    assert found.files_again == found.files
    assert found.again.status == 0


@pytest.mark.parametrize("project", MADE, **NAME)
def test_flask_run_finds_the_application(project, fixed):
    command = ("-m", "flask", "--app", project.module, "run", "-p", "{port}")
    with serve(fixed[project.name].folder, command) as server:
        assert server.logs("Running on")
        assert server.get(project.plan["json"])


@pytest.mark.parametrize("project", [p for p in MADE if p.script], **NAME)
def test_the_script_serves_the_application(project, fixed):
    with serve(fixed[project.name].folder, (project.script,)) as server:
        assert server.logs("Running on")
        assert server.get(project.plan["json"])


@pytest.mark.parametrize("project", [p for p in MADE if "tests" in p.plan], **NAME)
def test_the_tests_of_the_project_pass_as_before(project, fixed):
    for folder in (project.before, fixed[project.name].folder):
        command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        command += ["--rootdir", str(folder), "-c", "/dev/null", project.plan["tests"]]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, env=alone
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("project", REFUSED, **NAME)
def test_what_cannot_be_kept_is_left_alone_and_said(project, fixed):
    found = fixed[project.name]
    assert found.files == tree(project.before)
    assert project.reason in found.command.said
    assert found.command.status == 1


def test_without_unsafe_fixes_it_says_so_in_one_line(tmp_path):
    copy(MADE[0], tmp_path)
    with inside(tmp_path):
        command = reloadlint("fix", "--app-factory")
    assert command.status == 1
    assert not command.said
    lines = [line for line in command.complained.splitlines() if "application" in line]
    assert len(lines) == 1
    assert "--unsafe-fixes" in lines[0]
