"""What the rules say happens really does: the fixtures are loaded, called and run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parent.parent / "fixtures" / "rules"


def run(fixture: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run some code in a fixture's folder, in a process of its own."""
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=RULES / fixture,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


TWO_REQUESTS = """
import app
client = app.app.test_client()
print(client.get("/").status_code, client.get("/").status_code)
"""


def test_executor_shut_down_by_teardown_is_gone_after_the_first_request() -> None:
    done = run("RL304/reports_executor_shut_down_by_lambda", TWO_REQUESTS)
    assert done.stdout.split() == ["200", "500"], done.stderr


def test_own_service_stopped_by_teardown_is_gone_after_the_first_request() -> None:
    code = """
import app
print(app.poller._thread.is_alive())
app.app.test_client().get("/")
print(app.poller._thread.is_alive())
"""
    done = run("RL304/reports_own_service_stopped_by_teardown", code)
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_object_of_the_request_closed_by_teardown_is_there_again_for_the_next(
    tmp_path: Path,
) -> None:
    code = f"""
import os, sys
sys.path.insert(0, os.getcwd())
os.chdir({str(tmp_path)!r})
import app
app.app.add_url_rule("/", view_func=lambda: str(app.get_db().execute("SELECT 1").fetchone()))
client = app.app.test_client()
print(client.get("/").status_code, client.get("/").status_code)
"""
    done = run("RL304/silent_resource_of_the_request", code)
    assert done.stdout.split() == ["200", "200"], done.stderr


@pytest.mark.parametrize(
    "fixture", ["reports_thread_started", "reports_function_passed_in_a_factory"]
)
def test_removed_hook_raises_when_it_is_asked_for(fixture: str) -> None:
    done = run(f"RL404/{fixture}", "import app; getattr(app, 'create_app', print)()")
    assert "AttributeError" in done.stderr
    assert "before_first_request" in done.stderr


def test_closer_called_at_once_leaves_a_closed_object(tmp_path: Path) -> None:
    code = f"""
import os, sys
sys.path.insert(0, os.getcwd())
os.chdir({str(tmp_path)!r})
import sqlite3
opened = []
connect = sqlite3.connect
sqlite3.connect = lambda *args: opened.append(connect(*args)) or opened[0]
try:
    import app
except TypeError as error:
    print(error)
opened[0].execute("SELECT 1")
"""
    done = run("RL203/reports_database_closed_at_once", code)
    assert "the first argument must be callable" in done.stdout
    assert "Cannot operate on a closed database" in done.stderr


@pytest.mark.parametrize(
    ("fixture", "raises"),
    [
        ("reports_attribute_taken_for_granted", "AttributeError"),
        ("reports_use_in_a_helper_of_the_teardown", "AttributeError"),
        ("silent_pop_with_default", ""),
        ("silent_hasattr", ""),
        ("silent_membership", ""),
        ("silent_error_caught", ""),
    ],
)
def test_teardown_without_the_attribute(fixture: str, raises: str) -> None:
    done = run(f"RL303/{fixture}", "import app; app.app.app_context().__enter__().pop()")
    assert raises in done.stderr
    assert bool(raises) is bool(done.returncode), done.stderr


def test_pop_without_default_raises_too() -> None:
    code = "import app; app.create_app().app_context().__enter__().pop()"
    assert "KeyError" in run("RL303/reports_pop_without_default", code).stderr


CLOSED = """
import os, sys, threading
sys.path.insert(0, os.getcwd())
import app
store = app.Store()
getattr(store, {closer!r})()
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join(3)
alive = [t for t in threading.enumerate() if t is not threading.main_thread()]
print(len(alive), flush=True)
os._exit(0)
"""


@pytest.mark.parametrize(
    ("fixture", "closer", "left"),
    [
        ("reports_close_that_does_nothing", "close", 1),
        ("reports_sentinel_never_put", "close", 1),
        ("reports_event_never_set", "stop", 1),
        ("reports_event_that_the_loop_does_not_ask", "stop", 1),
        ("reports_flag_that_the_loop_does_not_ask", "stop", 1),
        ("silent_sentinel_that_the_loop_knows", "close", 0),
        ("silent_sentinel_of_iter", "close", 0),
        ("silent_flag_that_the_loop_asks", "stop", 0),
        ("silent_flag_in_a_dictionary", "stop", 0),
        ("silent_threads_of_a_list", "shutdown", 0),
        ("silent_timer_cancelled", "cancel", 0),
    ],
)
def test_threads_left_when_the_object_is_closed(fixture: str, closer: str, left: int) -> None:
    done = run(f"RL202/{fixture}", CLOSED.format(closer=closer))
    assert done.stdout.strip() == str(left), done.stderr


def test_script_imported_by_its_views_is_loaded_twice() -> None:
    code = """
import os, runpy, sys
sys.path.insert(0, os.getcwd())
import flask
made = []
first = flask.Flask.__init__
flask.Flask.__init__ = lambda self, *args: (made.append(args), first(self, *args))[1]
flask.Flask.run = lambda self, **options: None
runpy.run_path("app.py", run_name="__main__")
print(len(made))
"""
    assert run("RL403/reports_script_imported_by_its_views", code).stdout.strip() == "2"
    assert run("RL403/silent_script_that_nobody_imports", code).stdout.strip() == "1"
