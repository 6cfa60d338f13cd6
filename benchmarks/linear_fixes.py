"""Show that a fix costs the same however many others there are.

    python benchmarks/linear_fixes.py            every shape of program, in three sizes
    python benchmarks/linear_fixes.py --short    the two smaller sizes, as CI runs it
    python benchmarks/linear_fixes.py SHAPE …    these shapes only

A measurement is a process of its own, and its cost the processor seconds of `fix` with unsafe fixes
for each thing that is fixed or rewritten. What counts is that cost in the largest program over that
in the smallest: 1 is linear, and quadratic growth is the ratio of the sizes. Exit status 1 if a
shape costs more than `LIMIT`, or if something in it isn't fixed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

Files = dict[str, str]

SIZES = (5, 20, 80)
LIMIT = 2.0
REPEATS = 2

APP = "from flask import Flask\n\napp = Flask(__name__)\n\n\n"
VIEW = '@app.get("/{i}")\ndef view{i}():\n    return str({use})\n\n\n'
WORK = "def work{i}():\n    while True:\n        print({i})\n\n\n" + VIEW.replace("{use}", "{i}")
JOB = "def job{i}():\n    print({i})\n\n\n" + VIEW.replace("{use}", "{i}")
START = "threading.Thread(target=work{i}, daemon=True).start()\n"
QUERY = 'db.execute("select {i}").fetchall()'


def _each(size: int, template: str) -> str:
    return "".join(template.replace("{i}", str(i)) for i in range(size))


def _connections_of_a_file(size: int) -> Files:
    """Each goes to `g`."""
    each = 'db{i} = sqlite3.connect("{i}.db")\n\n\n'
    each += VIEW.replace("{use}", 'db{i}.execute("select {i}").fetchall()')
    return {"app.py": "import sqlite3\n\n" + APP + _each(size, each)}


def _clients_of_a_file(size: int) -> Files:
    """Each is made once per process."""
    each = 'queue{i} = KafkaProducer(bootstrap_servers="{i}")\n\n\n'
    each += VIEW.replace("{use}", 'queue{i}.send("{i}", b"")')
    return {"app.py": "from kafka import KafkaProducer\n" + APP + _each(size, each)}


def _starts_of_a_script(size: int) -> Files:
    """Each goes to the main guard, and they stay in order."""
    run = 'if __name__ == "__main__":\n    app.run(debug=True)\n'
    text = APP + _each(size, WORK) + _each(size, START) + "\n\n" + run
    return {"app.py": "import threading\n\n" + text}


def _starts_with_doubts_of_their_own(size: int) -> Files:
    """Each thread ends by itself, stands below its function, and is no daemon."""
    run = 'if __name__ == "__main__":\n    app.run(debug=True)\n'
    text = APP + _each(size, JOB + "threading.Thread(target=job{i}).start()\n\n\n") + run
    return {"app.py": "import threading\n\n" + text}


def _starts_in_a_main_guard(size: int) -> Files:
    run = f'if __name__ == "__main__":\n{_each(size, "    " + START)}    app.run(debug=True)\n'
    return {"app.py": "import threading\n\n" + APP + _each(size, WORK) + run}


def _modules_with_a_connection(size: int) -> Files:
    text = 'import sqlite3\n\nfrom app import app\n\ndb = sqlite3.connect("{i}.db")\n\n\n'
    text += VIEW.replace("{use}", QUERY)
    files = {f"m{i}.py": text.replace("{i}", str(i)) for i in range(size)}
    return {"app.py": APP + _each(size, "import m{i}\n"), **files}


def _modules_that_use_a_connection(size: int) -> Files:
    text = "from app import app\nfrom store import db\n\n\n" + VIEW.replace("{use}", QUERY)
    files = {f"m{i}.py": text.replace("{i}", str(i)) for i in range(size)}
    store = 'import sqlite3\n\ndb = sqlite3.connect("shop.db")\n'
    return {"app.py": APP + _each(size, "import m{i}\n"), "store.py": store, **files}


SHAPES: dict[str, Callable[[int], Files]] = {
    function.__name__.strip("_"): function
    for function in (
        _connections_of_a_file,
        _clients_of_a_file,
        _starts_of_a_script,
        _starts_with_doubts_of_their_own,
        _starts_in_a_main_guard,
        _modules_with_a_connection,
        _modules_that_use_a_connection,
    )
}


class Cost(NamedTuple):
    """What fixing one program took; `left` are the findings that aren't fixed."""

    fixed: int
    left: int
    seconds: float


def fix(files: Files) -> Cost:
    """Work out the fixes of a program as `fix --unsafe-fixes` does."""
    from reloadlint.fixer import fix_project
    from reloadlint.settings import Settings

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        for name, text in {"pyproject.toml": "", **files}.items():
            (folder / name).write_text(text, encoding="utf-8")
        started = time.process_time()
        settings = Settings(cache=False, follow_installed=False, jobs=1)
        outcomes = fix_project([folder], settings, unsafe=True).outcomes
        seconds = time.process_time() - started
    left = sum(outcome.reason is not None for outcome in outcomes)
    return Cost(len(outcomes) - left, left, seconds)


def measure(shape: str, size: int) -> Cost:
    """Fix one program in this process."""
    fix(SHAPES[shape](1))  # what is loaded once is not the program's
    return fix(SHAPES[shape](size))


def measured(shape: str, size: int) -> Cost:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--one", shape, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return Cost(*json.loads(done.stdout))


def compare(shape: str, sizes: Sequence[int]) -> bool:
    """Print what each size of a shape costs; whether it costs the same in all of them."""
    each: list[float] = []
    left = 0
    for size in sizes:
        cost = min((measured(shape, size) for _ in range(REPEATS)), key=lambda cost: cost.seconds)
        each.append(cost.seconds / size)
        left += cost.left + (not cost.fixed)
        print(
            f"{shape:32} {size:4} {cost.fixed:4} fixed {cost.left:3} left"
            f" {cost.seconds:7.2f} s {1e3 * each[-1]:7.1f} ms each",
            flush=True,
        )
    growth = each[-1] / each[0]
    verdict = "linear" if growth <= LIMIT else f"MORE THAN LINEAR (limit {LIMIT})"
    print(f"{shape:32} one costs {growth:.2f}x the time: {verdict}")
    return growth <= LIMIT and not left


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--short", action="store_true", help="the two smaller sizes only")
    parser.add_argument("--one", nargs=2, metavar=("SHAPE", "SIZE"), help=argparse.SUPPRESS)
    said = parser.parse_args(arguments)
    if said.one:
        print(json.dumps(measure(said.one[0], int(said.one[1]))))
        return 0
    if unknown := sorted(set(said.shapes) - SHAPES.keys()):
        parser.error(f"no shape {unknown[0]!r}; there are: {', '.join(SHAPES)}")
    sizes = SIZES[:2] if said.short else SIZES
    outcomes = [compare(shape, sizes) for shape in said.shapes or SHAPES]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
