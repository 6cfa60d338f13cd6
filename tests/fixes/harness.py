"""The projects in `tests/fixtures/fix`, and what happens when they are run and when they are fixed.

Each project is a folder with `before/`, `requests.toml` and either `after/` or `refused.txt`. The
name of one that is fixed begins with the strategy, that of another with `refused`.

`requests.toml` says how to get the application (`app = "wsgi:create_app()"`, or `blueprint =
"pages:bp"` where there is none), which databases there are (`[databases]`: file = SQL) and what
is asked (`[[requests]]`): `path` with `method`, `json`, `data`, `headers`, the expected `status`
(200), how many ask at once (`concurrent`), whether the project could answer at all before it was
fixed (`may_fail_before`), an `app` of its own; or `command`, the arguments of `flask`. `fix` has
the paths and options with which the project is fixed.

`refused.txt` has the applicability in its first line and a part of the reason in its second. With
`unsafe`, `after/` (where it is there) is what `--unsafe-fixes` gives.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "fix"
PROBE = Path(__file__).with_name("harness_probe.py")
LANES = 2

Answer = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """A small Flask project, the requests that it answers, and what a fix makes of it."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name, which says what the project is about."""
        return self.folder.name

    @property
    def before(self) -> Path:
        """The project as it is found."""
        return self.folder / "before"

    @property
    def after(self) -> Path:
        """The project as it is left: by a safe fix, or by `--unsafe-fixes`."""
        return self.folder / "after"

    @property
    def gap(self) -> str:
        """How the text of a working fix still differs from `after/`; empty where it doesn't."""
        file = self.folder / "gap.txt"
        return file.read_text(encoding="utf-8").strip() if file.exists() else ""

    @property
    def is_refused(self) -> bool:
        """Whether a plain `fix --write` must leave the project alone."""
        return (self.folder / "refused.txt").exists()

    @property
    def strategy(self) -> str:
        """The cure of a project that is fixed: its name begins with it."""
        return self.name.partition("_")[0]

    @property
    def applicability(self) -> str:
        """How far the fix may go: `safe`, `unsafe` or `manual`."""
        return self._refusal[0] if self.is_refused else "safe"

    @property
    def reason(self) -> str:
        """What the refusal must say."""
        return self._refusal[1]

    @cached_property
    def requests(self) -> list[dict[str, Any]]:
        """What is asked, with all that goes without saying."""
        requests = [{"app": self._app, "concurrent": 1, **one} for one in self._plan["requests"]]
        return [one if "command" in one else {"method": "GET", **one} for one in requests]

    @property
    def options(self) -> list[str]:
        """What `fix` is called with, besides `--write`."""
        return self._plan.get("fix", [])

    @property
    def databases(self) -> dict[str, str]:
        """The databases that the project finds, as the SQL that makes them."""
        return self._plan.get("databases", {})

    @property
    def _app(self) -> str:
        return self._plan.get("app") or f"{self._plan['blueprint']} as blueprint"

    @cached_property
    def _plan(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "requests.toml").read_text(encoding="utf-8"))

    @cached_property
    def _refusal(self) -> list[str]:
        return (self.folder / "refused.txt").read_text(encoding="utf-8").splitlines()


@dataclass(frozen=True)
class State:
    """What a process holds at one moment."""

    held: tuple[str, ...]
    threads: int
    tasks: int
    descriptors: int


@dataclass(frozen=True)
class Run:
    """What a project answered, and what it held when it was loaded and after each kind of visit.

    `begun` counts what was opened or started to answer the requests as they stand.
    """

    answers: list[list[Answer]] = field(default_factory=list)
    states: Mapping[str, State] = field(default_factory=dict)
    begun: int = 0
    error: str | None = None


def projects() -> list[Project]:
    """Return all projects, by name."""
    return [Project(folder) for folder in sorted(FIXTURES.iterdir()) if folder.is_dir()]


def run(jobs: Sequence[tuple[Project, Path]], scratch: Path) -> list[Run]:
    """Run each project as it stands in the folder beside it, in a process of its own."""
    lines = [_job(number, *job, scratch) for number, job in enumerate(jobs)]
    with ThreadPoolExecutor(LANES) as pool:
        lanes = pool.map(_probe, (lines[lane::LANES] for lane in range(LANES)))
        answers = sorted((one for lane in lanes for one in lane), key=lambda one: one["id"])
    return [_run(answer) for answer in answers]


def _job(number: int, project: Project, folder: Path, scratch: Path) -> str:
    job = {
        "id": number,
        "folder": str(folder),
        "scratch": str(scratch),
        "apps": list(dict.fromkeys(request["app"] for request in project.requests)),
        "databases": project.databases,
        "requests": project.requests,
    }
    return json.dumps(job) + "\n"


def _probe(lines: list[str]) -> list[dict[str, Any]]:
    command = [sys.executable, str(PROBE)]
    probe = subprocess.run(
        command, input="".join(lines), stdout=subprocess.PIPE, text=True, check=True
    )
    return [json.loads(line) for line in probe.stdout.splitlines()]


def _run(answer: dict[str, Any]) -> Run:
    states = {moment: _state(record) for moment, record in answer.get("states", {}).items()}
    return Run(answer.get("answers", []), states, answer.get("begun", 0), answer["error"])


def tree(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below `folder`."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def _state(record: dict[str, Any]) -> State:
    held = tuple(_describe(effect) for effect in record["held"])
    return State(held, record["threads"], record["tasks"], record["descriptors"])


def _describe(effect: dict[str, Any]) -> str:
    lines = [f"{file}:{line}" for file, line in effect["stack"]]
    return f"{effect['kind']} from {' < '.join(lines)}"
