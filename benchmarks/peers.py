"""Measure reloadlint and its peers on the corpus, in turn and in one run.

    python benchmarks/peers.py                       all peers, each package, five rounds
    python benchmarks/peers.py --rounds 1 ruff mlflow   one round of a peer, on one package

Needs the corpus (`python benchmarks/corpus.py fetch`). The peers are installed, pinned, into a
scratch environment. Each command is a process of its own; what counts is the processor time of it
and its children, which a busy machine disturbs least, and the memory of the largest of them.
`cold` keeps nothing, `warm` is the same run again, `edited` one after a file has changed, and
`file` the check of one file, as pre-commit asks for it, when nothing has changed since the last.
The floors are what cannot be undercut: importing click, and parsing every file with `ast`.

Prints medians, and the ratio to reloadlint's cold run; `--json FILE` writes all figures.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
PACKAGES = ("OctoPrint", "changedetection", "apache-superset", "mlflow")

PINNED = (
    "ruff==0.14.0",
    "bandit==1.8.6",
    "flake8==7.3.0",
    "flake8-bugbear==24.12.12",
)
PEERS: dict[str, Sequence[str]] = {
    "ruff": ("{bin}/ruff", "check", "--no-cache", "--isolated", "--exit-zero", "-q", "."),
    "bandit": ("{bin}/bandit", "-r", "-q", "--exit-zero", "."),
    "flake8 with bugbear": ("{bin}/flake8", "--isolated", "--exit-zero", "-j1", "."),
}
_CHECK = (sys.executable, "-m", "reloadlint", "check", "--isolated", "--exit-zero", "-q")
_CACHED = (*_CHECK, "--cache-dir", "{cache}")
_PARSE = (
    "import ast, gc, pathlib; gc.disable()\n"
    "for f in pathlib.Path('.').rglob('*.py'):\n"
    "    try: ast.parse(f.read_bytes())\n"
    "    except (SyntaxError, ValueError): pass"
)
OURS: dict[str, Sequence[str]] = {
    "cold": (*_CHECK, "--no-cache", "."),
    "warm": (*_CACHED, "."),
    "edited": (*_CACHED, "."),
    "file": (*_CACHED, "{file}"),
}
_AGAIN = ("warm", "file")
"""What is run once before it is measured."""
FLOORS: dict[str, Sequence[str]] = {
    "import click": (sys.executable, "-c", "import click"),
    "ast.parse": (sys.executable, "-c", _PARSE),
}


class Cost(NamedTuple):
    """Processor seconds of a command with its children, and its peak memory in MiB."""

    seconds: float
    memory: float


def cost_of(command: Sequence[str], folder: Path) -> Cost:
    """Run a command and see what it takes; what it prints is thrown away."""
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: ended with status {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measured(package: Path, programs: Path, peers: Sequence[str], rounds: int) -> dict[str, Any]:
    """The medians for one package, by command."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        shutil.copytree(package, folder, ignore=shutil.ignore_patterns(".reloadlint_cache"))
        changed = max(folder.rglob("*.py"), key=lambda path: path.stat().st_size)
        names = {"bin": str(programs), "cache": f"{scratch}/cache", "file": str(changed)}
        commands = {**FLOORS, **OURS, **{name: PEERS[name] for name in peers}}
        found: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, words in commands.items():
                if name == "edited":
                    changed.write_bytes(changed.read_bytes() + b"\n# edited\n")
                if name in _AGAIN:
                    cost_of(_filled(words, names), folder)
                found[name].append(cost_of(_filled(words, names), folder))
    return {name: _median(costs) for name, costs in found.items()}


def _filled(words: Sequence[str], names: dict[str, str]) -> list[str]:
    return [word.format(**names) if word.startswith("{") else word for word in words]


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(round(statistics.median(values), 2) for values in zip(*costs, strict=True)))


def lines_in(package: Path) -> int:
    """How many lines of Python a package has."""
    return sum(path.read_bytes().count(b"\n") for path in package.rglob("*.py"))


def table(name: str, lines: int, costs: dict[str, Cost]) -> Iterator[str]:
    """The lines that are printed for a package."""
    yield f"{name}, {lines} lines"
    cold = costs["cold"].seconds
    for command, cost in costs.items():
        ratio = cost.seconds / cold
        yield f"  {command:20} {cost.seconds:8.2f} s {ratio:8.2f} x cold {cost.memory:8.0f} MiB"


def installed(scratch: Path) -> Path:
    """Where the programs of the peers are, once they have been installed."""
    venv.create(scratch, with_pip=True)
    programs = scratch / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "-q", *PINNED], check=True)
    return programs


def main() -> None:
    """Measure what was asked for, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="peers and beginnings of packages' names")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    peers = [name for name in PEERS if name.split()[0] in options.names] or list(PEERS)
    packages = [p for p in PACKAGES if any(map(p.startswith, options.names))] or PACKAGES
    result = {}
    with tempfile.TemporaryDirectory() as scratch:
        programs = installed(Path(scratch))
        for name in packages:
            (package,) = CORPUS.glob(f"{name}*/")
            costs = measured(package, programs, peers, options.rounds)
            print("\n".join(table(package.name, lines_in(package), costs)), flush=True)
            result[package.name] = {key: cost._asdict() for key, cost in costs.items()}
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
