"""What is handed to an object and asks for it would wait for itself while the object is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import repair

STORE = """
import queue
import threading


class Store:
    def __init__(self, done):
        self.done = done
        self._questions = queue.Queue()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self):
        for answer in iter(self._questions.get, None):
            answer.put(1)

    def ask(self):
        answer = queue.SimpleQueue()
        self._questions.put(answer)
        return answer.get()

    def close(self):
        self._questions.put(None)
        self._thread.join()
"""
APP = """
from flask import Flask
from store import Store

app = Flask(__name__)


def report(depth):
    {report}


def other(depth):
    {other}


store = Store({given})


@app.get("/")
def page():
    return str(store.ask())
"""


def reason(folder: Path, **parts: str) -> str:
    """Why the store isn't made at first use without `--unsafe-fixes`; empty if it is."""
    text = APP.format(**{"report": "pass", "other": "pass", "given": "report", **parts})
    (outcome,) = repair(folder, {"app.py": text, "store.py": STORE}, strategy="lazy").outcomes
    return outcome.reason or ""


@pytest.mark.parametrize(
    "parts",
    [
        {"report": "store.ask()"},
        {"report": "if depth: report(depth - 1)\n    store.ask()"},
        {"report": "other(depth)", "other": "store.ask()"},
        {"report": "other(depth)", "other": "report(depth)\n    store.ask()"},
    ],
)
def test_function_that_uses_the_object_it_is_handed_to_is_told(
    tmp_path: Path, parts: dict[str, str]
) -> None:
    assert "`report` is handed to it and uses it" in reason(tmp_path, **parts)


@pytest.mark.parametrize(
    "parts",
    [
        {"report": "print(depth)"},
        {"report": "other(depth)", "other": "print(depth)"},
        {"report": "store.ask()", "given": "other"},
        {"report": "store.ask()", "given": "print"},
    ],
)
def test_function_that_leaves_the_object_alone_is_no_reason(
    tmp_path: Path, parts: dict[str, str]
) -> None:
    assert "handed to it" not in reason(tmp_path, **parts)
