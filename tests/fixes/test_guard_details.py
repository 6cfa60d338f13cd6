"""What `guard` takes from a run, where it puts a start, and what it won't touch."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from fixes.workshop import SETTINGS, fixed, repair, verdict, write
from reloadlint.fixes.guarding.moving import NOT_SERVED
from reloadlint.linter.checking import Check

APP = """\
import argparse
import os
import threading

from flask import Flask

app = Flask(__name__)
DEBUG = True
OPTIONS = {"debug": True}


def work():
    while True:
        threading.Event().wait(60)


def start():
    threading.Thread(target=work, daemon=True).start()


if __name__ == "__main__":
"""

RUNS = {
    "app.run(debug=True)": ("debug = True", "debug", "app.run(debug=debug)"),
    "app.run(None, None, True)": ("debug = True", "debug", "app.run(None, None, debug)"),
    "app.run(debug=DEBUG)": ("", "DEBUG", "app.run(debug=DEBUG)"),
    "app.run(debug=app.debug or True)": (
        "debug = app.debug or True",
        "debug",
        "app.run(debug=debug)",
    ),
    "app.run(use_reloader=DEBUG, debug=False)": (
        "",
        "DEBUG",
        "app.run(use_reloader=DEBUG, debug=False)",
    ),
    "app.run(use_reloader=None, debug=DEBUG)": (
        "",
        "DEBUG",
        "app.run(use_reloader=None, debug=DEBUG)",
    ),
    "app.run(use_reloader=True, **OPTIONS)": (
        "use_reloader = True",
        "use_reloader",
        "app.run(use_reloader=use_reloader, **OPTIONS)",
    ),
}

REFUSED = {
    "app.run(debug=DEBUG, **OPTIONS)": ("unsafe", "gets by `**`"),
    "app.run(**OPTIONS)": ("manual", "isn't written in"),
    "app.run(load_dotenv=start() or True, debug=DEBUG)": ("manual", "runs the application"),
    "serving = [app.run(debug=DEBUG) for app in [app]]": ("manual", "several places|condition"),
    "DEBUG and app.run(debug=DEBUG)": ("manual", "under a condition only"),
    "while True:\n    app.run(debug=DEBUG)": ("manual", "under a condition only"),
    "site = object()\nsite.run(debug=DEBUG)": ("unsafe", "it isn't known"),
}


@pytest.mark.parametrize("run", RUNS)
def test_guard_goes_by_what_the_run_gets(run: str, tmp_path: Path) -> None:
    pulled, decides, left = RUNS[run]
    text = fixed(tmp_path, {"app.py": APP + indent(f"start()\n{run}\n", "    ")})["app.py"]
    guard = f"if not {decides} or is_running_from_reloader():\n    start()\n{left}\n"
    head = f"{pulled}\n" if pulled else ""
    assert text.endswith('if __name__ == "__main__":\n' + indent(head + guard, "    "))


@pytest.mark.parametrize("run", REFUSED)
def test_run_that_says_too_little_is_left(run: str, tmp_path: Path) -> None:
    applicability, reason = REFUSED[run]
    begin = "" if "start()" in run else "start()\n"
    cure = verdict(tmp_path, {"app.py": APP + indent(f"{begin}{run}\n", "    ")})
    assert (cure.strategy, cure.applicability) == ("guard", applicability)
    assert any(part in (cure.reason or "") for part in reason.split("|"))


def test_function_called_between_that_uses_the_name_is_in_the_way(tmp_path: Path) -> None:
    files = {
        "app.py": APP.replace("def start", "def name():\n    return thread.name\n\n\ndef start")
        + indent(
            "thread = threading.Thread(target=work, daemon=True)\nthread.start()\n"
            "print(name())\napp.run(debug=DEBUG)\n",
            "    ",
        )
    }
    cure = verdict(tmp_path, files)
    assert (cure.applicability, "in both processes" in (cure.reason or "")) == ("unsafe", True)


def test_name_that_the_guard_asks_for_is_set_before_it(tmp_path: Path) -> None:
    body = "start()\ndebug = bool(os.environ)\napp.run(debug=debug)\n"
    text = fixed(tmp_path, {"app.py": APP + indent(body, "    ")})["app.py"]
    assert text.index("debug = bool") < text.index("if not debug") < text.index("app.run(")


def test_start_that_shares_a_name_stays_where_it_is(tmp_path: Path) -> None:
    body = "start(app)\napp.config.update(A=1)\napp.run(debug=DEBUG)\n"
    text = fixed(
        tmp_path, {"app.py": APP.replace("start():", "start(app):") + indent(body, "    ")}
    )
    assert text["app.py"].index("start(app)\n    app.config") > 0


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Dockerfile", 'CMD ["gunicorn", "-w", "2", "app:app"]\n'),
        ("README.md", "Start it by `flask run`.\n"),
        (".flaskenv", "FLASK_APP=app.py\n"),
        ("compose.yaml", "command: waitress-serve --port 80 app:app\n"),
    ],
)
def test_script_that_a_server_loads_is_not_safe_to_change(
    file: str, text: str, tmp_path: Path
) -> None:
    module = APP.replace("if __name__", "start()\n\nif __name__") + "    app.run(debug=DEBUG)\n"
    cure = verdict(tmp_path, {"app.py": module, file: text})
    assert (cure.applicability, f"`{file}` has a server" in (cure.reason or "")) == ("unsafe", True)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("README.md", "Start it by `python app.py`; gunicorn serves shop:app.\n"),
        ("Makefile", "run:\n\tpython app.py\n"),
    ],
)
def test_script_that_nothing_says_is_served_is_moved_on_demand(
    file: str, text: str, tmp_path: Path
) -> None:
    module = APP.replace("if __name__", "start()\n\nif __name__") + "    app.run(debug=DEBUG)\n"
    cure = verdict(tmp_path, {"app.py": module, file: text})
    assert (cure.strategy, cure.applicability) == ("guard", "unsafe")
    assert cure.reason == NOT_SERVED


def test_decorated_start_is_left_alone(tmp_path: Path) -> None:
    body = "@start\ndef nothing():\n    pass\n\n\napp.run(debug=DEBUG)\n"
    files = {"app.py": APP.replace("start():", "start(function):") + indent(body, "    ")}
    cure = verdict(tmp_path, files)
    assert cure.applicability == "manual"
    assert "a decorator starts it" in (cure.reason or "")


def test_g_on_request_is_tried_in_the_main_guard_too(tmp_path: Path) -> None:
    body = "start()\napp.run(debug=DEBUG)\n"
    assert fixed(tmp_path, {"app.py": APP + indent(body, "    ")}, strategy="g") == {}


TIMER = """\
import threading

from flask import Flask

app = Flask(__name__)


def tick():
    threading.Timer(5, tick).start()


tick()
"""


@pytest.mark.parametrize("run", ["", '\n\nif __name__ == "__main__":\n    app.run(debug=True)\n'])
def test_summary_says_that_a_reload_still_hangs(tmp_path: Path, run: str) -> None:
    (outcome,) = repair(tmp_path, {"app.py": TIMER + run}, unsafe=True).outcomes
    assert outcome.reason is None
    assert outcome.note.endswith("nothing stops it when the child ends")


def test_summary_of_a_daemon_says_nothing_of_a_hang(tmp_path: Path) -> None:
    text = f"{APP}    start()\n    app.run(debug=DEBUG)\n"
    (outcome,) = repair(tmp_path, {"app.py": text}).outcomes
    assert "hangs" not in outcome.note
    assert outcome.note.startswith("it works in the background as long as its process: `start()`")


def test_second_thread_of_a_module_gets_a_hook_of_its_own(tmp_path: Path) -> None:
    start = "threading.Thread(target=work, daemon=True).start()\n"
    head = APP.partition("def start")[0]
    text = fixed(tmp_path, {"app.py": f"{head}{start}\n\n{start}"}, unsafe=True)["app.py"]
    assert text.count("@app.before_request\n") == 2
    assert "def start_thread():" in text
    assert "_thread_2_started = True" in text


THREE = """\
    import threading
    from flask import Flask

    app = Flask(__name__)


    def work():
        while True:
            pass


    first = threading.Thread(target=work)
    first.start()
    second = threading.Thread(target=work)
    second.start()
    third = threading.Thread(target=work)
    third.start()

    if __name__ == "__main__":
        app.run(debug=True)
"""


def test_starts_with_doubts_of_their_own_keep_their_order(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": THREE}, unsafe=True)["app.py"]
    assert "first.start()\n        second.start()\n        third.start()\n" in text


def test_what_was_done_is_told_at_the_line_where_it_was(tmp_path: Path) -> None:
    done = repair(tmp_path, {"app.py": THREE}, unsafe=True)
    told = [(outcome.finding.line, outcome.note.split("`")[1]) for outcome in done.outcomes]
    assert told == [(13, "first.start()"), (15, "second.start()"), (17, "third.start()")]


ANNOTATED = """\
    import threading
    from flask import Flask

    app = Flask(__name__)


    class Service:
        def __init__(self) -> None:
            threading.Thread(target=print, daemon=True).start()


    service: Service = Service()


    @app.route("/")
    def index() -> str:
        return str(service)
"""


def test_annotation_stays_at_the_name_and_does_not_go_into_the_function(tmp_path: Path) -> None:
    """Python refuses an annotated name that is `global`."""
    text = fixed(tmp_path, {"app.py": ANNOTATED}, unsafe=True)["app.py"]
    compile(text, "app.py", "exec")
    assert '\nservice: "Service | None" = None\n' in text
    assert "            service = Service()\n" in text


def test_annotation_without_a_value_is_not_moved(tmp_path: Path) -> None:
    text = ANNOTATED.replace(
        "service: Service = Service()\n", "service = Service()\n    service: Service\n"
    )
    done = repair(tmp_path, {"app.py": text}, unsafe=True)
    assert not any("please report" in (outcome.reason or "") for outcome in done.outcomes)
    for change in done.changes:
        compile(change.text, "app.py", "exec")


WORKER = """\
import threading

import requests
from flask import Flask

app = Flask(__name__)


def work():
    threading.Event().wait(60)


worker = threading.Thread(target=work, daemon=True)
worker.start()


{function}

{called}if __name__ == "__main__":
    app.run(debug=True)
"""
VIEW = '@app.get("/")\ndef page():\n    return requests.get("http://127.0.0.1").text\n'
FETCH = 'def page():\n    return requests.get("http://127.0.0.1").text\n'
SEVERAL = "def page():\n    return (query().\n        join(App, 1).wait(1))\n"


@pytest.mark.parametrize(
    ("function", "called", "said"),
    [
        (VIEW, "", None),
        (FETCH, "", None),
        (FETCH, "page()\n\n", "`requests.get()` in line 18"),
        (FETCH, "pages = [lambda: page()]\n\n", "`requests.get()` in line 18"),
        ("def page():\n    app.query.join(Flask)\n", "page()\n\n", None),
        ("def page():\n    ready.join(30)\n", "page()\n\n", "`ready.join()` in line 18"),
        (
            "def page():\n    debugger.wait_for_client()\n",
            "page()\n\n",
            "`debugger.wait_for_client()`",
        ),
        (SEVERAL, "page()\n\n", "`….wait()` in line 18"),
    ],
)
def test_what_runs_between_start_and_run_may_wait_for_it(
    function: str, called: str, said: str | None, tmp_path: Path
) -> None:
    text = WORKER.replace("{function}", function).replace("{called}", called)
    write(tmp_path, {"app.py": text})
    check = Check(SETTINGS, {}, None)
    check.project(tmp_path, [tmp_path / "app.py"])
    (plan,) = check.plans.values()
    waits = [reason for reason in plan.reasons if "may wait" in reason]
    assert len(waits) == (said is not None)
    assert said is None or waits[0].startswith(said)


STOPPED = """\
    import atexit as at_end

    from apscheduler.schedulers.background import BackgroundScheduler
    from flask import Flask

    app = Flask(__name__)
    scheduler = BackgroundScheduler()


    @app.teardown_appcontext
    def stop(error):
        scheduler.shutdown()


    if __name__ == "__main__":
        app.run()
    """


def test_handler_is_registered_by_the_name_that_the_module_has_for_atexit(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": STOPPED}, unsafe=True)["app.py"]
    assert text.count("import atexit") == 1
    assert "@at_end.register\ndef stop():" in text
