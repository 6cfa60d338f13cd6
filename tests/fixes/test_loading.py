"""How far it is asked whether loading runs a function: nearest callers first, and not for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import repair
from reloadlint.fixes.reading import project as reading

APP = """
import threading
{imports}
from flask import Flask

app = Flask(__name__)


def work():
    threading.Event().wait()


class Worker:
    def __init__(self):
        threading.Thread(target=work, daemon=True).start()

    def state(self):
        return "at work"


class Feed:
    def start(self):
        return worker.state()


worker = Worker()


@app.get("/")
def index():
    return Feed().start()
{below}
"""


def _files(number: int, below: str = "") -> dict[str, str]:
    names = [f"part{n}" for n in range(number)]
    imports = "\n".join(f"import {name}" for name in names)
    parts = {f"{name}.py": "def begin(thing):\n    thing.start()\n" for name in names}
    return {"app.py": APP.replace("{imports}", imports).replace("{below}", below), **parts}


def test_method_whose_name_is_everywhere_costs_no_tree_of_every_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = set[str]()
    parsed = reading._parsed
    monkeypatch.setattr(reading, "_parsed", lambda p, t: read.add(p) or parsed(p, t))
    repair(tmp_path, _files(60), unsafe=True, strategy="guard")
    assert "app.py" in read
    assert len(read) < 10


@pytest.mark.parametrize("below", ["Feed().start()", "def begin():\n    Feed().start()\n\nbegin()"])
def test_what_loading_calls_keeps_a_start_where_it_is(below: str, tmp_path: Path) -> None:
    (outcome,) = repair(tmp_path, _files(3, below), unsafe=True, strategy="guard").outcomes
    assert outcome.reason is not None
    assert "needs it, where the application is set up or run" in outcome.reason
