"""Measure the catalogue: run what its entries are about, and fail where they say something else.

    python tools/measure_catalog.py                 what has changed since the last run
    python tools/measure_catalog.py NAME...         these entries, or libraries
    python tools/measure_catalog.py --short         the standard library and some light libraries
    python tools/measure_catalog.py --write         note what was seen in the catalogue's files

Each entry's snippet (`tools/catalog_snippets/`) is run in a process of its own, in an environment
where the pinned library is installed, against listeners on loopback or real servers. What it holds
afterwards is counted by Python and by the operating system: threads, sockets, children, devices and
database files. Then it is run again for each closer, for `with` and for dropping it, if the entry
says that these release it. Linux only.

Results are kept in a folder of the user's cache, so a run that was stopped goes on where it was.
Exit status: 0 all as the catalogue says, 1 differences, 2 wrong usage or nothing to measure with.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if (here := str(Path(__file__).resolve().parent)) not in sys.path:
    sys.path.insert(0, here)

from measuring import environments
from measuring.bench import Bench
from measuring.comparing import closed, differences, seen
from measuring.recording import State, digest, write
from measuring.runs import observe
from measuring.servers import Missing
from measuring.snippets import SNIPPETS, SnippetError, subjects
from measuring.versions import not_of_this_python, version_of
from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measuring.snippets import Subject

#: What the light libraries of a short run need in their turn, so that it is the same every time.
CONSTRAINTS = SNIPPETS / "short.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for."""
    options = _options(arguments)
    if not Path("/proc/self/task").exists():
        print("The measuring reads /proc: it needs Linux.", file=sys.stderr)
        return 2
    try:
        return _run(options)
    except SnippetError as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    folder = options.folder.expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="measuring-") as scratch:
        Path(scratch).chmod(0o755)  # some servers give up root
        run = Run(options, folder, Path(scratch))
        try:
            run.measure()
        finally:
            run.bench.close()
    if options.write:
        print(f"{run.write()} entries of the catalogue have changed.")
    return run.report()


class Run:
    """One call of the tool."""

    def __init__(self, options: argparse.Namespace, folder: Path, scratch: Path) -> None:
        self.options = options
        self.python = options.python
        self.version = version_of(self.python)
        self.folder = folder
        self.state = State(folder / "state.jsonl")
        self.bench = Bench(scratch)
        self.subjects = list(subjects())
        self.skipped: dict[str, str] = {}
        self._lock = threading.Lock()
        self._places: dict[tuple[str, ...], environments.Place] = {}
        self._short = environments.together(s for s in self.subjects if s.library.short)

    def measure(self) -> None:
        """Measure every entry that is asked for and isn't known yet, with a bar on a terminal."""
        wanted = [s for s in self.chosen() if not self.why_not(s)]
        done = self.state.is_done
        todo = [s for s in wanted if self.options.again or not done(s, self.version)]
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task(
                "measuring", total=len(wanted), completed=len(wanted) - len(todo)
            )
            with ThreadPoolExecutor(self.options.jobs) as pool:
                for _ in pool.map(self._measured, _by_library(todo)):
                    progress.advance(task, _)

    def _is_current(self, subject: Subject) -> bool:
        return self.state.is_current(subject, self.version)

    def why_not(self, subject: Subject) -> str:
        """Why an entry isn't measured; empty if it is."""
        return subject.skip or not_of_this_python(subject.entry, self.version)

    def chosen(self) -> list[Subject]:
        """The entries that the command line names."""
        names = {name.lower() for name in self.options.names}
        found = [
            s
            for s in self.subjects
            if not names or {s.entry.name.lower(), s.entry.library.lower()} & names
        ]
        if self.options.short:
            found = [s for s in found if s.library.short]
        if not found:
            raise SnippetError("nothing in the catalogue is called that")
        return found

    def _measured(self, group: Sequence[Subject]) -> int:
        for subject in group:
            self._measure(subject)
        return len(group)

    def _measure(self, subject: Subject) -> None:
        try:
            self.state.add(self._result(subject))
        except (environments.InstallError, Missing) as error:
            with self._lock:
                self.skipped[subject.entry.name] = str(error)

    def _result(self, subject: Subject) -> dict[str, Any]:
        python = self._place(subject)
        observation = observe(subject, python, self.bench, thorough=not self.options.quick)
        wrong = differences(subject, observation)
        failed = bool(observation.first.get("failed"))
        return {
            "name": subject.entry.name,
            "digest": digest(subject, self.version),
            "library": "" if failed else observation.first["version"] or subject.library.version,
            "python": self.version,
            "date": datetime.date.today().isoformat(),
            "seen": "" if failed else seen(observation),
            "closed": "" if failed else closed(subject, observation),
            "differences": wrong,
        }

    def _place(self, subject: Subject) -> Path:
        """The interpreter to use; light libraries share an environment in a short run."""
        wanted, limits = environments.requirements(subject), None
        if wanted and self.options.short:
            wanted, limits = self._short, CONSTRAINTS
        with self._lock:
            place = self._places.setdefault(wanted, environments.Place())
        return place.python(self.folder / "environments", wanted, self.python, limits)

    def write(self) -> int:
        """Note in the catalogue what was measured, and why the rest was not."""
        good = {
            s.entry.name: self.state.results[s.entry.name]
            for s in self.subjects
            if not self.why_not(s) and self.state.is_done(s, self.version)
        }
        return write(good, {s.entry.name: why for s in self.subjects if (why := self.why_not(s))})

    def report(self) -> int:
        """Say what differs and what could not be measured."""
        chosen = self.chosen()
        wrong = measured = 0
        for subject in chosen:
            name = subject.entry.name
            if name in self.skipped or self.why_not(subject) or not self._is_current(subject):
                continue
            result = self.state.results[name]
            measured += 1
            wrong += bool(result["differences"])
            if self.options.verbose:
                print(f"{name}: {result['seen']} | {result['closed']}")
            for difference in result["differences"]:
                print(f"{name}: {difference}")
        for reason, number in Counter(self.skipped.values()).items():
            print(f"{number} entries could not be measured: {reason}")
        print(f"{measured} of {len(chosen)} entries measured, {wrong} of them differ.")
        return 1 if wrong or (self.skipped and self.options.short) else 0


def _by_library(found: Sequence[Subject]) -> list[list[Subject]]:
    """Groups of a few entries that share an environment: one is at work while others install."""
    groups: dict[str, list[Subject]] = {}
    for subject in found:
        groups.setdefault(subject.entry.library, []).append(subject)
    return [group[i : i + 8] for group in groups.values() for i in range(0, len(group), 8)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="NAME", help="an entry or a library")
    parser.add_argument("--short", action="store_true", help="only what CI measures, in one place")
    parser.add_argument("--quick", action="store_true", help="without `with` and dropping")
    parser.add_argument("--write", action="store_true", help="note what was seen in the catalogue")
    parser.add_argument("--again", action="store_true", help="measure what is known, too")
    parser.add_argument("--verbose", action="store_true", help="show what was seen")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="at the same time (2)")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to measure with")
    parser.add_argument("--folder", type=Path, default=_cache(), help="for state and environments")
    return parser.parse_args(arguments)


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "reloadlint-measuring"


if __name__ == "__main__":
    sys.exit(main())
