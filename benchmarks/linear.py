"""Show that time and memory grow with the number of facts, and no faster.

    python benchmarks/linear.py            every shape of program, in three sizes
    python benchmarks/linear.py --short    the two smaller sizes, as CI runs it
    python benchmarks/linear.py SHAPE …    these shapes only

Each measurement is a process of its own: processor seconds of following a program, and, in a
second one, the peak of what it allocates. What counts is the cost of a fact in the largest program
over that in the smallest: 1 is linear, and quadratic growth is the ratio of the sizes. Exit
status 1 if a shape costs more than `LIMIT`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

Files = dict[str, str]

SIZES = (200, 400, 1600)
LIMIT = 2.0
REPEATS = 3

WORKER = """\
import queue
import threading

class Worker{i}:
    def __init__(self, size=3):
        self.queue = queue.Queue(size)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while (item := self.queue.get()) is not None:
            print(item)

    def close(self):
        self.queue.put(None)
        self.thread.join()
"""
APP = "from flask import Flask\napp = Flask(__name__)\n"
HEAD = "import threading\ndef go():\n    threading.Thread(target=print).start()\n"


def _each(count: int, template: str) -> str:
    return "".join(template.replace("{i}", str(i)).replace("{j}", str(i + 1)) for i in range(count))


def _modules_with_hazards(size: int) -> Files:
    files = {
        f"pkg/m{i}.py": WORKER.replace("{i}", str(i)) + f"w = Worker{i}()\n" for i in range(size)
    }
    return {"app.py": APP + _each(size, "import pkg.m{i}\n"), "pkg/__init__.py": "", **files}


def _modules_that_import_each_other(size: int) -> Files:
    """A tree whose leaves import its root, and a hub that all of them import."""
    text = "import hub, m{left}, m{right}\nvalue = hub.go\n"
    files = {
        f"m{i}.py": text.format(left=(2 * i + 1) % size, right=(2 * i + 2) % size)
        for i in range(size)
    }
    return {"app.py": APP + "import m0\n", "hub.py": HEAD + "go()\n", **files}


def _calls_one_after_another(size: int) -> Files:
    return {"app.py": APP + HEAD + _each(size, "x{i} = go()\n")}


def _functions_that_call_the_next(size: int) -> Files:
    """Chains of ten, each called from the module."""
    chain = _each(10, "def f#_{i}(x=None):\n    y = [x, {i}]\n    return f#_{j}(y)\n")
    chain += "def f#_10(x):\n    go()\nf#_0()\n"
    return {"app.py": APP + HEAD + "".join(chain.replace("#", str(i)) for i in range(size // 4))}


def _classes_that_inherit(size: int) -> Files:
    first = "class C0:\n    def __init__(self):\n        go()\n"
    rest = _each(size, "class D{i}(C0):\n    def run(self):\n        return {i}\nd{i} = D{i}()\n")
    return {"app.py": APP + HEAD + first + rest}


def _views(size: int) -> Files:
    view = (
        "@app.route('/{i}')\ndef view{i}():\n"
        "    rows = [r for r in range({i})]\n    return str(rows)\n"
    )
    return {"app.py": APP + _each(size, view) + HEAD + "go()\n"}


def _branches(size: int) -> Files:
    branch = "if os.environ.get('X{i}'):\n    a{i} = go()\nelse:\n    a{i} = None\n"
    return {"app.py": APP + "import os\n" + HEAD + _each(size, branch)}


def _entries_of_a_table(size: int) -> Files:
    return {
        "app.py": APP
        + HEAD
        + "table = {\n"
        + _each(size, "    'k{i}': go,\n")
        + "}\ntable['k0']()\n"
    }


SHAPES: dict[str, Callable[[int], Files]] = {
    function.__name__.strip("_"): function
    for function in (
        _modules_with_hazards,
        _modules_that_import_each_other,
        _calls_one_after_another,
        _functions_that_call_the_next,
        _classes_that_inherit,
        _views,
        _branches,
        _entries_of_a_table,
    )
}


class Cost(NamedTuple):
    """What following one program took: seconds of the processor, and bytes at the peak."""

    facts: int
    found: int
    seconds: float
    peak: int


def follow(files: Files) -> tuple[int, int]:
    """Follow a program as `check` does; the number of its facts and of the hazards found."""
    from reloadlint.effects import catalogue
    from reloadlint.effects.hazards import hazards
    from reloadlint.effects.solver import Solver
    from reloadlint.facts.extract import module_facts
    from reloadlint.project.imports import import_facts
    from reloadlint.project.modules import ModuleIndex
    from reloadlint.project.scope import ImportGraph, flask_modules, load_order

    index = ModuleIndex(files)
    imports = {path: import_facts(text) for path, text in files.items()}
    graph = ImportGraph(index, imports)
    roots, _ = flask_modules(graph, imports, all_modules=False)
    facts = {path: module_facts(text) for path, text in files.items()}
    solver = Solver(index, catalogue.load(), lambda module: facts[module.path])
    modules = [module for path in load_order(graph, roots) if (module := index.at(path))]
    found = hazards(solver.solve(modules), solver.outcomes)
    return sum(1 for module in facts.values() for _ in _records(module)), len(found)


def _records(value: Any) -> Iterator[msgspec.Struct]:
    """A record and all that it holds."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, msgspec.Struct):
            yield item
            pending += [getattr(item, name) for name in item.__struct_fields__]
        elif isinstance(item, (list, tuple)):
            pending += item
        elif isinstance(item, dict):
            pending += item.values()


def measure(shape: str, size: int, *, memory: bool) -> Cost:
    """Follow one program in this process."""
    follow({"app.py": APP})  # what is loaded once is not the program's
    files = SHAPES[shape](size)
    if memory:
        tracemalloc.start()
    started = time.process_time()
    facts, found = follow(files)
    seconds = time.process_time() - started
    return Cost(facts, found, seconds, tracemalloc.get_traced_memory()[1] if memory else 0)


def measured(shape: str, size: int, *, memory: bool = False) -> Cost:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--one", shape, str(size), *(["--memory"] * memory)]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return Cost(*json.loads(done.stdout))


def compare(shape: str, sizes: Sequence[int]) -> bool:
    """Print what each size of a shape costs; whether a fact costs the same in all of them."""
    per_fact: list[tuple[float, float]] = []
    for size in sizes:
        times = [measured(shape, size) for _ in range(REPEATS)]
        space = measured(shape, size, memory=True)
        fastest = min(times, key=lambda cost: cost.seconds)
        per_fact.append((fastest.seconds / fastest.facts, space.peak / fastest.facts))
        print(
            f"{shape:38} {size:5} {fastest.facts:8} facts {fastest.found:4} found"
            f" {fastest.seconds:7.2f} s {1e6 * per_fact[-1][0]:7.1f} us/fact"
            f" {space.peak / 2**20:7.1f} MB {per_fact[-1][1]:7.0f} bytes/fact",
            flush=True,
        )
    growth = [last / first for first, last in zip(per_fact[0], per_fact[-1], strict=True)]
    verdict = "linear" if max(growth) <= LIMIT else f"MORE THAN LINEAR (limit {LIMIT})"
    print(
        f"{shape:38} a fact costs {growth[0]:.2f}x the time, {growth[1]:.2f}x the memory: {verdict}"
    )
    return max(growth) <= LIMIT


def main() -> int:
    """Run the benchmark; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--short", action="store_true", help="the two smaller sizes only")
    parser.add_argument("--one", nargs=2, metavar=("SHAPE", "SIZE"), help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.one:
        print(json.dumps(measure(said.one[0], int(said.one[1]), memory=said.memory)))
        return 0
    if unknown := sorted(set(said.shapes) - SHAPES.keys()):
        parser.error(f"no shape {unknown[0]!r}; there are: {', '.join(SHAPES)}")
    sizes = SIZES[:2] if said.short else SIZES
    outcomes = [compare(shape, sizes) for shape in said.shapes or SHAPES]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
