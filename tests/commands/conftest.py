"""A project in a folder of its own, and the whole program run on it."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from reloadlint.cli import boundary, cli

if TYPE_CHECKING:
    from collections.abc import Callable

#: Two hazards, the second of which a fix can cure.
APP = """\
import sqlite3
import threading

from flask import Flask

app = Flask(__name__)
threading.Thread(target=print).start()
db = sqlite3.connect("app.db", check_same_thread=False)


@app.route("/")
def index():
    return str(db.execute("SELECT 1").fetchone())
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., SimpleNamespace]:
    """Run a command without a cache and return what a shell would see."""

    def invoke(*arguments: str, stdin: bytes = b"") -> SimpleNamespace:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        cached = () if arguments[0] in ("rule", "catalog", "clean") else ("--no-cache",)
        status = boundary.run(cli, [*arguments, *cached])
        written = capsys.readouterr()
        return SimpleNamespace(status=status, out=written.out, err=written.err)

    return invoke
