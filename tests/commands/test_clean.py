"""`reloadlint clean` removes what runs have kept, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reloadlint.linter import check_project
from reloadlint.settings import Settings
from reloadlint.store import FOLDER, ROOMS

Run = Callable[..., Any]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "app.py").write_text("import flask\n")
    monkeypatch.chdir(folder)
    return folder


def keep_something(**settings: Any) -> None:
    check_project([Path()], Settings(follow_installed=False, **settings))


def test_everything_that_a_run_has_kept_is_removed(project: Path, run: Run) -> None:
    keep_something()
    assert {room.name for room in (project / FOLDER).iterdir()} <= {*ROOMS, ".gitignore"}
    result = run("clean")
    assert (result.status, result.out) == (0, f"removed {FOLDER}\n")
    assert not (project / FOLDER).exists()


def test_nothing_is_said_where_nothing_is_kept(project: Path, run: Run) -> None:
    result = run("clean", str(project))
    assert (result.status, result.out, result.err) == (0, "", "")


def test_caches_of_projects_below_are_removed_too(project: Path, run: Run) -> None:
    inner = project / "services" / "one"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").touch()
    (inner / "app.py").touch()
    check_project([inner], Settings(follow_installed=False))
    assert run("clean", "services").out == f"removed services/one/{FOLDER}\n"
    assert not (inner / FOLDER).exists()


def test_folder_that_the_settings_name_is_emptied(project: Path, run: Run) -> None:
    (project / "reloadlint.toml").write_text('cache-dir = "kept"\n')
    keep_something(cache_dir=str(project / "kept"))
    assert run("clean").out == "removed kept\n"
    assert not (project / "kept").exists()


def test_other_files_in_the_folder_stay(project: Path, run: Run) -> None:
    keep_something()
    notes = project / FOLDER / "results" / "notes.txt"
    notes.touch()
    run("clean")
    assert [path for path in (project / FOLDER).rglob("*") if path.is_file()] == [notes]


def test_folder_that_no_run_has_made_stays(project: Path, run: Run) -> None:
    """A setting of a project that was cloned may name any folder."""
    other = project / "other" / "results" / ("0" * 40)
    other.parent.mkdir(parents=True)
    other.touch()
    assert run("clean", "--cache-dir", "other").out == ""
    assert other.exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_what_lies_behind_a_link_stays(project: Path, tmp_path: Path, run: Run) -> None:
    keep_something()
    (project / FOLDER).rename(tmp_path / "elsewhere")
    (project / FOLDER).symlink_to(tmp_path / "elsewhere")
    assert run("clean").out == ""
    assert (tmp_path / "elsewhere" / "results").is_dir()


def test_path_that_is_not_there_is_told(project: Path, run: Run) -> None:
    result = run("clean", "gone")
    assert (result.status, result.err) == (2, "error: gone: no such file or folder\n")
    assert project.is_dir()
