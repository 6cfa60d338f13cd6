"""Hands projects to the probe and takes back what loading them left in the process."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reality.projects import Project

PROBE = Path(__file__).with_name("probe.py")
LANES = 2

Place = tuple[str, int]


@dataclass(frozen=True)
class Effect:
    """Something that began: its kind, where `check` would report it, the lines that led to it."""

    kind: str
    place: Place | None
    stack: frozenset[Place]
    daemon: bool | None

    def __str__(self) -> str:
        """One line for a test's message."""
        where = "{}:{}".format(*self.place) if self.place else "(no module being loaded)"
        return f"{where}: {self.kind}{' (daemon)' if self.daemon else ''}"


@dataclass(frozen=True)
class Observation:
    """What began, and what is left, at the end of loading or when the server would start.

    `use_reloader` is None where no server has been started. `messages` are what `trace` would have
    been sent.
    """

    begun: tuple[Effect, ...]
    held: tuple[Effect, ...]
    use_reloader: bool | None
    error: str | None
    messages: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Way:
    """One way of loading a project: by import or as a script, and in which circumstances.

    The circumstances are `parent`, `child` (the reloader's variable is set) or `varied` (the
    project's own variables are).
    """

    folder: str
    script: str = ""
    circumstances: str = "parent"


def ways(project: Project) -> list[Way]:
    """Return all ways of loading the project that tell something."""
    circumstances = ["parent"]
    circumstances += ["child"] * project.knows_reloader
    circumstances += ["varied"] * bool(project.environ)
    scripts = ("", *project.scripts)
    return [Way(str(project.folder), script, one) for script in scripts for one in circumstances]


def observe(projects: list[Project], scratch: Path) -> dict[Way, Observation]:
    """Load every project in each of its ways."""
    pairs = [(project, way) for project in projects for way in ways(project)]
    jobs = [_job(number, *pair, scratch) for number, pair in enumerate(pairs)]
    with ThreadPoolExecutor(LANES) as pool:
        lanes = pool.map(_probe, (jobs[lane::LANES] for lane in range(LANES)))
        answers = [answer for lane in lanes for answer in lane]
    return {pairs[answer["id"]][1]: _observation(answer) for answer in answers}


def _job(number: int, project: Project, way: Way, scratch: Path) -> dict[str, Any]:
    child = {"WERKZEUG_RUN_MAIN": "true", **project.inherited}
    environ = {"parent": {}, "child": child, "varied": project.environ}
    return {
        "id": number,
        "folder": way.folder,
        "scratch": str(scratch),
        "environ": environ[way.circumstances],
        **({"script": way.script} if way.script else {"modules": project.entries}),
    }


def _probe(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(job) + "\n" for job in jobs)
    command = [sys.executable, str(PROBE)]
    run = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def _observation(answer: dict[str, Any]) -> Observation:
    return Observation(
        begun=tuple(_effect(record) for record in answer.get("begun", ())),
        held=tuple(_effect(record) for record in answer.get("held", ())),
        use_reloader=answer.get("use_reloader"),
        error=answer["error"],
        messages=tuple(answer.get("messages", ())),
    )


def _effect(record: dict[str, Any]) -> Effect:
    return Effect(
        kind=record["kind"],
        place=record["place"] and tuple(record["place"]),
        stack=frozenset((file, line) for file, line in record["stack"]),
        daemon=record["daemon"],
    )
