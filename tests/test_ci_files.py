"""The GitHub action: valid by its schema, and its steps do what they say when they are run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from published_schemas import schema

ROOT = Path(__file__).resolve().parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
HAZARD = "import threading\nimport flask\nthreading.Thread(target=print).start()\n"


def test_action_is_valid() -> None:
    jsonschema.validate(ACTION, schema("/github-action.json"))


def test_inputs_reach_the_shell_as_variables_only() -> None:
    assert [name for name, step in STEPS.items() if "${{" in step["run"]] == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash isn't installed")
class TestSteps:
    """The shell steps, with this installation in the place of the one that they make."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        programs = tmp_path / "temp" / "reloadlint"
        programs.mkdir(parents=True)
        (programs / "bin").symlink_to(Path(sys.executable).parent)
        (tmp_path / "a b").mkdir()
        (tmp_path / "app.py").write_text(HAZARD)
        return tmp_path

    def run(self, name: str, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        known = {key: value["default"] for key, value in ACTION["inputs"].items()}
        values = {**known, **{key.replace("_", "-"): value for key, value in inputs.items()}}
        named = {
            variable: values.get(expression[len("${{ inputs.") : -len(" }}")], "")
            for variable, expression in STEPS[name]["env"].items()
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]],
            cwd=folder,
            env={**os.environ, **named, "RUNNER_TEMP": str(folder / "temp")},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_annotation_for_each_finding_and_status_1(self, folder: Path) -> None:
        done = self.run("Annotate", folder)
        assert done.returncode == 1
        assert done.stdout.startswith("::error file=app.py,line=3,")

    def test_nothing_found_is_0(self, folder: Path) -> None:
        (folder / "app.py").write_text("import flask\n")
        done = self.run("Annotate", folder)
        assert (done.returncode, done.stdout) == (0, "")

    def test_arguments_and_paths_are_handed_on(self, folder: Path) -> None:
        done = self.run("Annotate", folder, paths="app.py", args="--ignore RL101 --exit-zero")
        assert (done.returncode, done.stdout) == (0, "")
        assert self.run("Annotate", folder, paths="gone.py").returncode == 2

    def test_input_is_no_code(self, folder: Path) -> None:
        done = self.run("Annotate", folder, paths="$(touch x) ; touch x")
        assert done.returncode == 2
        assert not (folder / "x").exists()

    def test_sarif_is_written_and_does_not_fail(self, folder: Path) -> None:
        done = self.run("Write the SARIF report", folder, sarif_file="out.sarif")
        assert (done.returncode, done.stdout) == (0, "")
        log = json.loads((folder / "out.sarif").read_text())
        assert len(log["runs"][0]["results"]) == 1
