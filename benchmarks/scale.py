"""What a line costs in programs of 10,000 to 1,000,000 lines.

    python benchmarks/scale.py                     four sizes
    python benchmarks/scale.py 10000 100000        these
    python benchmarks/scale.py --proportions       what the generated code is made of

The programs are made here, for one application each: features of five modules, which import their
own, the core's and those of features made before. In a thousand lines they have about as many
functions, classes, calls, branches, imports and so on as the packages of the corpus. Each size is
checked without a cache in a process of its own; what counts is its processor time and peak memory,
with those of the processes that it starts. The exit status is 1 if a line of the largest program
costs more than `LIMIT` times one of 100,000 lines (or of the smallest).
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SIZES = (10_000, 30_000, 100_000, 1_000_000)
REFERENCE = 100_000
LIMIT = 1.2
REPEATS = 3

CORE = '''\
"""What all features have in common."""

import logging
import queue
import threading

log = logging.getLogger(__name__)
SETTINGS = {"page": 20, "name": "shop", "debug": False}


class Worker:
    """Works in the background until it is closed."""

    def __init__(self, size=SETTINGS["page"]):
        self._queue = queue.Queue(size)
        self._thread = threading.Thread(target=self._work)

    def start(self):
        self._thread.start()

    def _work(self):
        while (entry := self._queue.get()) is not None:
            log.info("done: %s", entry)

    def close(self):
        self._queue.put(None)
        self._thread.join()


class Base:
    """A record with a key."""

    def __init__(self, key, **values):
        self.key = key
        for name, value in values.items():
            setattr(self, name, value)

    def as_dict(self):
        return {name: value for name, value in vars(self).items() if value is not None}


def setting(name, default=None):
    return SETTINGS.get(name, default)
'''

MODEL = '''\
class Record{i}(Base):
    """A record of kind {i}, as it is kept and shown.

    It knows its parts, and how much all of them are worth.
    """

    table = "record_{i}"
    limit = setting("page", {i})

    def __init__(self, key, name="", parts=(), owner=None):
        super().__init__(key, name=name, owner=owner)
        self.parts = list(parts)
        self.total = None

    def add(self, part, amount=1):
        if amount < 0 or part is None:
            raise ValueError(f"not {{amount}} of {{part}}")
        self.parts.append((part, amount))
        self.total = None
        return self

    def sum(self):
        if self.total is None:
            self.total = sum(part.price * amount for part, amount in self.parts)
        return self.total

    # Two of a kind are the same if their keys are: what they hold may differ.
    def __eq__(self, other):
        return isinstance(other, Record{i}) and other.key == self.key


'''

SERVICE = '''\
def find_{i}(store, key, *, strict=False):
    """The record of that key; None if there is none, unless one must be there."""
    rows = store.select("{table}", key=key, limit=setting("page"))
    if not rows:
        if strict:
            raise LookupError(key)
        log.debug("nothing for %s in %s", key, "{table}")
        return None
    first = rows[0]
    return models.Record{i}(first["key"], name=first.get("name", ""), owner=first.get("owner"))


def change_{i}(store, key, values):
    """Change a record, and say what it was before."""
    record = find_{i}(store, key, strict=True)
    before = record.as_dict()
    try:
        with store.transaction() as changes:
            for name, value in sorted(values.items()):
                changes.set(record.table, key, name, value)
    except ValueError as error:
        log.warning("not changed: %s", error)
        store.rollback()
        raise
    return {{"before": before, "after": {{**before, **values}}}}


'''

VIEW = '''\
@blueprint.route("/{name}/{i}/<key>", methods=["GET", "POST"])
def show_{i}(key):
    """Shows a record, or changes it."""
    store = stores.current()
    if request.method == "POST":
        values = {{name: request.form[name] for name in request.form if name != "key"}}
        result = services.change_{i}(store, key, values)
        return jsonify(result)
    record = services.find_{i}(store, key)
    if record is None:
        abort(404)
    page = request.args.get("page", 1, type=int)
    parts = record.parts[page * 10 : (page + 1) * 10]
    return jsonify(key=record.key, parts=[str(part) for part, _ in parts], page=page)


'''

TEST = """\
def test_record_{i}_is_found():
    store = Store({{"{table}": [{{"key": {i}, "name": "n"}}]}})
    record = services.find_{i}(store, {i})
    assert record.key == {i}
    assert services.find_{i}(store, -1) is None


"""

STORES = '''\
"""Where records are kept."""

from flask import current_app, g


def current():
    """The store of this request."""
    if "store" not in g:
        g.store = current_app.extensions["store"].session()
    return g.store
'''


class Cost(NamedTuple):
    """What a check took: processor seconds, and the memory of the largest process in MiB."""

    lines: int
    seconds: float
    memory: float
    found: int


def program(lines: int, seed: int = 0) -> dict[str, str]:
    """A program of about so many lines: texts by path. The same for the same arguments."""
    chance = random.Random(seed)
    files = {"shop/__init__.py": "", "shop/core.py": CORE, "shop/stores.py": STORES}
    count = 0
    names: list[str] = []
    while count < lines:
        name = f"feature{len(names)}"
        made = dict(_feature(name, names, chance))
        files |= made
        count += sum(text.count("\n") for text in made.values())
        names.append(name)
    files["app.py"] = _application(names)
    return files


def _feature(name: str, others: Sequence[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """One feature: its package and its tests; more of each kind in some than in others."""
    known = chance.sample(others, min(2, len(others)))
    more = "".join(f"from shop.{other} import services as {other}_services\n" for other in known)
    size = chance.randint(4, 14)
    values = [{"i": str(i), "name": name, "table": f"{name}_{i}"} for i in range(size)]
    folder, core = f"shop/{name}", "from shop.core import"
    heads = {
        "models": f'"""The records of {name}."""\n\n{core} Base, setting\n\n\n',
        "services": f'"""What {name} does."""\n\n{more}from shop.{name} import models\n'
        f"{core} Worker, log, setting\n\n_waiting = Worker(setting('page'))\n\n\n",
        "views": f'"""What {name} shows."""\n\n'
        "from flask import Blueprint, abort, jsonify, request\n\n"
        f"from shop import stores\nfrom shop.{name} import services\n\n"
        f'blueprint = Blueprint("{name}", __name__)\n\n\n',
    }
    yield f"{folder}/__init__.py", ""
    for module, template in (("models", MODEL), ("services", SERVICE), ("views", VIEW)):
        yield f"{folder}/{module}.py", heads[module] + _each(template, values)
    head = f"from shop.{name} import services\nfrom tests.stores import Store\n\n\n"
    yield f"tests/test_{name}.py", head + _each(TEST, values)


def _each(template: str, values: Sequence[dict[str, str]]) -> str:
    """As many comments as code: so it is in real packages, with their texts and empty lines."""
    comments = "# What comes next is explained here, at the length that people take for it.\n"
    block = comments * template.count("\n") + template
    return "".join(block.format(**value) for value in values)


def _application(names: Sequence[str]) -> str:
    views = "".join(f"from shop.{name}.views import blueprint as {name}\n" for name in names)
    registered = "".join(f"app.register_blueprint({name})\n" for name in names)
    head = "from flask import Flask\n\nfrom shop.core import Worker\n"
    started = "worker = Worker()\nworker.start()\n"
    return f"{head}{views}\napp = Flask(__name__)\n{started}{registered}"


def measured(files: dict[str, str], jobs: int | None) -> Cost:
    """Check a program without a cache, in a process of its own."""
    options = ["--isolated", "--no-cache", "--no-follow-installed", "--output-format", "json"]
    options += [] if jobs is None else ["--jobs", str(jobs)]
    with tempfile.TemporaryDirectory() as scratch:
        for path, text in files.items():
            file = Path(scratch, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        output = Path(scratch, "output.json")
        with output.open("wb") as out:
            command = [sys.executable, "-m", "reloadlint", "check", *options, "."]
            process = subprocess.Popen(command, cwd=scratch, stdout=out)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 1:
            raise SystemExit(f"check ended with status {process.returncode}")
        found = len(json.loads(output.read_bytes())["findings"])
    lines = sum(text.count("\n") for text in files.values())
    return Cost(lines, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, found)


def proportions(files: dict[str, str]) -> dict[str, float]:
    """How many nodes of some kinds there are in a thousand lines."""
    kinds = (
        "FunctionDef ClassDef Call Name Attribute If For With Try Import ImportFrom Assign Return"
    )
    counted: Counter[str] = Counter()
    for text in files.values():
        counted.update(type(node).__name__ for node in ast.walk(ast.parse(text)))
    lines = sum(text.count("\n") for text in files.values())
    return {kind: round(counted[kind] * 1000 / lines, 1) for kind in kinds.split()}


def main() -> int:
    """Measure the sizes that were asked for, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--proportions", action="store_true")
    options = parser.parse_args()
    if options.proportions:
        print(json.dumps(proportions(program(REFERENCE)), indent=2))
        return 0
    costs = []
    for size in sorted(options.sizes):
        files = program(size)
        runs = [measured(files, options.jobs) for _ in range(options.repeats)]
        cost = min(runs, key=lambda run: run.seconds)
        costs.append(cost)
        print(
            f"{cost.lines:9} lines {cost.seconds:8.2f} s {cost.seconds / cost.lines * 1e6:7.1f} us"
            f" a line {cost.memory:7.0f} MiB {cost.memory / cost.lines * 1024:6.2f} KiB a line"
            f" {cost.found} findings",
            flush=True,
        )
    if options.json:
        options.json.write_text(json.dumps([cost._asdict() for cost in costs], indent=2) + "\n")
    first = next((cost for cost in costs if cost.lines >= REFERENCE), costs[0])
    ratio = (costs[-1].seconds / costs[-1].lines) / (first.seconds / first.lines)
    print(f"a line of {costs[-1].lines} costs {ratio:.2f} times one of {first.lines}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
