"""Make Flask programs with planted hazards and traps, and compare what is found with the truth.

    python benchmarks/plants.py                  500 programs that are loaded, 300 that answer
    python benchmarks/plants.py --programs 40    fewer; `--seed` is where chance begins
    python benchmarks/plants.py --show SEED      print a program (`--served`: one that answers)

Of `planting.py`: hazards wrapped at random, and several times, in what keeps them or takes them
away. Its findings must be the plants, by line and code; what is open when it is really loaded must
stand at the same lines. What `fix --unsafe-fixes` makes of it must compile, and be final.

Of `planting_served.py`: applications whose views use planted objects. Each is run as it is, after
`fix` and after `fix --unsafe-fixes`: it must answer as before, loading it must leave open what is
still found and nothing else, and twenty rounds of requests may leave nothing behind. The exit
status is 0 if all that holds for all programs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import planting
import planting_served
from plants_running import Run, Runner, runner

from reloadlint.fixer import Repair, fix_project
from reloadlint.linter import check_project
from reloadlint.settings import Settings

SETTINGS = Settings(cache=False, follow_installed=False, select=("RL101", "RL102", "RL106"))

Places = set[tuple[str, int]]


def write(files: Mapping[str, str], folder: Path) -> None:
    """Write a program."""
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        (folder / name).write_text(text)


def loading_faults(
    files: dict[str, str], truth: Iterable[tuple[int, str]], folder: Path, runs: Runner
) -> list[str]:
    """Where findings, truth and reality differ, and what is wrong with the fixed program."""
    write(files, folder)
    findings = check_project([folder], SETTINGS).findings
    found = {(finding.line, finding.code) for finding in findings}
    wrong = [f"app.py:{line} {code} is not found" for line, code in set(truth) - found]
    wrong += [f"app.py:{line} {code} is found, and is none" for line, code in found - set(truth)]
    wrong += held_faults(runs.run(folder, "app:app"), {("app.py", line) for line, _ in truth})
    repair = fixed(folder, unsafe=True, wrong=wrong)
    return wrong + [f"{o.reason}" for o in repair.outcomes if "was dropped" in (o.reason or "")]


def fixed(folder: Path, *, unsafe: bool, wrong: list[str]) -> Repair:
    """Fix a program where it is; what isn't as promised goes to `wrong`."""
    repair = fix_project([folder], SETTINGS, unsafe=unsafe)
    for change in repair.changes:
        compile(change.after, "<fixed>", "exec", dont_inherit=True)
        change.source.path.write_bytes(change.after)
    if repair.changes and fix_project([folder], SETTINGS, unsafe=unsafe).changes:
        wrong.append("a second fix proposes another change")
    return repair


def held_faults(run: Run, expected: Places) -> list[str]:
    """Where what is open after loading differs from what should be."""
    if run.error is not None:
        return [f"ended with {run.error.strip().splitlines()[-1]}"]
    wrong = [f"{file}:{line} holds nothing" for file, line in sorted(expected - run.held)]
    return wrong + [f"{file}:{line} is held" for file, line in sorted(run.held - expected)]


def found_in(folder: Path) -> Places:
    """Where `check` finds something."""
    findings = check_project([folder], SETTINGS).findings
    return {(Path(finding.path).name, finding.line) for finding in findings}


def serving_faults(made: planting_served.Served, folder: Path, runs: Runner) -> list[str]:
    """What is wrong with an application, as it was made and after each kind of fix."""
    write(made.files, folder)
    before = runs.run(folder, made.app, made.paths)
    wrong = [f"check: {line}" for line in missed(found_in(folder), made.truth)]
    wrong += [f"before: {line}" for line in held_faults(before, made.truth)]
    for unsafe in (False, True):
        kind = "fix --unsafe-fixes" if unsafe else "fix"
        here: list[str] = []
        fixed(folder, unsafe=unsafe, wrong=here)
        after = runs.run(folder, made.app, made.paths)
        here += held_faults(after, found_in(folder))
        if not unsafe or not made.doubtful:
            here += answer_faults(before, after, made.paths)
        wrong += [f"{kind}: {line}" for line in here]
    return wrong


def missed(found: Places, truth: Places) -> list[str]:
    """Where findings and truth differ."""
    wrong = [f"{file}:{line} is not found" for file, line in sorted(truth - found)]
    return wrong + [f"{file}:{line} is none" for file, line in sorted(found - truth)]


def answer_faults(before: Run, after: Run, paths: Sequence[str]) -> list[str]:
    """Where a program answers otherwise than before, or keeps what a request opened."""
    pairs = zip(paths, before.answers, after.answers, strict=False)
    wrong = [f"{path} answers {b} and not {a}" for path, a, b in pairs if a != b]
    if len(after.differing) > len(before.differing):
        wrong.append(f"later answers differ: {after.differing[0]}")
    if after.grows and not before.grows:
        wrong.append(f"requests leave something behind: {after.counts[1]} to {after.counts[-1]}")
    return wrong


def run(programs: int, served: int, seed: int) -> int:
    """Try so many programs; the exit status."""
    with tempfile.TemporaryDirectory(prefix="plants-") as scratch, runner(Path(scratch)) as runs:
        failed = loaded(range(seed, seed + programs), runs)
        failed += answering(range(seed, seed + served), runs)
    return 1 if failed else 0


def told(seed: int, wrong: list[str]) -> bool:
    """Print what is wrong with a program; whether anything is."""
    for line in wrong:
        print(f"seed {seed}: {line}")
    return bool(wrong)


def loaded(seeds: range, runs: Runner) -> int:
    """Try programs that are loaded; how many have a fault."""
    failed = planted = 0
    for seed in seeds:
        files, truth = planting.program(seed)
        planted += len(truth)
        with tempfile.TemporaryDirectory(prefix="plants-") as folder:
            failed += told(seed, loading_faults(files, truth, Path(folder).resolve(), runs))
    print(f"{len(seeds)} programs, {planted} plants, {failed} with a fault")
    return failed


def answering(seeds: range, runs: Runner) -> int:
    """Try applications that answer; how many have a fault."""
    failed = planted = 0
    for seed in seeds:
        made = planting_served.application(seed)
        planted += len(made.truth)
        with tempfile.TemporaryDirectory(prefix="plants-") as folder:
            failed += told(seed, serving_faults(made, Path(folder).resolve(), runs))
    print(f"{len(seeds)} applications, {planted} plants, {failed} with a fault")
    return failed


def shown(seed: int, *, served: bool) -> str:
    """A program as it is written, and where its plants are."""
    made = planting_served.application(seed)
    files, truth = (made.files, made.truth) if served else planting.program(seed)
    parts = [f"# {name}\n{text}" for name, text in files.items()]
    return "\n".join([*parts, *map(str, sorted(truth))])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--programs", type=int, default=500, help="how many (default: 500)")
    parser.add_argument("--applications", type=int, default=300, help="how many (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--show", type=int, metavar="SEED", help="print that program")
    parser.add_argument("--served", action="store_true", help="with --show: one that answers")
    options = parser.parse_args(arguments)
    if options.show is not None:
        print(shown(options.show, served=options.served))
        return 0
    return run(options.programs, options.applications, options.seed)


if __name__ == "__main__":
    sys.exit(main())
