"""What a constructor reads may have been changed by the time it is called again."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import repair, verdict

DB = """\
import os, sqlite3
import settings
from settings import PATHS

NAME = "shop.db"


class Store:
    def __init__(self):
        {reading}
        self.conn = sqlite3.connect(path, check_same_thread=False)

    def ask(self):
        return self.conn.execute("SELECT 1").fetchone()

    def close(self):
        self.conn.close()


{above}
store = Store()
{below}
"""
SETTINGS = "NAME = 'a.db'\nDEBUG = False\nPATHS = {'shop': 'a.db'}\n"
APP = """\
import os
from flask import Flask
import settings
{before}
import db
{after}
app = Flask(__name__)


@app.route("/")
def index():
    return str(db.store.ask())


def configure(name):
    {later}
"""

READING = {
    "environ": "path = os.environ['SHOP']",
    "getenv": "path = os.getenv('SHOP')",
    "global": "path = NAME",
    "module": "path = settings.NAME",
    "item": "path = PATHS['shop']",
}


def project(
    reading: str,
    *,
    above: str = "",
    below: str = "",
    before: str = "",
    after: str = "",
    later: str = "pass",
) -> dict[str, str]:
    return {
        "settings.py": SETTINGS,
        "db.py": DB.format(reading=reading, above=above, below=below),
        "app.py": APP.format(before=before, after=after, later=later),
    }


@pytest.mark.parametrize(
    ("reading", "place", "change"),
    [
        ("environ", "below", "os.environ['SHOP'] = 'b.db'"),
        ("getenv", "after", "os.environ['SHOP'] = 'b.db'"),
        ("environ", "later", "os.environ.update(SHOP=name)"),
        ("global", "below", "NAME = 'b.db'"),
        ("global", "later", "db.NAME = name"),
        ("module", "after", "settings.NAME = 'b.db'"),
        ("module", "below", "settings.NAME = 'b.db'"),
        ("module", "later", "setattr(settings, 'NAME', name)"),
        ("item", "after", "settings.PATHS['shop'] = 'b.db'"),
        ("item", "later", "settings.PATHS.update(shop=name)"),
    ],
)
def test_what_changes_after_it_was_read_is_told(
    reading: str, place: str, change: str, tmp_path: Path
) -> None:
    fix = verdict(tmp_path, project(READING[reading], **{place: change}))
    assert fix.applicability == "unsafe"
    assert "changes later" in (fix.reason or "")


def test_first_use_reads_it_later_as_well(tmp_path: Path) -> None:
    files = project(READING["environ"], below="os.environ['SHOP'] = 'b.db'")
    (outcome,) = repair(tmp_path, files, strategy="lazy").outcomes
    assert "`SHOP`" in outcome.reason


@pytest.mark.parametrize(
    ("reading", "place", "change"),
    [
        ("module", "later", "setattr(settings, 'DEBUG', name)"),
        ("environ", "above", "os.environ['SHOP'] = 'b.db'"),
        ("environ", "below", "os.environ['OTHER'] = 'b.db'"),
        ("environ", "below", "os.environ.get('SHOP')"),
        ("getenv", "before", "os.environ['SHOP'] = 'b.db'"),
        ("global", "later", "settings.NAME = name"),
        ("module", "before", "settings.NAME = 'b.db'"),
        ("module", "after", "settings.DEBUG = True"),
        ("item", "after", "settings.PATHS['other'] = 'b.db'"),
        ("item", "after", "print(settings.PATHS['shop'])"),
    ],
)
def test_what_was_settled_before_or_is_something_else_is_no_doubt(
    reading: str, place: str, change: str, tmp_path: Path
) -> None:
    assert verdict(tmp_path, project(READING[reading], **{place: change})).applicability == "safe"


def test_what_the_constructor_itself_sets_is_no_doubt(tmp_path: Path) -> None:
    reading = "global NAME; NAME = NAME or 'b.db'; path = NAME"
    assert "changes later" not in (verdict(tmp_path, project(reading)).reason or "")
