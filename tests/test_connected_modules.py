"""What is followed when only some files are named: their application, whole, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from reloadlint.effects.solver import Solver
from reloadlint.linter import check_project
from reloadlint.project.modules import Module
from reloadlint.settings import Settings

DB = "import sqlite3\ndb = sqlite3.connect('shop.sqlite3')\n"
APP = "from flask import Flask\nimport db\napp = Flask(__name__)\n"
SETTINGS = Settings(cache=False, follow_installed=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "db.py").write_text(DB, encoding="utf-8")
    (tmp_path / "other.py").write_text(APP.replace("import db\n", ""), encoding="utf-8")
    return tmp_path


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The modules that the solver loads from now on."""
    paths: set[str] = set()
    load = Solver.load

    def noting(self: Solver, module: Module) -> object:
        paths.add(module.path)
        return load(self, module)

    monkeypatch.setattr(Solver, "load", noting)
    return paths


def test_named_file_is_reported_because_another_one_makes_it_a_flask_module(project: Path) -> None:
    findings = check_project([project / "db.py"], SETTINGS).findings
    assert [finding.code for finding in findings] == ["RL106"]


def test_application_that_shares_nothing_but_the_folder_is_not_followed(
    project: Path, loaded: set[str]
) -> None:
    check_project([project / "db.py"], SETTINGS)
    assert loaded == {"app.py", "db.py"}


def test_whole_folder_is_followed_if_it_is_named(project: Path, loaded: set[str]) -> None:
    check_project([project], SETTINGS)
    assert loaded == {"app.py", "db.py", "other.py"}
