"""Runs the programs of `plants.py` in processes of their own, by way of `plants_probe.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PROBE = Path(__file__).with_name("plants_probe.py")
ROUNDS = 20


class Run(NamedTuple):
    """What a program did: what loading it left open, what it answered, and what became of it."""

    held: frozenset[tuple[str, int]]
    answers: list[Any]
    differing: list[Any]
    counts: list[tuple[int, int, int]]
    error: str | None

    @property
    def grows(self) -> bool:
        """Whether requests leave something behind: the last rounds against the first ones."""
        return bool(self.counts) and any(
            last > early for early, last in zip(self.counts[1], self.counts[-1], strict=True)
        )


class Runner:
    """A process that runs programs, each in a child of its own."""

    def __init__(self, process: subprocess.Popen[str], scratch: Path) -> None:
        self._process = process
        self._scratch = scratch

    def run(self, folder: Path, app: str, paths: Sequence[str] = ()) -> Run:
        """Load the program in `folder` and ask for all paths, in rounds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        job = {"folder": str(folder), "app": app, "paths": list(paths), "rounds": ROUNDS}
        if not paths:
            job["rounds"] = 0
        self._process.stdin.write(json.dumps({**job, "scratch": str(self._scratch)}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Run(
            frozenset((file, line) for file, line in answer.get("held", ())),
            answer.get("answers", []),
            answer.get("differing", []),
            [tuple(counts) for counts in answer.get("counts", ())],
            answer["error"],
        )


@contextmanager
def runner(scratch: Path) -> Iterator[Runner]:
    """A runner, for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-B", str(PROBE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Runner(process, scratch)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
