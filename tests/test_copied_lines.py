"""What the documents give to copy into a project's CI is run as it stands there.

Only where it comes from is changed: the address of the repository leads to a local one, and the
program that is tested stands for the one that would be installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS = ".pre-commit-hooks.yaml"
HAZARD = "import threading\nimport flask\nthreading.Thread(target=print).start()\n"
CLEAN = "import flask\n\napp = flask.Flask(__name__)\n"

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("bash") is None, reason="needs git and bash"
)


def yaml_of(name: str, key: str) -> tuple[str, Any]:
    """The block of a document that has this key, as written and as read."""
    texts = re.findall(r"```yaml\n(.+?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    (found,) = [(text, read) for text in texts if key in (read := yaml.safe_load(text))]
    return found


class Machine:
    """A folder, and commands that find this reloadlint and no configuration of the user's."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.project = home / "project"
        self.project.mkdir()
        self.environ = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(home),
            "PRE_COMMIT_HOME": str(home / "cache"),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_NAME": "x" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "x@example.org" for who in ("AUTHOR", "COMMITTER")},
        }

    def run(
        self, line: str, folder: Path | None = None, environ: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line],
            cwd=folder or self.project,
            env={**self.environ, **(environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/index.md", "docs/ci.md"])
def test_copied_hooks_refuse_a_hazard_and_let_the_rest_pass(name: str, machine: Machine) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit isn't installed")
    text, read = yaml_of(name, "repos")
    (repo,) = read["repos"]
    published = machine.home / "published"
    published.mkdir()
    hooks = (ROOT / HOOKS).read_text(encoding="utf-8")
    (published / HOOKS).write_text(hooks.replace("language: python", "language: system"))
    tag = f"git init -q && git add --all && git commit -qm x && git tag {repo['rev']}"
    assert machine.run(tag, published).returncode == 0
    machine.environ |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{published.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": repo["repo"],
    }
    (machine.project / ".pre-commit-config.yaml").write_text(text)
    assert machine.run("git init -q && pre-commit install").returncode == 0

    (machine.project / "app.py").write_text(HAZARD)
    refused = machine.run("git add --all && git commit -m x")
    assert refused.returncode == 1
    assert "app.py:3:1  RL101 import-time-thread" in refused.stdout
    (machine.project / "app.py").write_text(CLEAN)
    assert machine.run("git add --all && git commit -m x").returncode == 0


@pytest.mark.parametrize("name", ["README.md", "docs/ci.md"])
def test_copied_workflow_annotates_a_hazard_and_fails(name: str, machine: Machine) -> None:
    _, workflow = yaml_of(name, "jobs")
    (step,) = [
        step
        for step in workflow["jobs"]["reloadlint"]["steps"]
        if step["uses"].startswith("reloadlint/")
    ]
    (machine.project / "app.py").write_text(HAZARD)
    outcomes = [
        machine.run(line, environ=environ)
        for line, environ in action_steps(step.get("with", {}), machine)
    ]
    assert [done.returncode for done in outcomes] == [*[0] * (len(outcomes) - 1), 1]
    assert outcomes[-1].stdout.startswith("::error file=app.py,line=3,")
    for report in machine.project.glob("*.sarif"):
        assert json.loads(report.read_text())["runs"][0]["results"]


def action_steps(given: dict[str, str], machine: Machine) -> list[tuple[str, dict[str, str]]]:
    """The action's steps behind the installation, with their variables, as GitHub runs them."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = {name: given.get(name, value["default"]) for name, value in action["inputs"].items()}
    installed = machine.home / "reloadlint"
    installed.mkdir()
    (installed / "bin").symlink_to(Path(sys.executable).parent)
    made = []
    for step in action["runs"]["steps"][1:]:
        condition = re.fullmatch(r"inputs\.(\S+) != ''", step.get("if", ""))
        if condition and not inputs[condition[1]]:
            continue
        variables = {
            name: inputs[re.sub(r"\$\{\{ inputs\.(\S+) \}\}", r"\1", text)]
            for name, text in step["env"].items()
        }
        made.append((step["run"], {**variables, "RUNNER_TEMP": str(machine.home)}))
    return made


def test_copied_gitlab_job_leaves_the_report_that_it_announces(machine: Machine) -> None:
    _, job = yaml_of("docs/ci.md", "reloadlint")
    install, *lines = job["reloadlint"]["script"]
    assert install == "python -m pip install reloadlint"
    (machine.project / "app.py").write_text(HAZARD)
    done = machine.run("\n".join(["set -e", *lines]))
    report = machine.project / job["reloadlint"]["artifacts"]["reports"]["codequality"]
    assert done.returncode == 1
    assert [issue["check_name"] for issue in json.loads(report.read_text())] == ["RL101"]


def test_copied_settings_are_understood(machine: Machine) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```toml\n(.+?)```", text, re.DOTALL)
    (machine.project / "pyproject.toml").write_text(settings)
    (machine.project / "backend").mkdir()
    (machine.project / ".venv" / "lib").mkdir(parents=True)
    queue = "import flask\nfrom mycompany.queue import Client\n\njobs = Client()\n"
    (machine.project / "app.py").write_text(queue)
    done = machine.run("reloadlint check --output-format concise")
    assert (done.returncode, "RL101" in done.stdout) == (1, True)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/index.md"])
def test_grown_project_is_told_about_new_findings_only(name: str, machine: Machine) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    command = re.search(r"reloadlint check --write-baseline", text)
    setting = re.search(r"`(baseline = .+?)`", text)
    assert command
    assert setting
    (machine.project / "app.py").write_text(HAZARD)
    assert machine.run(command[0]).returncode == 0
    (machine.project / "reloadlint.toml").write_text(setting[1])
    assert machine.run("reloadlint check").returncode == 0
    (machine.project / "new.py").write_text(HAZARD)
    told = machine.run("reloadlint check --output-format concise")
    assert told.returncode == 1
    assert [line.partition(":")[0] for line in told.stdout.splitlines()[:1]] == ["new.py"]
