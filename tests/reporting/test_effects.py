"""What `effects` writes: the tree as it is seen, and the JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from rich.cells import cell_len

from reloadlint.effects.hazards import Step
from reloadlint.effects.survey import Happening, Loading, QuietCall, Survey, SurveyedModule
from reloadlint.reporting import Style, effects_json, effects_tree


def happening(**changes: Any) -> Happening:
    values: dict[str, Any] = {
        "state": "held",
        "twice": False,
        "certain": True,
        "line": 7,
        "column": 6,
        "end_line": 7,
        "end_column": 14,
        "written": "Worker()",
        "call": "worker.Worker",
        "effects": ("thread",),
        "role": "service",
        "closers": ("close",),
        "steps": (
            Step("app.py", 7, "calls Worker()"),
            Step("/env/lib/python3.11/site-packages/jobs/base.py", 40, "starts a daemon thread"),
        ),
    }
    return Happening(**{**values, **changes})


def quiet(name: str, knowledge: Any, places: int = 1) -> QuietCall:
    return QuietCall(name=name, knowledge=knowledge, places=places, path="app.py", line=9)


ALONE = (Step("app.py", 9, "opens a socket"),)
APP = SurveyedModule(
    path="app.py",
    name="app",
    loading=Loading(
        (
            happening(),
            happening(state="main_guard", twice=True, line=20, column=5, certain=False),
            happening(state="transient", line=9, effects=("socket",), steps=ALONE, written="get()"),
        ),
        (
            quiet("cameras.Camera", "unknown", 3),
            quiet("re.compile", "harmless"),
            quiet("sqlalchemy.create_engine", "lazy"),
        ),
        complete=True,
    ),
)
EMPTY = SurveyedModule(path="names.py", name="names", loading=Loading((), (), complete=True))
SCRIPT = SurveyedModule(path="tool.py", name="tool")
BAD = SurveyedModule(path="bad.py", problem="cannot be parsed: invalid syntax", line=3)
ALL = Survey((APP, BAD, EMPTY, SCRIPT))

EXPECTED = """\
app.py
├─ held: still there when loading has ended
│  ╰─ 7:6  Worker()  thread
│     ╰─ …/jobs/base.py:40  starts a daemon thread
├─ main guard: only when run as a script
│  ╰─ 20:5  Worker()  thread (likely) (and again in every reload)
│     ╰─ …/jobs/base.py:40  starts a daemon thread
├─ transient: over before loading has ended
│  ╰─ 9:6  get()  opens a socket
├─ lazy: no effect before it is used
│  ╰─ sqlalchemy.create_engine  app.py:9
╰─ unknown: what these do is not known
   ╰─ cameras.Camera  app.py:9 and 2 other places

bad.py:3
╰─ cannot be parsed: invalid syntax

names.py  nothing
tool.py  no Flask module: not followed

1 call with an effect that is held, 1 callable with an effect that is not known
(4 files read, 2 followed).
"""


def drawn(*modules: SurveyedModule, verbose: bool = False, **style: Any) -> str:
    survey = Survey(modules) if modules else ALL
    return effects_tree.render(survey, Style(**style), verbose=verbose)


def written(*, verbose: bool = False) -> Any:
    return json.loads(effects_json.render(ALL, Style(), verbose=verbose))


def test_tree_at_80_columns() -> None:
    assert drawn() == EXPECTED


def test_colour_changes_no_character() -> None:
    report = drawn(color=True)
    assert "\x1b[1;31mheld" in report
    assert re.sub(r"\x1b\[[0-9;]*m", "", report) == EXPECTED


def test_without_summary_only_modules_that_do_something_are_shown() -> None:
    report = drawn(summary=False)
    assert report == EXPECTED.partition("\nnames.py")[0]
    assert drawn(EMPTY, SCRIPT, summary=False) == ""


def test_verbose_shows_harmless_calls() -> None:
    assert "╰─ re.compile  app.py:9\n" in drawn(verbose=True)


@pytest.mark.parametrize("width", [40, 52, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(cell_len, drawn(width=width).splitlines())) <= width


def test_what_is_wrapped_hangs_on_the_line_it_belongs_to() -> None:
    assert drawn(APP, width=40).splitlines()[:6] == [
        "app.py",
        "├─ held: still there when loading has",
        "│  │ ended",
        "│  ╰─ 7:6  Worker()  thread",
        "│     ╰─ …/jobs/base.py:40  starts a",
        "│          daemon thread",
    ]


def test_ascii_where_the_stream_has_no_box_drawing() -> None:
    report = drawn(unicode=False)
    assert report.isascii()
    assert "|     `- .../jobs/base.py:40  starts a daemon thread" in report


def test_source_is_no_markup_and_steers_no_terminal() -> None:
    odd = happening(written="[red]Worker\x1b[2J\u202e()", steps=ALONE)
    call = quiet("cameras.[bold]\x07", "unknown")
    report = drawn(SurveyedModule(path="a\n.py", name="a", loading=Loading((odd,), (call,), True)))
    assert "[red]Worker\\x1b[2J\\u202e()" in report
    assert "cameras.[bold]\\x07" in report
    assert "a\\x0a.py" in report
    assert not {"\x1b", "\x07", "\u202e"} & set(report)


def test_module_that_was_not_followed_to_its_end_says_so() -> None:
    cut = SurveyedModule(path="app.py", name="app", loading=Loading((), (), complete=False))
    assert "there may be other effects" in drawn(cut)


def test_json_has_the_documented_shape() -> None:
    report = written()
    assert list(report) == ["version", "modules", "summary"]
    app, bad, empty, script = report["modules"]
    assert list(app) == ["path", "name", "followed", "complete", "problem", "effects", "calls"]
    assert bad["problem"] == {"line": 3, "message": "cannot be parsed: invalid syntax"}
    assert [m["followed"] for m in (app, bad, empty, script)] == [True, False, True, False]
    assert report["summary"] == {
        "files": 4,
        "followed": 2,
        "held": 1,
        "main_guard": 1,
        "guarded": 0,
        "transient": 1,
        "unknown": 1,
    }


def test_json_tells_an_effect_as_check_does() -> None:
    held, main_guard, _ = written()["modules"][0]["effects"]
    assert held == {
        "state": "held",
        "twice": False,
        "confidence": "certain",
        "line": 7,
        "column": 6,
        "end_line": 7,
        "end_column": 14,
        "written": "Worker()",
        "call": "worker.Worker",
        "effects": ["thread"],
        "role": "service",
        "closers": ["close"],
        "evidence": [
            {"path": "app.py", "line": 7, "message": "calls Worker()"},
            {
                "path": "/env/lib/python3.11/site-packages/jobs/base.py",
                "line": 40,
                "message": "starts a daemon thread",
            },
        ],
    }
    assert (main_guard["confidence"], main_guard["twice"]) == ("likely", True)


def test_json_names_calls_and_only_when_asked_the_harmless_ones() -> None:
    unknown, lazy = written()["modules"][0]["calls"]
    assert unknown == {
        "name": "cameras.Camera",
        "knowledge": "unknown",
        "places": 3,
        "path": "app.py",
        "line": 9,
    }
    assert lazy["knowledge"] == "lazy"
    verbose = written(verbose=True)["modules"][0]["calls"]
    assert [call["knowledge"] for call in verbose] == ["unknown", "harmless", "lazy"]
