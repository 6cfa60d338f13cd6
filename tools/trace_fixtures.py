"""Traces every fixture and example with the command's own process, and compares.

    python tools/trace_fixtures.py [NAME...]

Prints each difference between what is traced, what `effects` lists and what `check` reports, and
exits with 1 if the fixture's file `trace` does not explain it. Takes two minutes on two cores.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from reality.projects import Project, examples, fixtures
from tracing.agreement import of_loading

LANES = 2


def main(names: list[str]) -> int:
    """Compare the projects with these names, or all; 1 if something differs unexplained."""
    projects = [one for one in [*fixtures(), *examples()] if not names or one.name in names]
    chosen = [project for project in projects if project.static is None]
    with ProcessPoolExecutor(LANES) as pool:
        compared = list(zip(chosen, pool.map(_differences, chosen), strict=True))
    unexplained = [one for one in compared if one[1] and not one[0].difference]
    for project, differences in compared:
        if differences:
            print(f"{project.name}: {project.difference or 'not explained'}")
            print(*(f"  {line}" for line in differences), sep="\n")
    print(
        f"{len(chosen)} traced, {len(projects) - len(chosen)} can't be loaded; "
        f"{len(unexplained)} differ without an explanation"
    )
    return 1 if unexplained or not chosen else 0


def _differences(project: Project) -> list[str]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve() / project.name
        shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
        os.chdir(folder)
        try:
            return of_loading(project)
        finally:
            os.chdir("/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
