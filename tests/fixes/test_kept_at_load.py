"""What an application keeps while it is made can't be what a context closes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import fixed, repair

STORE = """\
    import sqlite3


    class Store:
        def __init__(self):
            self.db = sqlite3.connect("shop.db", check_same_thread=False)

        def rows(self):
            return self.db.execute("select 1").fetchall()

        def close(self):
            self.db.close()


    store = Store()
    """
APP = """\
    from flask import Flask

    from store import store


    def create_app(given=None):
        app = Flask(__name__)
        {line}
        return app
    """


@pytest.mark.parametrize(
    "line",
    [
        'app.config["STORE"] = given or store',
        "app.store = store if given is None else given",
        "app.rows = given or store.rows",
    ],
)
def test_object_that_may_be_kept_is_not_given_a_context_to_be_closed_in(
    line: str, tmp_path: Path
) -> None:
    files = {"store.py": STORE, "app.py": APP.replace("{line}", line)}
    (outcome,) = repair(tmp_path, files, unsafe=True).outcomes
    assert outcome.reason is not None
    assert outcome.reason.endswith("line 8 of app.py, where it is handed on")


def test_object_that_is_only_asked_is_given_one(tmp_path: Path) -> None:
    files = {"store.py": STORE, "app.py": APP.replace("{line}", "print(given or store.rows())")}
    text = fixed(tmp_path, files, unsafe=True)["app.py"]
    assert "with app.app_context():\n        print(given or get_store().rows())\n" in text
