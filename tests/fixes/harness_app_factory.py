"""The projects in `tests/fixtures/app_factory`: applications at module level, and what is asked.

Each has `before/` and `project.toml`:

- `before` and `after`: the application, as `module:name` or `module:factory()`;
- `requests`: `[METHOD ]path[ form]`, or `$ arguments` of `flask`; one client makes them all;
- `json`: a path that the real servers are asked for, which answers in JSON; `script` and `run` are
  the file that is run and the module that `flask --app` gets, if not those of `before`;
- `said`: a part of what is said about it; `tests`: the project's own tests, run before and after.

One with `refused.txt` (a part of the reason) instead is left alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fixes.harness import FIXTURES, Project, tomllib

APP_FACTORY = FIXTURES.with_name("app_factory")
PROBE = Path(__file__).with_name("harness_app_factory_probe.py")


@dataclass(frozen=True)
class Factory(Project):
    """A project with an application at module level."""

    @property
    def options(self) -> list[str]:
        """What `fix` is called with, besides `--write`."""
        return ["--app-factory", "--unsafe-fixes"]

    @property
    def reason(self) -> str:
        """What the refusal must say."""
        return (self.folder / "refused.txt").read_text("utf-8").strip()

    @cached_property
    def plan(self) -> dict[str, Any]:
        """What `project.toml` says."""
        return tomllib.loads((self.folder / "project.toml").read_text("utf-8"))

    @property
    def module(self) -> str:
        """What `flask --app` gets."""
        return self.plan.get("run") or self.plan["before"].partition(":")[0]

    @property
    def script(self) -> str | None:
        """The file that `python` runs; None where the project has none."""
        return self.plan.get("script", f"{self.module}.py") or None


def factories() -> list[Factory]:
    """All projects, by name."""
    return [Factory(folder) for folder in sorted(APP_FACTORY.iterdir()) if folder.is_dir()]


def visit(jobs: list[tuple[Factory, Path, str]]) -> list[dict[str, Any]]:
    """What each project's application, in a process of its own, has for a URL map and answers."""
    lines = [_line(*job) for job in jobs]
    command = [sys.executable, "-B", str(PROBE)]
    done = subprocess.run(
        command, input="".join(lines), stdout=subprocess.PIPE, text=True, check=True, timeout=120
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _line(project: Factory, folder: Path, app: str) -> str:
    job = {"folder": str(folder), "app": app, "requests": project.plan["requests"]}
    return json.dumps(job) + "\n"
