"""The same report and the same patch on every Python: run `check` and `fix` with each that is here.

    python benchmarks/versions.py                              those on PATH, python3.10 to 3.15
    python benchmarks/versions.py --python PATH --python PATH  these, too
    python benchmarks/versions.py --environments FOLDER        those without reloadlint get it there
    python benchmarks/versions.py --sample 20 --fixtures 40    short; the same for the same --seed

Subjects are the projects in `tests/fixtures` and `examples`, each on its own; some of them
together; and files of `corpus/`, each taken for a Flask module. Each interpreter has another hash
seed, and reads those together in another order and number of processes. Output and status
must be the same byte for byte; only what Python's parser says of a file that isn't Python to it is
left out, files that not all of them can parse, and fixtures that say up to which Python they hold.

An interpreter without reloadlint gets it in an environment of its own, if a folder for those is
named; else it is left out, and told. The exit status is 0 if at least two agreed on everything, 1
if they differ, 3 if there was nothing to compare.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORKER = Path(__file__).with_name("versions_worker.py")
NAMES = tuple(f"python3.{minor}" for minor in range(10, 16))
NOTHING = 3
PARSES = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())"

Subject = tuple[str, Path, list[str]]


def output_of(*command: str | Path) -> str | None:
    """What a command prints; None if it fails or isn't there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def interpreters(named: Iterable[str]) -> dict[str, str]:
    """Each interpreter by its version: this one, those on PATH, and those that were named."""
    found: dict[str, str] = {}
    for name in (sys.executable, *named, *NAMES):
        path = shutil.which(name)
        version = path and output_of(
            path, "-c", "import sys; print(*sys.version_info[:2], sep='.')"
        )
        if path and version:
            found.setdefault(version, path)
    return found


def ready(interpreter: str, version: str, environments: Path | None) -> str | None:
    """An interpreter that has reloadlint, made if need be and allowed."""
    if output_of(interpreter, "-c", "import reloadlint.linter, libcst") is not None:
        return interpreter
    if environments is None:
        return None
    folder = environments / f"python{version}"
    made = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if output_of(made, "-c", "import reloadlint.linter") is None:
        subprocess.run([interpreter, "-m", "venv", folder], check=True)
        subprocess.run([made, "-m", "pip", "install", "--quiet", ROOT], check=True)
    return str(made)


def fixtures(count: int | None, chance: random.Random) -> Iterator[Subject]:
    """The projects among the fixtures and examples: all, or so many."""
    base = ROOT / "tests" / "fixtures"
    folders = [*base.glob("check/*"), *base.glob("*/*/before"), *(ROOT / "examples").iterdir()]
    folders = sorted(folder for folder in folders if _is_of_all_versions(folder))
    chosen = folders if count is None else chance.sample(folders, min(count, len(folders)))
    for folder in chosen:
        yield str(folder.relative_to(ROOT)), folder, ["."]


def _is_of_all_versions(folder: Path) -> bool:
    return folder.is_dir() and not (folder / "until").exists()


def samples(count: int, chance: random.Random, scratch: Path) -> Iterator[Subject]:
    """Files of the corpus, each as a project of its own."""
    files = sorted((ROOT / "corpus").rglob("*.py"))
    for file in chance.sample(files, min(count, len(files))):
        name = str(file.relative_to(ROOT))
        folder = scratch / name.replace(os.sep, "_")
        folder.mkdir()
        (folder / "pyproject.toml").touch()
        shutil.copy(file, folder / "module.py")
        yield name, folder, [".", "--config", "all-modules=true"]


def together(order: int) -> Subject:
    """Many files, checked in another order and number of processes each time."""
    folder = ROOT / "tests" / "fixtures" / "check"
    names = [path.name for path in sorted(folder.iterdir()) if _is_of_all_versions(path)][::60]
    random.Random(order).shuffle(names)
    return "fixtures together", folder, [*names, "--jobs", str(order % 4 + 1)]


def said_by(interpreter: str, subjects: Sequence[Subject], order: int) -> dict[str, Any]:
    """What an interpreter says of all subjects."""
    mine = [*subjects, together(order)]
    job = {"subjects": [(name, str(folder), options) for name, folder, options in mine]}
    environ = {**os.environ, "PYTHONHASHSEED": str(order), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [interpreter, WORKER],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        env=environ,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def differences(answers: Sequence[dict[str, Any]]) -> list[str]:
    """Where what was said differs from what the first one said; a line each."""
    first, *others = answers
    wrong = []
    for other in others:
        for what, text in first["said"].items():
            if text != other["said"][what]:
                wrong.append(f"{what}: {other['python']} differs from {first['python']}")
                wrong.append(_first_difference(text, other["said"][what]))
    return wrong


def _first_difference(one: str, other: str) -> str:
    pairs = zip([*one.splitlines(), ""], [*other.splitlines(), ""], strict=False)
    mine, theirs = next(((a, b) for a, b in pairs if a != b), ("", "(its length)"))
    return f"    {mine.strip()[:100]!r} and {theirs.strip()[:100]!r}"


def readable(subject: Subject, used: Iterable[str]) -> bool:
    """Whether each interpreter can parse a sampled file: their syntax isn't the same."""
    module = subject[1] / "module.py"
    return all(output_of(python, "-c", PARSES, module) is not None for python in used)


def run(used: dict[str, str], options: argparse.Namespace) -> int:
    """Compare what these interpreters say; the exit status."""
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="versions-") as scratch:
        made = samples(options.sample, chance, Path(scratch).resolve())
        ends = [used[version] for version in (min(used, key=_number), max(used, key=_number))]
        subjects = [subject for subject in made if readable(subject, ends)]
        subjects = [*fixtures(options.fixtures, chance), *subjects]
        answers = [said_by(python, subjects, n) for n, python in enumerate(used.values())]
    wrong = differences(answers)
    for line in wrong:
        print(line)
    names = ", ".join(answer["python"] for answer in answers)
    print(f"{len(subjects) + 1} projects, Python {names}: {len(wrong) // 2} differences")
    return 1 if wrong else 0


def _number(version: str) -> int:
    return int(version.partition(".")[2])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", action="append", default=[], metavar="PATH")
    parser.add_argument("--environments", type=Path, metavar="FOLDER")
    parser.add_argument("--sample", type=int, default=200, help="files of corpus/ (200)")
    parser.add_argument("--fixtures", type=int, help="projects among the fixtures (all)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    options = parser.parse_args(arguments)
    used = {}
    for version, path in interpreters(options.python).items():
        python = ready(path, version, options.environments)
        if python is None:
            print(f"Python {version} has no reloadlint; name a folder with --environments")
        else:
            used[version] = python
    if len(used) < 2:
        print("there is only one Python with reloadlint: nothing to compare")
        return NOTHING
    return run(used, options)


if __name__ == "__main__":
    sys.exit(main())
