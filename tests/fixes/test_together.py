"""Fixes that are made in one round are what they would be one after another, and few rounds do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from fixes.workshop import SETTINGS, repair, write
from reloadlint import fixer
from reloadlint.findings import Confidence, Finding, Fix, Severity
from reloadlint.fixes import rounds
from reloadlint.fixes.draft import Draft, Moved, Plan
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding import guard
from reloadlint.fixes.rounds import Checked, Rounds
from reloadlint.fixes.together import Together

APP = "from flask import Flask\napp = Flask(__name__)\n"
RUN = '\nif __name__ == "__main__":\n    app.run(debug=True)\n'


def each(template: str, count: int = 5) -> str:
    return "".join(template.replace("{i}", str(number)) for number in range(count))


def started(arguments: str) -> str:
    return each("def work{i}():\n    while True:\n        print({i})\n\n") + each(
        f"threading.Thread(target=work{{i}}{arguments}).start()\n"
    )


DAEMONS = "import threading\n" + APP + started(", daemon=True")
VIEW = "@app.get('/{i}')\ndef view{i}():\n    return str(db{i}.execute('select {i}').fetchall())\n"
PROGRAMS = {
    "connections": "import sqlite3\n" + APP + each("db{i} = sqlite3.connect('{i}')\n" + VIEW),
    "annotated": (
        "import sqlite3\nfrom sqlite3 import Connection\n"
        + APP
        + each("db{i}: Connection = sqlite3.connect('{i}')\n" + VIEW)
    ),
    "clients": (
        "from kafka import KafkaProducer\n"
        + APP
        + each("mq{i} = KafkaProducer()\n@app.get('/{i}')\ndef v{i}(): return mq{i}.send('a')\n")
    ),
    "starts": DAEMONS + RUN,
    "starts below something else": DAEMONS.replace("threading.Thread", "x = 1\nthreading.Thread", 1)
    + RUN,
    "starts with comments between": DAEMONS.replace(
        "threading.Thread(target=work2", "# two\n\\g"
    ).replace("\\g", "threading.Thread(target=work2")
    + RUN,
    "starts apart": DAEMONS.replace("threading.Thread", "\n\nthreading.Thread") + RUN,
    "starts without a reloader": DAEMONS + RUN.replace("debug=True", "use_reloader=False"),
    "starts with a doubt, apart": (
        "import threading\n"
        + APP
        + started("").replace("    while True:\n    ", "").replace("\nthreading", "\n\nthreading")
        + RUN
    ),
    "starts of which one uses another": (
        "import threading\n"
        + APP
        + "def work(*given):\n    while True:\n        print(given)\n\n"
        + each(
            "t{i} = threading.Thread(target=work, daemon=True)\nt{i}.start()\n"
            "u{i} = threading.Thread(target=work, args=(t{i},), daemon=True)\nu{i}.start()\n",
            2,
        )
        + RUN
    ),
    "starts that speak against themselves": (
        "import threading\nx = 1\n" + APP + started("").replace("    while True:\n    ", "") + RUN
    ),
    "starts in the main guard": (
        "import threading\n"
        + APP
        + started(", daemon=True").replace("\nthreading", "\n    threading")
        + "    app.run(debug=True)\n"
    ).replace("\n    threading", f"\n{RUN.splitlines()[1]}\n    threading", 1),
    "both": (
        "import sqlite3\n"
        + DAEMONS
        + each("db{i} = sqlite3.connect('{i}')\n" + VIEW, 3)
        + started(", daemon=True").replace("work", "more")
        + RUN
    ),
}


class _OneByOne(Together):
    """Lets one fix of a file be made in a round, the first that can be."""

    def takes(self, draft: Draft, *, waited: bool = False) -> bool:
        touched = self._touch(draft).spans.keys()
        free = not any(touched & other.spans.keys() for other in self._asked)
        super().takes(draft, waited=waited)
        return free


def outcome(folder: Path, text: str) -> tuple[object, ...]:
    folder.mkdir()
    made = repair(folder, {"app.py": text}, unsafe=True)
    said = [(o.finding.line, o.reason, o.note) for o in made.outcomes]
    return [change.text for change in made.changes], said


@pytest.mark.parametrize("name", PROGRAMS)
def test_fixes_made_at_once_are_those_made_one_after_another(name, tmp_path, monkeypatch):
    at_once = outcome(tmp_path / "at_once", PROGRAMS[name])
    monkeypatch.setattr(rounds, "Together", _OneByOne)
    assert at_once == outcome(tmp_path / "one_by_one", PROGRAMS[name])
    assert at_once[0]


FEW_ROUNDS = [
    "connections",
    "clients",
    "starts",
    "starts apart",
    "starts with a doubt, apart",
    "starts without a reloader",
    "starts in the main guard",
]


@pytest.mark.parametrize("name", FEW_ROUNDS)
def test_rounds_do_not_grow_with_the_findings(name, tmp_path, monkeypatch):
    checks: list[object] = []
    real = fixer._Work.check
    monkeypatch.setattr(fixer._Work, "check", lambda *a: checks.append(a) or real(*a))
    made = repair(tmp_path, {"app.py": PROGRAMS[name]}, unsafe=True)
    assert [o.reason for o in made.outcomes] == [None] * 5
    assert len(checks) <= 4


PINS = "import RPi.GPIO as GPIO\n" + APP + each("GPIO.setup({i}, GPIO.OUT)\n") + RUN


def test_what_is_guarded_because_it_was_asked_for_keeps_its_order(tmp_path, monkeypatch):
    checks: list[object] = []
    real = fixer._Work.check
    monkeypatch.setattr(fixer._Work, "check", lambda *a: checks.append(a) or real(*a))
    made = repair(tmp_path, {"app.py": PINS}, unsafe=True, strategy="guard")
    (change,) = made.changes
    wanted = each("        GPIO.setup({i}, GPIO.OUT)\n")
    assert f"is_running_from_reloader():\n{wanted}    app.run" in change.text
    assert len(checks) <= 4


def test_starts_before_a_run_without_a_reloader_keep_their_order(tmp_path):
    made = repair(tmp_path, {"app.py": PROGRAMS["starts without a reloader"]}, unsafe=True)
    wanted = each("    threading.Thread(target=work{i}, daemon=True).start()\n")
    assert made.changes[0].text.endswith(f"{wanted}    app.run(use_reloader=False)\n")


def test_strategy_of_one_callable_does_not_make_it_wait_for_others(tmp_path):
    write(
        tmp_path,
        {
            "app.py": PINS.replace("(0, GPIO", "(0,  GPIO").replace(
                "GPIO.setup(4", "GPIO.PWM(4, 5).start(4"
            )
        },
    )
    settings = msgspec.structs.replace(SETTINGS, strategy={"RPi.GPIO.setup": "guard"})
    made = fixer.fix_project([tmp_path], settings, unsafe=True)
    reasons = [outcome.reason for outcome in made.outcomes]
    assert reasons[:4] == [None] * 4


def test_starts_that_cannot_surely_be_guarded_are_tried_once_each(tmp_path, monkeypatch):
    written: list[object] = []
    real = guard._written
    monkeypatch.setattr(guard, "_written", lambda *a: written.append(a) or real(*a))
    text = PROGRAMS["starts that speak against themselves"]
    made = repair(tmp_path, {"app.py": text})
    assert len(made.outcomes) == 5
    assert not made.changes
    assert len(written) <= 10


# What goes together

TEXT = "import a\nx = a.one()\ny = a.two()\nz = 3\n"


def draft(old: str, new: str) -> Draft:
    return Draft({"app.py": [Edit(TEXT.index(old), TEXT.index(old) + len(old), new)]})


def moved(line: str) -> Draft:
    at, end = TEXT.index(line), len(TEXT)
    edits = [Edit(at, at + len(line), ""), Edit(end, end, line)]
    return Draft({"app.py": edits}, joins=Moved(((at, at + len(line)),)))


def both(one: Draft, other: Draft, **options: bool) -> bool:
    together = Together({"app.py": TEXT, "b.py": "z = 3\n"})
    assert together.takes(one)
    return together.takes(other, **options)


def test_edits_apart_go_together():
    assert both(draft("x = a.one()", "x = a.one(1)"), draft("y = a.two()", "y = a.two(2)"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (draft("x = a.one()\n", ""), draft("y = a.two()\n", "y = 2\n")),
        (draft("x", "x1"), draft("x = a", "x = a")),
        (draft("x", "x, lock"), draft("z", "z, lock")),
        (draft("x = a.one()", "x = 1"), draft("y = a.two()", "y = 2")),
        (draft("x = a.one()", "x = 1"), draft("z", "z, a")),
    ],
    ids=["adjoining", "overlapping", "the same new name", "last uses", "use of what goes"],
)
def test_edits_that_matter_to_each_other_wait(one, other):
    assert not both(one, other)
    assert not both(other, one)


def test_changes_of_different_files_go_together():
    assert both(draft("x", "x, lock"), Draft({"b.py": [Edit(0, 1, "lock")]}))


def test_lines_that_move_to_others_go_together_only_behind_what_they_waited_for():
    one, two = (moved(line) for line in ("x = a.one()\n", "y = a.two()\n"))
    assert both(two, one, waited=True)
    assert not both(two, one)
    in_order = [
        msgspec.structs.replace(d, joins=msgspec.structs.replace(d.joins, behind=True))
        for d in (one, two)
    ]
    assert both(*in_order)


def test_fix_that_waits_holds_up_those_that_do_not_go_together_with_it():
    together = Together({"app.py": TEXT})
    assert together.takes(draft("x", "x1"))
    assert not together.takes(draft("x = a", "x = lock"))
    assert not together.takes(draft("z", "z, lock"))


# A fix among others that doesn't hold


def finding(number: int) -> Finding:
    return Finding(
        code="RL101",
        name="",
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        message="",
        path="app.py",
        line=number,
        column=1,
        end_line=number,
        end_column=2,
        target=f"t{number}",
    )


@pytest.mark.parametrize("bad", [0, 3, 6])
def test_fix_that_does_not_hold_is_dropped_alone(bad):
    lines = [f"t{n} = {n}\n" for n in range(7)]
    checks = 0

    def check(texts):
        nonlocal checks
        checks += 1
        text = texts.get("app.py", "".join(lines))
        left = tuple(finding(n) for n in range(7) if f"= {n}\n" in text)
        plans = {}
        for one in left:
            at = text.index(f"= {one.line}\n")
            new = "= (" if one.line == bad else "= None"
            made = Draft({"app.py": [Edit(at, at + 3, new)]})
            plans[one] = Plan(None, Fix("g", "safe", None), made)
        return Checked(left, plans, {"app.py": text})

    repaired = Rounds(check, unsafe=False).run()
    reasons = {o.finding.line: o.reason for o in repaired.outcomes}
    assert "would not compile" in (reasons.pop(bad) or "")
    assert set(reasons.values()) == {None}
    wanted = [line if n == bad else f"t{n} = None\n" for n, line in enumerate(lines)]
    assert repaired.texts == {"app.py": "".join(wanted)}
    assert checks <= 6


def test_start_that_another_call_would_make_in_its_place_is_left_with_that_reason(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    helper = """\
        import threading

        _started = False

        def start():
            global _started
            if _started:
                return
            _started = True
            threading.Thread(target=work, daemon=True).start()

        def work():
            while True:
                pass

        start()
        """
    app = "from flask import Flask\nimport helper\napp = Flask(__name__)\nhelper.start()\n"
    made = repair(tmp_path, {"helper.py": helper, "app.py": app + RUN}, unsafe=True)
    reasons = [o.reason for o in made.outcomes]
    assert reasons == [
        "without it `start()` in app.py would have the effect in its place; "
        "do away with that one first"
    ]
    assert not made.changes


def test_what_another_file_makes_comes_first_where_both_start_something(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {
        "bot.py": """
            from slack_bolt.adapter.socket_mode import SocketModeHandler

            handler = SocketModeHandler("app", "token")
            """,
        "app.py": """
            from flask import Flask

            import bot

            app = Flask(__name__)
            bot.handler.connect()
            """,
    }
    (outcome,) = repair(tmp_path, files, unsafe=True).outcomes
    assert outcome.reason == (
        "without it `SocketModeHandler()` in bot.py would have the effect in its place; do away "
        "with that one first"
    )


def test_what_a_test_script_uses_where_it_is_loaded_is_refused_beforehand(tmp_path):
    text = "from gpiozero import OutputDevice\nrelay = OutputDevice(14)\nrelay.on()\n"
    write(tmp_path, {"relay_test.py": text})
    settings = msgspec.structs.replace(SETTINGS, all_modules=True)
    (outcome,) = fixer.fix_project([tmp_path], settings, unsafe=True).outcomes
    assert "it is used while the module is loaded: line 3" in (outcome.reason or "")
    assert outcome.finding.fix is not None
    assert outcome.finding.fix.applicability == "manual"
