"""Measure reloadlint and its peers on the corpus, in turn and in one run.

    python benchmarks/peers.py                       all peers, each package, five rounds
    python benchmarks/peers.py --rounds 1 ruff mlflow   one round of a peer, on one package

Needs the corpus (`python benchmarks/corpus.py fetch`). The peers are installed, pinned, into a
scratch environment. Each command is a process of its own. It is told how long it takes, what it
takes of all processors, and the memory of the largest of its processes; a busy machine disturbs the
second least. `cold` keeps nothing, `warm` is the same run again, `edited` one after a file has
changed, and `file` the check of one file, as pre-commit asks for it, when nothing has changed since
the last. The floors are what cannot be undercut: importing click, and parsing every file.

Prints medians, and beside each peer how its time compares with the limit that we have set ourselves
for it; `--json FILE` writes all figures.
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
import time
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
PACKAGES = ("OctoPrint", "changedetection", "apache-superset", "mlflow")

PINNED = (
    "ruff==0.17.6",
    "bandit==1.9.4",
    "flake8==7.5.0",
    "flake8-bugbear==26.10.27",
    "pylint==4.1.4",
    "fixit==2.1.0",
    "semgrep==1.182.0",
)
LIFEGUARD = "lifeguard-lazy-imports==0.6.0"
"""A program in Rust; its distribution wants a newer Python than it needs."""
SEMGREP_RULE = """\
rules:
  - id: thread
    languages: [python]
    severity: WARNING
    message: starts a thread
    pattern: threading.Thread(...)
"""
PEERS: dict[str, Sequence[str]] = {
    "ruff": ("{bin}/ruff", "check", "--no-cache", "--isolated", "--exit-zero", "-q", "."),
    "Lifeguard": ("{lifeguard}/lifeguard", "run-tree", ".", "{scratch}/lifeguard.json"),
    "semgrep, one rule": (
        "{bin}/semgrep", "scan", "--config", "{rule}", "--metrics", "off",
        "--disable-version-check", "--no-git-ignore", "-q", ".",
    ),
    "bandit": ("{bin}/bandit", "-r", "-q", "--exit-zero", "."),
    "flake8 with bugbear": ("{bin}/flake8", "--isolated", "--exit-zero", "."),
    "pylint, one check": (
        "{bin}/pylint", "--disable=all", "--enable=unused-import", "--recursive=y", "--exit-zero",
        "--score=n", ".",
    ),
    "Fixit, one rule": (
        "{bin}/fixit", "--rules", "fixit.rules.no_redundant_fstring", "lint", ".",
    ),
}  # fmt: skip
LIMITS = {
    ("cold", "Lifeguard"): 1.5,
    ("cold", "semgrep, one rule"): 1 / 4,
    ("cold", "bandit"): 1 / 8,
    ("cold", "flake8 with bugbear"): 1 / 10,
    ("cold", "Fixit, one rule"): 1 / 25,
    ("warm", "Lifeguard"): 0.4,
    ("warm", "import click"): 3.0,
    ("file", "import click"): 2.5,
}
"""How much of a peer's time a run of ours may take at most."""
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
    """Seconds that passed, those of all processors, and the peak of memory in MiB."""

    elapsed: float
    seconds: float
    memory: float


def cost_of(command: Sequence[str], folder: Path) -> Cost:
    """Run a command and see what it takes; what it prints is thrown away."""
    nothing = subprocess.DEVNULL
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        env=_environment(command),
    )
    _, status, used = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: ended with status {process.returncode}")
    return Cost(elapsed, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _environment(command: Sequence[str]) -> dict[str, str]:
    """A program may start others that were installed beside it."""
    return {**os.environ, "PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"}


def measured(package: Path, programs: Path, peers: Sequence[str], rounds: int) -> dict[str, Any]:
    """The medians for one package, by command."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        shutil.copytree(package, folder, ignore=shutil.ignore_patterns(".reloadlint_cache"))
        changed = max(folder.rglob("*.py"), key=lambda path: path.stat().st_size)
        rule = Path(scratch, "rule.yml")
        rule.write_text(SEMGREP_RULE)
        names = {
            "bin": str(programs),
            "lifeguard": str(programs.parent / "lifeguard"),
            "scratch": scratch,
            "rule": str(rule),
            "cache": f"{scratch}/cache",
            "file": str(changed),
        }
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
    return Cost(*(round(statistics.median(values), 3) for values in zip(*costs, strict=True)))


def lines_in(package: Path) -> int:
    """How many lines of Python a package has."""
    return sum(path.read_bytes().count(b"\n") for path in package.rglob("*.py"))


def table(name: str, lines: int, costs: dict[str, Cost]) -> Iterator[str]:
    """The lines that are printed for a package."""
    yield f"{name}, {lines} lines: seconds, seconds of all processors, memory"
    for command, cost in costs.items():
        yield f"  {command:20} {cost.elapsed:8.2f} s {cost.seconds:8.2f} s {cost.memory:8.0f} MiB"
    for (ours, peer), limit in LIMITS.items():
        if peer in costs:
            ratio = costs[ours].elapsed / costs[peer].elapsed
            verdict = "kept" if ratio <= limit else "missed"
            yield f"  {ours:6} is {ratio:6.2f} x {peer:20} at most {limit:5.2f}: {verdict}"


def installed(scratch: Path) -> Path:
    """Where the programs of the peers are, once they have been installed."""
    venv.create(scratch, with_pip=True)
    programs = scratch / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(programs / "python"), "-m", "pip"]
    subprocess.run([*pip, "install", "-q", *PINNED], check=True)
    newer = ["--python-version", "3.12", "--only-binary", ":all:", "--no-deps"]
    subprocess.run([*pip, "download", "-q", *newer, "-d", str(scratch), LIFEGUARD], check=True)
    (wheel,) = scratch.glob("lifeguard*.whl")
    shutil.unpack_archive(wheel, scratch / "lifeguard", "zip")
    (program,) = scratch.glob("lifeguard/*.data/scripts/lifeguard*")
    program.chmod(0o755)
    shutil.move(program, scratch / "lifeguard" / "lifeguard")
    return programs


def main() -> None:
    """Measure what was asked for, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="peers and beginnings of packages' names")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    peers = [n for n in PEERS if n.split()[0].strip(",") in options.names] or list(PEERS)
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
