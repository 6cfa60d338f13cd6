"""`reloadlint trace` as a shell sees it: what it writes where, its status, the comparison."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reloadlint.cli import boundary, cli
from tracing.programs import free_port, run, write

THREAD = "threading.Thread(target=threading.Event().wait).start()\n"
APP = f"import threading\nfrom flask import Flask\nprint('said')\napp = Flask(__name__)\n{THREAD}"
CLEAN = "from flask import Flask\napp = Flask(__name__)\n"


Trace = Callable[..., SimpleNamespace]


@pytest.fixture
def trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Trace:
    """Run the command in this process, and return what a shell would see of it."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> SimpleNamespace:
        status = boundary.run(cli, ["trace", *arguments])
        written = capsys.readouterr()
        return SimpleNamespace(status=status, out=written.out, err=written.err)

    return invoke


def traced(trace: Trace, app: str) -> dict[str, Any]:
    """The JSON of a trace of `app.py`."""
    write(Path(), {"app.py": app})
    report: dict[str, Any] = json.loads(trace("app.py", "--output-format", "json").out)
    return report


def known(report: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """For each effect its state, what the analysis knows of it, and the finding's code."""
    return [
        (one["state"], one["knowledge"], one["finding"] and one["finding"]["code"])
        for process in report["processes"]
        for one in process["effects"]
    ]


# What is written where


def test_it_says_first_that_it_runs_the_program_and_keeps_its_output_apart(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": APP})
    done = run(tmp_path, "trace", "app.py", "--quiet")
    assert done.err.startswith("trace executes your program: it loads `app.py` with ")
    assert "said" in done.err
    assert "said" not in done.out
    assert done.out.startswith("app.py  loaded in ")
    assert "app.py:5  threading.Thread(" in done.out
    assert "RL101" in done.out
    assert done.status == 0


def test_json_is_all_there_is_on_standard_output(trace: Trace) -> None:
    report = traced(trace, APP)
    assert (report["version"], report["outcome"], report["problem"]) == (1, "complete", None)
    (process,) = report["processes"]
    (effect,) = process["effects"]
    assert (effect["kind"], effect["state"], effect["daemon"]) == ("thread", "held", False)
    assert (effect["path"], effect["line"]) == ("app.py", 5)
    assert (effect["finding"]["path"], effect["finding"]["line"]) == ("app.py", 5)
    assert report["summary"] == {
        "held": 1, "transient": 0, "refused": 0, "unknown": 0,
        "only_traced": 0, "only_foretold": 0,
    }  # fmt: skip


def test_json_has_the_keys_that_are_documented(trace: Trace) -> None:
    document = Path(__file__).parents[2] / "docs" / "trace.md"
    example = re.search(r"```json\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    serve = f"if __name__ == '__main__':\n    {THREAD}    app.run(debug=True)\n"
    assert shape(traced(trace, APP + serve)) == shape(json.loads(example[1]))


def shape(value: Any) -> Any:
    """The keys of an object, and of those inside."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_a_page_is_written_beside_the_report(trace: Trace, tmp_path: Path) -> None:
    write(tmp_path, {"app.py": CLEAN})
    done = trace("app.py", "--html", "page.html")
    assert done.status == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    done = trace("app.py", "--html", "no/such/folder.html")
    assert done.status == 2
    assert done.err.splitlines()[-1].startswith("error: --html: no/such/folder.html: ")


# Its status


@pytest.mark.parametrize(("app", "status"), [(APP, 1), (CLEAN, 0)])
def test_expect_clean_fails_if_anything_is_held(
    trace: Trace, tmp_path: Path, app: str, status: int
) -> None:
    write(tmp_path, {"app.py": app})
    assert trace("app.py", "--expect-clean").status == status


def test_what_is_over_again_is_clean(trace: Trace, tmp_path: Path) -> None:
    write(tmp_path, {"app.py": f"import subprocess\n{CLEAN}subprocess.run(['echo'])\n"})
    done = trace("app.py", "--expect-clean")
    assert done.status == 0
    assert "transient" in done.out


def test_a_program_that_raises_is_told_with_all_that_was_seen(trace: Trace, tmp_path: Path) -> None:
    write(tmp_path, {"app.py": f"{APP}1 / 0\n"})
    done = trace("app.py")
    assert done.status == 2
    assert done.err.splitlines()[-1] == "error: `app.py` raises while it is loaded"
    assert "ZeroDivisionError: division by zero" in done.out
    assert "app.py:5  threading.Thread(" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to trace; name an application"),
        (("no.py",), "there is no file `no.py`"),
        (("no_module",), "there is no module `no_module`"),
        (("python", "app.py"), "is a command; say with --reloads"),
        (("app.py", "--python", "no"), "there is no Python interpreter at `"),
        (("--reloads", "1", "--", "no-such-command"), "`no-such-command` cannot be run"),
        (
            ("--reloads", "1", "--", "bin/gunicorn", "--reload", "app:app"),
            "`gunicorn` does not use",
        ),
        (("--reloads", "1", "--", "python3", "-m", "waitress", "app:app"), "`waitress` does not"),
        (("--reloads", "0", "--", "python"), "0 is not in the range x>=1"),
    ],
)
def test_wrong_usage_is_one_line_with_the_remedy(
    trace: Trace, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    write(tmp_path, {"app.py": CLEAN})
    done = trace(*arguments)
    assert done.status == 2
    assert words in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


# Side by side with the analysis


def test_an_effect_is_matched_with_the_finding_in_the_module_that_loads_it(
    trace: Trace, tmp_path: Path
) -> None:
    write(tmp_path, {"db.py": "import sqlite3\ndef open_it():\n    return sqlite3.connect('x')\n"})
    report = traced(trace, f"import db\n{CLEAN}store = db.open_it()\n")
    (effect,) = report["processes"][0]["effects"]
    assert (effect["finding"]["code"], effect["finding"]["line"]) == ("RL106", 4)
    assert effect["lines"] == [{"path": "app.py", "line": 4}, {"path": "db.py", "line": 3}]


def test_what_is_held_and_what_is_over_in_one_line_have_findings_of_their_own(trace: Trace) -> None:
    connect = "sqlite3.connect('a').close(); db = sqlite3.connect('b')\n"
    report = traced(trace, f"import sqlite3\n{CLEAN}{connect}")
    assert known(report) == [("transient", "foretold", "RL107"), ("held", "foretold", "RL106")]
    assert report["only_foretold"] == []


@pytest.mark.parametrize("end", ["1 / 0\n", "threading.Event().wait()\n"])
def test_what_was_seen_of_a_program_that_fails_or_is_late_is_matched_all_the_same(
    trace: Trace, tmp_path: Path, end: str
) -> None:
    write(tmp_path, {"app.py": f"{APP}{end}"})
    done = trace("app.py", "--timeout", "2", "--output-format", "json")
    assert done.status == 2
    assert known(json.loads(done.out)) == [("held", "foretold", "RL101")]


def test_what_only_the_trace_sees_is_listed_as_such(trace: Trace) -> None:
    report = traced(trace, f"import threading\n{CLEAN}exec({THREAD.strip()!r})\n")
    assert known(report) == [("held", "unforeseen", None)]
    assert report["summary"]["only_traced"] == 1
    assert "only seen here" in trace("app.py").out


def test_what_only_the_analysis_foretold_is_listed_with_a_reason(trace: Trace) -> None:
    report = traced(
        trace,
        f"import os, threading\n{CLEAN}if os.environ.get('NEVER_SET'):\n    {THREAD}"
        f"if __name__ == '__main__':\n    {THREAD}    app.run(debug=True)\n",
    )
    assert known(report) == []
    assert [(one["code"], one["line"], one["reason"]) for one in report["only_foretold"]] == [
        ("RL101", 5, "a branch or an argument decides, and has decided otherwise"),
        ("RL401", 7, "happens only where the file is run as a script"),
    ]


def test_what_a_comment_suppresses_is_known_all_the_same(trace: Trace) -> None:
    comment = "  # reloadlint: ignore[RL101] it must be\n"
    report = traced(trace, f"import threading\n{CLEAN}{THREAD.rstrip()}{comment}")
    assert known(report) == [("held", "suppressed", None)]
    assert report["summary"]["only_traced"] == 0


def test_what_a_test_of_the_reloader_guards_is_known(trace: Trace) -> None:
    guard = "if os.environ.get('WERKZEUG_RUN_MAIN') != 'true':\n    "
    report = traced(trace, f"import os, threading\n{CLEAN}{guard}{THREAD}")
    assert known(report) == [("held", "guarded", None)]


def test_what_a_factory_does_that_only_flask_calls_is_told_as_that(trace: Trace) -> None:
    factory = f"def create_app():\n    {THREAD}    return Flask(__name__)\n"
    report = traced(trace, f"import threading\nfrom flask import Flask\n{factory}")
    assert known(report) == [("held", "called", None)]
    assert report["summary"]["only_traced"] == 0


def test_rules_and_baselines_of_the_settings_do_not_hide_a_finding(
    trace: Trace, tmp_path: Path
) -> None:
    write(tmp_path, {"reloadlint.toml": 'select = ["RL2"]\n'})
    assert known(traced(trace, APP)) == [("held", "foretold", "RL101")]


# Inside Flask


def test_flask_has_the_command_for_the_application_that_it_knows(tmp_path: Path) -> None:
    write(tmp_path, {"shop.py": APP})
    done = run(tmp_path, "--app", "shop:app", "reload-hazards", "--expect-clean", program="flask")
    assert done.status == 1
    assert done.out.startswith("shop:app  loaded in ")
    assert "shop.py:5  threading.Thread(" in done.out


def test_flask_finds_the_usual_file_or_says_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "reload-hazards", program="flask")
    assert done.status == 2
    assert done.err == (
        "error: Flask knows no application here; name one with `flask --app NAME`\n"
    )
    write(tmp_path, {"wsgi.py": CLEAN})
    done = run(tmp_path, "reload-hazards", "--expect-clean", program="flask")
    assert done.status == 0
    assert done.out.startswith("wsgi.py  loaded in ")


# A server


@pytest.mark.skipif(os.name != "posix", reason="ends a group of processes")
def test_a_server_is_shown_with_timeline_table_and_page(tmp_path: Path) -> None:
    serve = f"    app.run(debug=True, port={free_port()}, reloader_type='stat')\n"
    write(tmp_path, {"app.py": f"{APP}if __name__ == '__main__':\n    {THREAD}{serve}"})
    options = ("--reloads", "1", "--hang-after", "1", "--html", "page.html")
    done = run(tmp_path, "trace", *options, "--", "python", "app.py")
    assert done.status == 0
    assert "said" not in done.out
    assert "reload 1 hangs" in done.out
    assert "child 1 waits for non-daemon thread" in done.out
    for code in ("RL101", "RL401"):
        assert code in done.out
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "reload 1 hangs" in page


@pytest.mark.skipif(os.name != "posix", reason="ends a group of processes")
def test_flask_run_is_traced_as_it_is_typed(tmp_path: Path) -> None:
    # Without the watchdog, whatever is installed: it would watch the whole environment.
    write(tmp_path, {"app.py": APP.replace(").start", ", daemon=True).start")})
    write(tmp_path, {"watchdog/__init__.py": "raise ImportError\n"})
    command = ("flask", "--app", "app", "run", "--debug", "--port", str(free_port()))
    options = ("--reloads", "1", "--output-format", "json", "--expect-clean")
    done = run(tmp_path, "trace", *options, "--", *command)
    assert done.status == 1
    report = json.loads(done.out)
    assert report["reloads"] == {"asked": 1, "made": 1, "touched": "app.py"}
    assert [(one["role"], one["number"]) for one in report["processes"]] == [
        ("parent", 0), ("child", 1), ("child", 2),
    ]  # fmt: skip
    assert known(report) == [("held", "foretold", "RL101")] * 3


@pytest.mark.skipif(os.name != "posix", reason="ends a group of processes")
def test_under_flask_run_a_port_is_refused_to_every_child_which_serves_its_error(
    tmp_path: Path,
) -> None:
    bind = f"server = socket.create_server(('127.0.0.1', {free_port()}))\n"
    write(tmp_path, {"app.py": f"import socket\n{CLEAN}{bind}"})
    write(tmp_path, {"watchdog/__init__.py": "raise ImportError\n"})
    command = ("flask", "--app", "app", "run", "--debug", "--port", str(free_port()))
    options = ("--reloads", "1", "--output-format", "json", "--expect-clean")
    done = run(tmp_path, "trace", *options, "--", *command)
    assert done.status == 1
    report = json.loads(done.out)
    assert (report["outcome"], report["reloads"]["made"]) == ("complete", 1)
    states = [[one["state"] for one in process["effects"]] for process in report["processes"]]
    assert states == [["held"], ["refused"], ["refused"]]
