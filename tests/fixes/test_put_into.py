"""What requests put into an object has to be there for the next request."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import fixed, verdict

TEXT = """\
import sqlite3
from collections import UserDict, deque
from flask import Flask

app = Flask(__name__)


class Store{base}:
    def __init__(self):
        super().__init__()
        self.db = sqlite3.connect("shop.db", check_same_thread=False)
        self.recent = deque(maxlen=10)
        self.name = "x"
{method}
    def one(self):
        return self.db.execute("SELECT 1").fetchone()

    def close(self):
        self.db.close()


store = Store()


@app.route("/")
def index():
    {line}
    return str(store.one())
"""


def project(line: str, base: str = "", method: str = "") -> dict[str, str]:
    return {"app.py": TEXT.format(line=line, base=base, method=method)}


@pytest.mark.parametrize(
    ("base", "line"),
    [
        ("(UserDict)", 'store["hits"] = store.get("hits", 0) + 1'),
        ("(dict[str, int])", 'store["hits"] += 1'),
        ("(dict)", 'store.setdefault("hits", 0)'),
        ("(dict)", 'del store["hits"]'),
        ("(list)", "store.append(1)"),
        ("", "store.recent.append(1)"),
        ("", "store.recent[0] = 1"),
    ],
)
def test_what_is_put_into_it_would_be_gone(base: str, line: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, project(line, base))
    assert fix.applicability == "unsafe"
    assert "would last for one request only" in (fix.reason or "")


@pytest.mark.parametrize(
    "method",
    [
        "    def note(self, n):\n        self[n] = 1\n",
        "    def note(self, n):\n        super().update(n=n)\n",
    ],
)
def test_what_a_method_puts_into_it_would_be_gone(method: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, project("store.note(1)", "(dict)", method))
    assert fix.applicability == "unsafe"
    assert "puts into the `dict`" in (fix.reason or "")


@pytest.mark.parametrize(
    ("base", "line", "method"),
    [
        ("(dict)", "store.get(1)", ""),
        ("", "len(store.recent)", ""),
        ("", "store.name.upper()", ""),
        ("", "store.add(1)", "    def add(self, n):\n        return n\n"),
        ("", "store[1] = 2", "    def __setitem__(self, n, value):\n        print(n)\n"),
    ],
    ids=["asked", "length", "another attribute", "a method of its own", "an item of its own"],
)
def test_what_only_reads_or_hands_on_is_no_doubt(
    base: str, line: str, method: str, tmp_path: Path
) -> None:
    assert "g.store = Store()" in fixed(tmp_path, project(line, base, method))["app.py"]
