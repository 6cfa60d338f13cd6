"""What a request runs before the hook, and requests that run none, must not need what it starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixes.workshop import fixed, repair

TEXT = """\
import sqlite3
from flask import Flask, request_finished, request_started

app = Flask(__name__)
{above}
db = sqlite3.connect("x.db", check_same_thread=False)


def rows():
    return db.execute("SELECT 1").fetchall()

{below}

@app.get("/")
def index():
    return str(rows())
"""
EARLY = {
    "a signal": "@request_started.connect_via(app)\ndef f(sender):\n    rows()\n",
    "a receiver": "def f(sender):\n    rows()\n\nrequest_started.connect(f, app)\n",
    "the path's values": "@app.url_value_preprocessor\ndef f(endpoint, values):\n    rows()\n",
}
IN_TIME = {
    "a later signal": "@request_finished.connect_via(app)\ndef f(sender, response):\n    rows()\n",
    "a later hook": "@app.before_request\ndef f():\n    rows()\n",
    "another use": "@request_started.connect_via(app)\ndef f(sender):\n    print(sender)\n",
}
ASK = "import app; print([app.app.test_client().get('/').text for _ in range(2)])"


@pytest.mark.parametrize("below", EARLY.values(), ids=EARLY)
def test_what_comes_before_the_hook_is_not_left_without_it(below: str, tmp_path: Path) -> None:
    project = {"app.py": TEXT.format(above="", below=below)}
    (outcome,) = repair(tmp_path, project, unsafe=True, strategy="guard").outcomes
    assert "`f` uses it, and a request runs that before it is started" in outcome.reason


def test_hook_that_is_registered_first_comes_first(tmp_path: Path) -> None:
    above = "\n\n@app.before_request\ndef first():\n    rows()\n"
    project = {"app.py": TEXT.format(above=above, below="")}
    assert fixed(tmp_path, project, unsafe=True, strategy="guard") == {}


@pytest.mark.parametrize("below", IN_TIME.values(), ids=IN_TIME)
def test_what_comes_after_the_hook_finds_it_started(below: str, tmp_path: Path) -> None:
    project = {"app.py": TEXT.format(above="", below=below)}
    after = fixed(tmp_path, project, unsafe=True, strategy="guard")["app.py"]
    (tmp_path / "app.py").write_text(after)
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout.endswith("['[(1,)]', '[(1,)]']\n")


def test_second_application_of_the_module_is_not_left_without_it(tmp_path: Path) -> None:
    below = 'admin = Flask("admin")\n\n\n@admin.get("/")\ndef all_rows():\n    return str(rows())\n'
    project = {"app.py": TEXT.format(above="", below=below)}
    (outcome,) = repair(tmp_path, project, unsafe=True, strategy="guard").outcomes
    assert outcome.reason == "requests of `admin` would find nothing started, and may need it"
    assert fixed(tmp_path, project)["app.py"].count("teardown_appcontext") == 2
