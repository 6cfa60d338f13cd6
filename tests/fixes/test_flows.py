"""Where an object goes: what only asks whether it is there doesn't have it after the request."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from fixes.workshop import repair, verdict

APP = """\
    import sqlite3

    from flask import Flask, g

    app = Flask(__name__)
    db = sqlite3.connect("shop.db", check_same_thread=False)


    @app.{hook}
    def index():
        {line}
    """


def app(line: str, hook: str = 'get("/")') -> dict[str, str]:
    return {"app.py": APP.replace("{line}", line).replace("{hook}", hook)}


@pytest.mark.parametrize(
    "line",
    [
        'return "db" if db else "none"',
        'return db and "db"',
        'text = "db" if db and db.in_transaction else "none"\n        return text',
    ],
)
def test_asking_whether_there_is_one_gives_it_to_nobody(line: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, app(line))
    assert (fix.strategy, fix.applicability) == ("g", "safe")


@pytest.mark.parametrize(
    "line", ["return db or 'none'", "return 1 and db", "return db if index else 1"]
)
def test_what_a_view_returns_may_still_be_read_from(line: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, app(line))
    assert fix.applicability == "unsafe"
    assert fix.reason == "what line 11 of app.py returns may be read from after the request"


def test_what_a_hook_opens_before_each_request_is_left_with_that_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = repair(tmp_path, app("g.cursor = db.cursor()", "before_request"))
    assert [outcome.reason for outcome in made.outcomes] == [
        "every request would open it, needed or not: a hook in app.py asks for it before each "
        "(RL302)"
    ]
    assert not made.changes


@pytest.mark.parametrize("mention", ["jobs = [cursor]", "cursor.kept = True", "print(cursor)"])
def test_function_that_is_only_mentioned_hands_nothing_on_there(
    mention: str, tmp_path: Path
) -> None:
    """What a function returns goes where it is called, not where it is named."""
    text = dedent(app("return str(cursor().fetchone())")["app.py"])
    helper = f"\n\ndef cursor():\n    return db.cursor()\n\n\n{mention}\n"
    fix = verdict(tmp_path, {"app.py": text + helper})
    assert "may be read from" not in (fix.reason or "")
