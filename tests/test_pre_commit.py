"""The hooks under the real pre-commit, in a fresh repository: refused, fixed, accepted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("pre_commit", reason="pre-commit isn't installed")
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git isn't installed")

HOOKS = Path(__file__).resolve().parent.parent / ".pre-commit-hooks.yaml"

HAZARD = """\
import threading

from flask import Flask

app = Flask(__name__)
threading.Thread(target=print).start()
"""
CURABLE = """\
from flask import Flask

app = Flask(__name__)  # reloadlint: ignore[RL101] not any more
"""
CLEAN = "from flask import Flask\n\napp = Flask(__name__)\n"


class Repository(SimpleNamespace):
    """A repository with one of the hooks installed."""

    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments,
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def write(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.folder / f"{name}.py").write_text(text)

    def commit(self) -> subprocess.CompletedProcess[str]:
        self.run("git", "add", "--all")
        return self.run("git", "commit", "--message", "x")

    def committed(self) -> int:
        return int(self.run("git", "rev-list", "--all", "--count").stdout)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    programs = Path(sys.executable).parent
    return {
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "x" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "x@example.org" for who in ("AUTHOR", "COMMITTER")},
    }


@pytest.fixture
def repository(
    tmp_path: Path, environ: dict[str, str], request: pytest.FixtureRequest
) -> Repository:
    """Hooks as published, but for the language: the program that is tested is installed already."""
    hooks = Repository(folder=tmp_path / "hooks", environ=environ)
    hooks.folder.mkdir()
    published = HOOKS.read_text(encoding="utf-8")
    installed = published.replace("language: python", "language: system")
    (hooks.folder / HOOKS.name).write_text(installed)
    hooks.run("git", "init", "--quiet")
    hooks.commit()
    made = Repository(folder=tmp_path / "project", environ=environ)
    made.folder.mkdir()
    made.run("git", "init", "--quiet")
    revision = hooks.run("git", "rev-parse", "HEAD").stdout.strip()
    (made.folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks.folder.as_uri()}\n    rev: {revision}\n"
        f"    hooks:\n      - id: {request.param}\n"
    )
    assert made.run("pre-commit", "install").returncode == 0
    return made


def test_manifest_is_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(HOOKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("repository", ["reloadlint"], indirect=True)
def test_commit_with_a_hazard_is_refused_and_one_without_accepted(repository: Repository) -> None:
    repository.write(app=HAZARD)
    refused = repository.commit()
    assert refused.returncode == 1
    assert "app.py:6:1  RL101 import-time-thread" in refused.stdout
    assert repository.committed() == 0
    repository.write(app=CLEAN)
    assert repository.commit().returncode == 0
    assert repository.committed() == 1


@pytest.mark.parametrize("repository", ["reloadlint"], indirect=True)
def test_files_that_did_not_change_are_read_and_not_reported(repository: Repository) -> None:
    helper = "import threading\n\ndef begin():\n    threading.Thread(target=print).start()\n"
    repository.write(app=CLEAN, helper=helper, old=HAZARD)
    repository.run("git", "add", "--all")
    repository.run("git", "commit", "--no-verify", "--message", "x")
    repository.write(app=CLEAN + "from helper import begin\n\nbegin()\n")
    refused = repository.commit()
    assert "app.py:6:1  RL101" in refused.stdout
    assert "old.py" not in refused.stdout


@pytest.mark.parametrize("repository", ["reloadlint"], indirect=True)
def test_excluded_file_is_let_through(repository: Repository) -> None:
    (repository.folder / "reloadlint.toml").write_text('extend-exclude = ["app.py"]')
    repository.write(app=HAZARD)
    assert repository.commit().returncode == 0


@pytest.mark.parametrize("repository", ["reloadlint-fix"], indirect=True)
def test_fix_refuses_changes_and_lets_the_next_commit_pass(repository: Repository) -> None:
    repository.write(app=CURABLE)
    refused = repository.commit()
    assert refused.returncode == 1
    assert "files were modified by this hook" in refused.stdout
    assert (repository.folder / "app.py").read_text() == CLEAN
    assert repository.commit().returncode == 0
    assert repository.committed() == 1


@pytest.mark.parametrize("repository", ["reloadlint-fix"], indirect=True)
def test_fix_refuses_what_it_cannot_cure(repository: Repository) -> None:
    repository.write(app=HAZARD)
    refused = repository.commit()
    assert refused.returncode == 1
    assert "RL101 not fixed" in refused.stdout
    assert (repository.folder / "app.py").read_text() == HAZARD
