"""What the READMEs tell a newcomer to copy is run, and what they show is what is printed."""

from __future__ import annotations

import configparser
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
import yaml

from published_schemas import schema

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[Any]:
    found = re.findall(r"```yaml\n(.+?)```", text_of(name), re.DOTALL)
    return [yaml.safe_load(block) for block in found]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash isn't installed")
@pytest.mark.parametrize("name", READMES)
def test_example_is_fixed_by_copying_lines(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shown, written = re.findall(r"^    (reloadlint .+)$", text_of(name), re.MULTILINE)
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    patch = run(shown)
    assert patch.returncode == 1
    assert "+def get_db():" in patch.stdout
    done = run(written)
    assert (done.returncode, "1 fixed, 0 left." in done.stdout) == (0, True)


@pytest.mark.parametrize("name", [*READMES, "docs/index.md", "docs/ci.md"])
def test_hooks_are_configured_as_pre_commit_reads_it(name: str) -> None:
    (config,) = [block for block in blocks(name) if "repos" in block]
    jsonschema.validate(config, schema("/pre-commit-config.json"))
    published = {hook["id"] for hook in yaml.safe_load(text_of(".pre-commit-hooks.yaml"))}
    assert {hook["id"] for repo in config["repos"] for hook in repo["hooks"]} <= published


@pytest.mark.parametrize("name", ["README.md", "docs/ci.md"])
def test_workflow_is_valid_and_gives_the_action_what_it_takes(name: str) -> None:
    (workflow,) = [block for block in blocks(name) if "jobs" in block]
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads `on` as true
    jsonschema.validate(workflow, schema("/github-workflow.json"))
    (step,) = [
        step
        for step in workflow["jobs"]["reloadlint"]["steps"]
        if step["uses"].startswith("reloadlint/")
    ]
    assert set(step.get("with", {})) <= set(yaml.safe_load(text_of("action.yml"))["inputs"])


def test_gitlab_job_is_valid() -> None:
    (job,) = [block for block in blocks("docs/ci.md") if "reloadlint" in block]
    jsonschema.validate(job, schema("/editor/schema/ci.json"))


def test_picture_shows_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    generate = __import__("generate")
    lines: dict[str, str] = {}
    for clip, text in re.findall(
        r'<text [^>]*clip-path="url\(#report-line-(\d+)\)"[^>]*>([^<]*)</text>',
        text_of("docs/report.svg"),
    ):
        lines[clip] = lines.get(clip, "") + html.unescape(text)
    shown = "".join("".join(lines.values()).split())
    command = f"$ reloadlint {' '.join(generate.EXAMPLE)}"
    # How far the cure can be written changes more often than what is wrong.
    printed = generate.printed(color="never").partition("  fix: ")[0]
    assert shown.startswith("".join(f"{command} {printed}".split()))


def test_picture_takes_nothing_from_elsewhere() -> None:
    picture = text_of("docs/report.svg").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "http" not in picture


def test_readme_in_chinese_has_the_same_commands() -> None:
    tables = [re.findall(r"^\| `(reloadlint \w+)", text_of(name), re.MULTILINE) for name in READMES]
    assert tables[0] == tables[1]
    pips = [
        re.findall(r"^    (python -m pip .+)$", text_of(name), re.MULTILINE) for name in READMES
    ]
    assert pips[0] == pips[1]


def test_snippets_for_tox_and_nox_run_the_command() -> None:
    text = text_of("docs/ci.md")
    (ini,) = re.findall(r"```ini\n(.+?)```", text, re.DOTALL)
    parser = configparser.ConfigParser()
    parser.read_string(ini)
    assert parser["testenv:reloadlint"]["commands"] == "reloadlint check"
    (program,) = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    ran: list[tuple[str, ...]] = []
    session = SimpleNamespace(
        posargs=["src"], install=lambda *_: None, run=lambda *words: ran.append(words)
    )
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "nox", SimpleNamespace(session=lambda function: function))  # type: ignore[arg-type]
        exec(compile(program, "docs/ci.md", "exec"), names)
    names["reloadlint"](session)
    assert ran == [("reloadlint", "check", "src")]
