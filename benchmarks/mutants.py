"""Change the analysis and the fixes at random, and see whether the tests notice.

    python -m coverage run --rcfile=benchmarks/contexts.toml -m pytest -n 2
    python -m coverage combine --rcfile=benchmarks/contexts.toml
    python benchmarks/mutants.py --coverage FILE --count 200 --journal FILE

cosmic-ray makes the changes, one at a time, in a copy of the checkout: an operator, a comparison, a
number, `not`, a `break`, a decorator of a line in `effects/` or `fixes/`. Of the tests that ran the
line (as coverage noted with its contexts) those that run the fewest other lines are run, at most
`--tests` of them, and then those of the fixture projects. A change that none of them notices has
survived: it is printed, to be read. The exit status is 0 if as many were noticed as `--least`
says, and 3 without cosmic-ray and coverage (`pip install cosmic-ray coverage`).
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {"effects": "tests/test_fixtures.py", "fixes": "tests/fixes/test_projects.py"}
"""The rooms that are changed, each with the tests of whole projects that are asked last."""

LEFT_OUT = shutil.ignore_patterns("corpus", ".*", "__pycache__", "site")
MISSING = 3
PATIENCE = 900
"""Seconds that the tests of one change may take; one that never ends has been noticed."""


class Mutant(NamedTuple):
    """A change: of which file and line, what it is, and the file's text with it."""

    path: str
    line: int
    kind: str
    before: str
    after: str
    text: str


class Spot(NamedTuple):
    """Where something can be changed: the line, and the operator's how-manieth place that is."""

    line: int
    operator: str
    number: int


class Contexts:
    """Which tests ran which lines, as coverage noted it."""

    def __init__(self, file: Path) -> None:
        from coverage import CoverageData

        self._data = CoverageData(str(file))
        self._data.read()
        self._files = {_inside(name): name for name in self._data.measured_files()}
        self._sizes: Counter[str] = Counter()
        for name in self._files.values():
            for tests in self._data.contexts_by_lineno(name).values():
                self._sizes.update(tests)

    def tests(self, path: str, line: int) -> list[str]:
        """The tests that ran a line, those first that ran the least else."""
        if path not in self._files:
            return []
        found = self._data.contexts_by_lineno(self._files[path]).get(line, [])
        return sorted((name for name in found if name), key=lambda n: (self._sizes[n], n))


def _inside(name: str) -> str:
    """A measured file's path below the checkout, wherever that was."""
    before, mark, rest = name.replace(os.sep, "/").rpartition("/src/reloadlint/")
    return f"src/reloadlint/{rest}" if mark else before or name


def node_id(context: str, tests: Path) -> str | None:
    """What pytest calls a test that coverage calls `fixes.test_guard.test_name`."""
    parts = context.split(".")
    for end in range(len(parts) - 1, 0, -1):
        exact = tests.joinpath(*parts[:end]).with_suffix(".py")
        found = [exact] if exact.is_file() else sorted(tests.rglob(exact.name)) if end == 1 else []
        if found and f"def {parts[-1]}(" in found[0].read_text(encoding="utf-8"):
            return "::".join([str(found[0]), *parts[end:]])
    return None


def spots_of(text: str) -> Iterator[Spot]:
    """Every place of a text that can be changed, and how; annotations aside."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    noted = annotations_in(text)
    nodes = list(ast_nodes(get_ast(text)))
    for name in operator_names():
        if "variable" in name.lower():  # these want to be told which one
            continue
        operator = get_operator(name)()
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for number, (begin, _) in enumerate(places):
            if not any(first <= begin < last for first, last in noted):
                yield Spot(begin[0], name, number)


def changed(text: str, path: str, spot: Spot) -> Mutant | None:
    """The text with a change; None if that changes nothing."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    after = mutate_code(text, get_operator(spot.operator)(), spot.number)
    if after is None or after == text:
        return None
    pairs = zip(text.splitlines(), after.splitlines(), strict=False)
    old, new = next(((a, b) for a, b in pairs if a != b), ("", ""))
    kind = spot.operator.removeprefix("core/")
    return Mutant(path, spot.line, kind, old.strip(), new.strip(), after)


def annotations_in(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations begin and end: nobody evaluates them."""
    tree = ast.parse(text)
    found: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.AnnAssign, ast.arg)):
            found.append(node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(node.returns)
    return [
        ((e.lineno, e.col_offset), (e.end_lineno or 0, e.end_col_offset or 0)) for e in found if e
    ]


def sampled(count: int, seed: int, copy: Path, contexts: Contexts) -> Iterator[Mutant]:
    """So many changes of lines that tests run: of a file by chance, one by chance."""
    chance = random.Random(seed)
    base = copy / "src" / "reloadlint"
    files = sorted(file for room in ROOMS for file in (base / room).rglob("*.py"))
    weights = [file.stat().st_size for file in files]
    while count > 0:
        (file,) = chance.choices(files, weights)
        shown = file.relative_to(copy).as_posix()
        text = file.read_text(encoding="utf-8")
        spots = [spot for spot in spots_of(text) if contexts.tests(shown, spot.line)]
        mutant = changed(text, shown, chance.choice(spots)) if spots else None
        if mutant is not None:
            count -= 1
            yield mutant


def survives(mutant: Mutant, copy: Path, tests: Sequence[str]) -> bool:
    """Whether none of these tests fails with the change."""
    file = copy / mutant.path
    text = file.read_bytes()
    environ = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    command += ["-k", "not side_by_side"]
    try:
        file.write_text(mutant.text, encoding="utf-8")
        done = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env=environ,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        file.write_bytes(text)
    return done.returncode == 0


def run(options: argparse.Namespace) -> int:
    """Try so many changes; the exit status."""
    contexts, noticed, survived = Contexts(options.coverage), 0, 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        copy = Path(scratch).resolve() / "copy"
        shutil.copytree(options.root, copy, ignore=LEFT_OUT)
        for mutant in sampled(options.count, options.seed, copy, contexts):
            ids = (node_id(t, copy / "tests") for t in contexts.tests(mutant.path, mutant.line))
            tests = [test for test in ids if test][: options.tests]
            room = mutant.path.split("/")[2]
            alive = survives(mutant, copy, tests) and survives(mutant, copy, [ROOMS[room]])
            survived += alive
            noticed += not alive
            note(options.journal, {"alive": alive, "tests": len(tests), **mutant._asdict()})
            if alive:
                print(f"{mutant.path}:{mutant.line} {mutant.kind} survives {len(tests)} tests")
                print(f"  - {mutant.before}\n  + {mutant.after}", flush=True)
    print(f"{noticed + survived} changes, {noticed} noticed, {survived} survived")
    return 0 if noticed >= options.least * (noticed + survived) else 1


def note(journal: Path | None, entry: dict[str, Any]) -> None:
    """Keep what became of a change."""
    entry.pop("text")
    if journal is not None:
        with journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--coverage", type=Path, required=True, help="coverage data with contexts")
    parser.add_argument("--count", type=int, default=200, help="changes (200)")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    parser.add_argument("--tests", type=int, default=15, help="test functions for each (15)")
    parser.add_argument("--least", type=float, default=0.0, help="share that must be noticed (0)")
    parser.add_argument("--journal", type=Path, help="where each result is kept")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (this one)")
    options = parser.parse_args(arguments)
    if not (find_spec("cosmic_ray") and find_spec("coverage")):
        print("cosmic-ray and coverage are not both here: pip install cosmic-ray coverage")
        return MISSING
    return run(options)


if __name__ == "__main__":
    sys.exit(main())
