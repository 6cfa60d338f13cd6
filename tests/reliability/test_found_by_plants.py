"""What `benchmarks/plants.py` found in programs that it ran, each as small as it gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reloadlint.fixer import fix_project
from reloadlint.settings import Settings

SETTINGS = Settings(cache=False, follow_installed=False, select=("RL101", "RL106"))
PULSE = """\
import threading
class Pulse:
    def __init__(self):
        self.stop = threading.Event()
        threading.Thread(target=self.stop.wait, daemon=True).start()
    def answer(self):
        return "alive"
"""
SETUP = """\
from pulses import Pulse
def setup():
    global pulse
    pulse = Pulse()
setup()
"""
REBOUND_BEHIND_A_STAR = {
    "resources.py": "import sqlite3\ndb = sqlite3.connect('x')\n",
    "app.py": """\
import sqlite3
from flask import Flask
from resources import *
app = Flask(__name__)
@app.get("/")
def page():
    return str(db.execute("SELECT 1").fetchone())
@app.get("/again")
def again():
    global db
    db.close()
    db = sqlite3.connect("x")
    return "again"
""",
}
TAKEN_FROM_A_SETUP = {
    "pulses.py": PULSE,
    "resources.py": SETUP,
    "app.py": """\
from flask import Flask
from resources import pulse
app = Flask(__name__)
@app.get("/")
def page():
    return pulse.answer()
""",
}
USED_BEHIND_A_SETUP = {
    "pulses.py": PULSE,
    "app.py": f"""\
from flask import Flask
app = Flask(__name__)
{SETUP}
ask = pulse.answer
@app.get("/")
def page():
    return ask()
""",
}


def fixed(files: dict[str, str], folder: Path, *, unsafe: bool = False) -> Any:
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        (folder / name).write_text(text)
    return fix_project([folder], SETTINGS, unsafe=unsafe)


REFUSED = {
    "a name from a star that a view binds again": (REBOUND_BEHIND_A_STAR, "bound again in line 12"),
    "a global of a setup that another module takes": (
        TAKEN_FROM_A_SETUP,
        "`app.py` takes `pulse` from the module",
    ),
}


@pytest.mark.parametrize(("files", "reason"), REFUSED.values(), ids=REFUSED)
def test_fix_is_refused(tmp_path: Path, files, reason):
    repair = fixed(files, tmp_path, unsafe=True)
    assert [reason in (o.reason or "") for o in repair.outcomes] == [True]
    assert repair.changes == []


def test_what_uses_a_global_of_a_setup_is_started_with_it(tmp_path: Path):
    (change,) = fixed(USED_BEHIND_A_SETUP, tmp_path, unsafe=True).changes
    names: dict[str, Any] = {"__name__": "app"}
    text = change.after.decode().replace("from pulses import Pulse", PULSE)
    exec(compile(text, "<fixed>", "exec"), names)
    assert names["ask"] is None
    assert names["app"].test_client().get("/").text == "alive"
    names["pulse"].stop.set()


@pytest.mark.parametrize(
    "own", ["db = None", "def db():\n    pass", "from json import loads as db"]
)
def test_name_from_a_star_that_the_module_binds_for_good_is_its_own(tmp_path: Path, own):
    files = {**REBOUND_BEHIND_A_STAR}
    files["app.py"] = (
        "from flask import Flask\nfrom resources import *\napp = Flask(__name__)\n"
        f"{own}\nprint(db)\n"
    )
    repair = fixed(files, tmp_path)
    assert [o.reason for o in repair.outcomes] == [None]
    assert {change.source.path.name for change in repair.changes} <= {"resources.py", "app.py"}
