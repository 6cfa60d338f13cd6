"""What code that uses an object changes of it, or its closer of everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import verdict

USERS = """\
import os, sqlite3
from flask import Flask

app = Flask(__name__)
closed = []


class Options:
    user = None


class Store:
    def __init__(self):
        self.conn = sqlite3.connect("shop.db")
        self.options = Options()
        self.tags = set()

    def ask(self):
        return self.conn.execute("SELECT 1").fetchone()

    def close(self):
        {closing}
        self.conn.close()


store = Store()


def change(target, user):
    {change}


@app.route("/<name>")
def index(name):
    {line}
    return str(store.ask())
"""


def of_users(
    folder: Path, line: str = "pass", change: str = "pass", closing: str = "pass"
) -> tuple[str, str]:
    text = USERS.format(line=line, change=change, closing=closing)
    fix = verdict(folder, {"app.py": text})
    return fix.applicability, fix.reason or ""


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("store.options.user = name", "pass"),
        ("change(store, name)", "target.user = user"),
        ("change(user=name, target=store)", "target.options.user = user"),
        ("one = store; one.user = name", "pass"),
        ("options = store.options; options.user = name", "pass"),
        ("tags = store.tags; tags.add(name)", "pass"),
        ("change(store.options, name)", "target.user = user"),
    ],
)
def test_what_users_change_under_another_name_is_told(
    line: str, change: str, tmp_path: Path
) -> None:
    applicability, reason = of_users(tmp_path, line, change)
    assert (applicability, "for one request only" in reason) == ("unsafe", True)


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("one = store; one = name", "pass"),
        ("change(store, name)", "target = user"),
        ("change(store, name)", "user.target = target.ask()"),
        ("row = store.ask(); row.name = name", "pass"),
        ("options = Options(); options.user = store.options.user", "pass"),
        ("tags = set(store.tags); tags.add(name)", "pass"),
    ],
)
def test_what_users_do_with_names_of_their_own_is_no_doubt(
    line: str, change: str, tmp_path: Path
) -> None:
    assert of_users(tmp_path, line, change) == ("safe", "")


@pytest.mark.parametrize(
    "closing",
    [
        "closed.append(self)",
        "os.unlink('shop.db')",
        "self.conn.execute('DELETE FROM item'); self.conn.commit()",
        "global closed; closed = [1]",
    ],
)
def test_what_closing_does_besides_is_told(closing: str, tmp_path: Path) -> None:
    applicability, reason = of_users(tmp_path, closing=closing)
    assert (applicability, reason.startswith("closing it")) == ("unsafe", True)


@pytest.mark.parametrize(
    "closing", ["self.tags.clear()", "print('closed')", "self.conn.commit()", "done = [closed]"]
)
def test_what_closing_does_to_the_object_alone_is_no_doubt(closing: str, tmp_path: Path) -> None:
    assert of_users(tmp_path, closing=closing) == ("safe", "")
