"""What making an object sets, and what each object gets of its own, is there for others in time."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import verdict

APP = """\
import datetime, logging, os, sqlite3, time, uuid
from flask import Flask

import state

app = Flask(__name__)
READY = False
NAMES = {{}}


class Store:
    kind = None

    def __init__(self):
        global READY
        self.db = sqlite3.connect("shop.db")
        {making}

    def send(self, text):
        return text

    def ask(self):
        return self.db.execute("select 1").fetchone()[0]

    def age(self):
        return self.started

    def say(self):
        logging.info("%s", self.started)
        self.send(self.started)
        return self.ask()

    def close(self):
        self.db.close()


store = Store()


@app.route("/")
def index():
    {local}
    return str({asking})
"""
STATE = "ready = False\nlevel = 0\n"


def fix_of(folder: Path, making: str, asking: str, local: str = "local = 0") -> tuple[str, str]:
    text = APP.format(making=making, asking=asking, local=local)
    fix = verdict(folder, {"app.py": text, "state.py": STATE})
    return fix.applicability, fix.reason or ""


@pytest.mark.parametrize(
    ("making", "asking", "said"),
    [
        ("READY = True", "READY", "`READY`"),
        ("NAMES['store'] = 'shop'", "NAMES.get('store')", "`NAMES['store']`"),
        ("NAMES.update(store='shop')", "len(NAMES)", "`NAMES`"),
        ("state.ready = True", "state.ready", "`state.ready`"),
        ("os.environ['SHOP'] = 'open'", "os.environ.get('SHOP')", "`os.environ['SHOP']`"),
    ],
)
def test_what_others_ask_for_is_set_before_the_first_use(
    making: str, asking: str, said: str, tmp_path: Path
) -> None:
    applicability, reason = fix_of(tmp_path, making, asking)
    assert (applicability, said in reason) == ("unsafe", True)
    assert "may ask for before there is a first use" in reason


@pytest.mark.parametrize(
    ("making", "asking", "local"),
    [
        ("READY = True", "store.ask()", "local = 0"),
        ("READY = True", "READY", "READY = None"),
        ("ready = True", "READY", "local = 0"),
        ("state.ready = True", "state.level", "local = 0"),
        ("os.environ['SHOP'] = 'open'", "os.environ.get('NAME')", "local = 0"),
        ("NAMES['store'] = 'shop'", "NAMES['other']", "local = 0"),
        ("self.NAMES = {}", "NAMES", "local = 0"),
        ("names = {}; names['store'] = 1", "NAMES", "local = 0"),
        ("NAMES['store'] = 1", "index.__name__", "local = dict(NAMES=1)"),
    ],
)
def test_what_nobody_else_asks_for_may_be_set_later(
    making: str, asking: str, local: str, tmp_path: Path
) -> None:
    assert fix_of(tmp_path, making, asking, local) == ("safe", "")


@pytest.mark.parametrize(
    "making",
    [
        "self.started = time.time()",
        "self.started = uuid.uuid4().hex",
        "self.started = datetime.datetime.now()",
    ],
)
def test_what_each_object_has_of_its_own_is_not_shown_as_one(making: str, tmp_path: Path) -> None:
    applicability, reason = fix_of(tmp_path, making, "store.started")
    assert applicability == "unsafe"
    assert reason.startswith("each request would see another `started`")


@pytest.mark.parametrize(
    "making",
    ["self.started = time.time()", "self.started: float = time.monotonic()"],
)
def test_what_its_methods_tell_of_it_differs_as_well(making: str, tmp_path: Path) -> None:
    applicability, reason = fix_of(tmp_path, making, "store.age()")
    assert applicability == "unsafe"
    assert reason.startswith("each request would see another `started`")


@pytest.mark.parametrize(
    ("making", "asking"),
    [
        ("self.began = time.time()", "store.ask()"),
        ("self.started = str(uuid.UUID(int=1))", "store.started"),
        ("self.started = time.strftime('%Z')", "store.started"),
        ("self.started = 'shop'", "store.started"),
    ],
)
def test_what_is_the_same_for_each_or_asked_by_nobody_is_no_doubt(
    making: str, asking: str, tmp_path: Path
) -> None:
    assert fix_of(tmp_path, making, asking) == ("safe", "")
