"""What is started with the first request: names that others use, commands, and its turn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from fixes.workshop import SETTINGS, fixed, repair, write
from reloadlint.linter.checking import Check

CONNECTED = """\
    import sqlite3

    from flask import Flask

    app = Flask(__name__)
    db = sqlite3.connect("shop.db", check_same_thread=False)


    def rows():
        return db.execute("select 1").fetchall()


    @app.{decorator}
    def last():
        return str(rows())
    """


def test_what_a_command_needs_does_not_wait_for_a_request(tmp_path: Path) -> None:
    text = CONNECTED.replace("{decorator}", 'cli.command("last")')
    made = repair(tmp_path, {"app.py": text}, unsafe=True, strategy="guard")
    reasons = [outcome.reason for outcome in made.outcomes]
    assert reasons == ["the command `last` needs it, and no request comes before a command"]


def test_command_that_uses_what_is_only_started_later_is_a_doubt(tmp_path: Path) -> None:
    text = """\
        from apscheduler.schedulers.background import BackgroundScheduler
        from flask import Flask

        app = Flask(__name__)
        scheduler = BackgroundScheduler()
        scheduler.start()


        @app.cli.command("jobs")
        def jobs():
            print(scheduler.get_jobs())


        @app.cli.command("version")
        def version():
            print(1)
        """
    folder = write(tmp_path, {"app.py": text})
    check = Check(SETTINGS, {}, None)
    check.project(folder, [folder / "app.py"])
    (plan,) = check.plans.values()
    said = [reason for reason in plan.reasons if "command" in reason]
    assert said == ["the command `jobs` uses it, and no request comes before a command"]


def test_view_may_wait_for_what_is_opened_with_the_first_request(tmp_path: Path) -> None:
    text = CONNECTED.replace("{decorator}", 'get("/")')
    assert fixed(tmp_path, {"app.py": text}, unsafe=True, strategy="guard")


def test_name_that_a_function_binds_again_is_there_before_the_first_request(
    tmp_path: Path,
) -> None:
    text = CONNECTED.replace("{decorator}", 'get("/")') + (
        "\n\n    def reconnect():\n        global db\n        db = sqlite3.connect('other.db')\n"
    )
    text = fixed(tmp_path, {"app.py": text}, unsafe=True, strategy="guard")["app.py"]
    assert "\ndb = None\n_db_started = False\n" in text


def test_name_of_a_comprehension_is_none_of_the_module(tmp_path: Path) -> None:
    text = """\
        import threading

        from flask import Flask

        app = Flask(__name__)


        def work():
            pass


        threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()


        @app.get("/")
        def index():
            return str([thread.name for thread in threads])
        """
    text = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert "    global _thread_started\n" in text
    assert "thread = None" not in text


def test_hook_is_named_after_what_it_opens(tmp_path: Path) -> None:
    text = (
        CONNECTED.replace("{decorator}", 'get("/")')
        .replace("db.execute", "cursor.execute")
        .replace("\n\n\n    def rows", "\n    cursor = db.cursor()\n\n\n    def rows")
    )
    text = text.replace("str(rows())", "str((rows(), db.total_changes))")
    text = fixed(tmp_path, {"app.py": text}, unsafe=True, strategy="guard")["app.py"]
    assert "def start_db():\n    global cursor, db, _db_started\n" in text


TWO = """\
    import threading

    from flask import Flask

    app = Flask(__name__)


    def work():
        {body}


    if __name__ == "__main__":
        threading.Thread(target=work).start()
        saver = threading.Thread(target=work)
        saver.daemon = True
        saver.start()
        app.run(debug=True)
    """


def test_start_that_waits_is_not_safe_because_the_other_one_is(tmp_path: Path) -> None:
    made = repair(tmp_path, {"app.py": TWO.replace("{body}", 'print("done")')})
    first, second = made.outcomes
    assert first.finding.fix is not None
    assert first.finding.fix.applicability == "unsafe"
    assert "a reload still hangs" in (first.reason or "")
    assert second.reason is None


ENDLESS = """while True:
            print("on")"""


def test_what_is_said_of_one_thread_is_not_said_of_another(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": TWO.replace("{body}", ENDLESS)})["app.py"]
    assert "        threading.Thread(target=work, daemon=True).start()\n" in text
    assert "saver = threading.Thread(target=work)\n" in text


@pytest.mark.parametrize(
    ("body", "is_endless"),
    [
        ("with app.app_context():\n        while True:\n            print(1)", True),
        ("with app.app_context():\n        while True:\n            break", False),
        ("with app.app_context():\n        while True:\n            print(1)\n    print(2)", False),
        ("with app.app_context():\n        print(1)", False),
    ],
)
def test_loop_may_end_no_more_in_a_context_than_without(
    body: str, is_endless: bool, tmp_path: Path
) -> None:
    text = dedent(TWO).replace("{body}", body)
    made = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert ("threading.Thread(target=work, daemon=True).start()" in made) == is_endless


@pytest.mark.parametrize("name", ["saver", "given()", "first"])
def test_thread_becomes_a_daemon_unless_something_may_be_said_of_it(
    name: str, tmp_path: Path
) -> None:
    start = "threading.Thread(target=work).start()"
    text = TWO.replace("{body}", ENDLESS).replace(start, "first = threading.Thread(target=work)")
    text = text.replace("saver.start()", "first.start()\n        saver.start()")
    text = text.replace("saver.daemon", f"{name}.daemon")
    made = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert ("first = threading.Thread(target=work, daemon=True)" in made) == (name == "saver")


LATER = """\
    import sqlite3

    from flask import Flask, Blueprint

    app = Flask(__name__)
    db = sqlite3.connect("shop.db", check_same_thread=False)
    {line}


    def shop(connection):
        return Blueprint("shop", __name__)
    """


def opened_later(folder: Path, line: str) -> str | None:
    text = LATER.replace("{line}", line)
    (outcome,) = repair(folder, {"app.py": text}, unsafe=True, strategy="guard").outcomes
    return outcome.reason


@pytest.mark.parametrize(
    "line",
    ['rows = lambda: db.execute("select 1")', 'app.add_url_rule("/", "index", lambda: str(db))'],
)
def test_lambda_that_is_named_or_registered_stays_where_it_is(line: str, tmp_path: Path) -> None:
    text = LATER.replace("{line}", line)
    text = fixed(tmp_path, {"app.py": text}, unsafe=True, strategy="guard")["app.py"]
    assert f"\n{line}\n" in text
    assert "\ndb = None\n" in text


def test_call_of_a_lambda_while_loading_keeps_what_it_uses_where_it_is(tmp_path: Path) -> None:
    line = 'rows = lambda: db.execute("select 1")\n    found = rows()'
    assert opened_later(tmp_path, line) == "`rows()` in line 8 needs it while loading"


def test_default_of_a_lambda_is_worked_out_where_it_stands(tmp_path: Path) -> None:
    line = 'app.add_url_rule("/", "index", lambda execute=db.execute: str(execute))'
    wanted = "`app.add_url_rule()` in line 7 needs it, and comes too late once the application"
    assert (opened_later(tmp_path, line) or "").startswith(wanted)


def test_registration_with_the_application_does_not_wait_for_a_request(tmp_path: Path) -> None:
    wanted = (
        "`app.register_blueprint()` in line 7 needs it, and comes too late once the application "
        "has answered a request"
    )
    assert opened_later(tmp_path, "app.register_blueprint(shop(db))") == wanted


FEED = """\
    import os
    import threading


    def work():
        while True:
            pass


    {condition}threading.Thread(target=work, daemon=True).start()
    """
SHOP = "from flask import Flask\nimport feed\napp = Flask(__name__)\n"


def test_hook_that_is_there_only_under_a_condition_is_not_imported(tmp_path: Path) -> None:
    feed = FEED.replace("{condition}", "if os.environ.get('FEED'):\n        ")
    made = repair(tmp_path, {"feed.py": feed, "app.py": SHOP}, unsafe=True)
    assert not made.changes
    (outcome,) = made.outcomes
    assert outcome.reason is not None
    assert outcome.reason.startswith("it starts only under a condition, and the hook that `app.py`")


def test_hook_of_a_module_that_starts_in_any_case_is_imported(tmp_path: Path) -> None:
    feed = FEED.replace("{condition}", "")
    texts = fixed(tmp_path, {"feed.py": feed, "app.py": SHOP}, unsafe=True)
    assert "app.before_request(feed.start_thread)" in texts["app.py"]


ABOVE = """\
    import threading

    from flask import Flask


    def work():
        while True:
            pass


    {start}


    {app}
    """


def test_start_above_the_application_waits_for_its_first_request(tmp_path: Path) -> None:
    start = "thread = threading.Thread(target=work, daemon=True)\n    thread.start()"
    text = ABOVE.replace("{start}", start).replace("{app}", "app = Flask(__name__)")
    text = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert text.endswith("app = Flask(__name__)\napp.before_request(start_thread)\n")
    assert answers(tmp_path, text) == ["1", "2", "2"]


def answers(folder: Path, text: str) -> list[str]:
    """How many threads run when the module is loaded, and after each of two requests."""
    (folder / "served.py").write_text(text.replace("pass", "threading.Event().wait()"))
    asking = (
        "import threading, served\n"
        "print(threading.active_count())\n"
        "for _ in range(2):\n"
        "    served.app.test_client().get('/')\n"
        "    print(threading.active_count())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asking], cwd=folder, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout.split()


def test_start_above_a_factory_waits_for_the_requests_of_what_that_makes(tmp_path: Path) -> None:
    start = "threading.Thread(target=work, daemon=True).start()"
    app = "def create_app():\n        app = Flask(__name__)\n        return app"
    text = ABOVE.replace("{start}", start).replace("{app}", app)
    text = fixed(tmp_path, {"app.py": text}, unsafe=True)["app.py"]
    assert "    app = Flask(__name__)\n    app.before_request(start_thread)\n" in text


def test_start_below_a_factory_that_may_have_been_called_is_left_alone(tmp_path: Path) -> None:
    start = "def create_app():\n        app = Flask(__name__)\n        return app"
    app = "threading.Thread(target=work, daemon=True).start()"
    text = ABOVE.replace("{start}", start).replace("{app}", app)
    made = repair(tmp_path, {"app.py": text}, unsafe=True)
    assert not made.changes
    (outcome,) = made.outcomes
    assert "no application above it" in str(outcome.reason)


PACKAGE = """\
    import threading

    from flask import Flask


    def work():
        while True:
            pass


    {name} = threading.Thread(target=work, daemon=True)
    app = Flask(__name__)
    {name}.start()
    from shop import views
    """


@pytest.mark.parametrize(
    ("name", "views", "is_written"),
    [
        ("worker", "import shop.worker\n", False),
        ("worker", "def page():\n    from shop import worker\n", False),
        ("poller", "import shop.worker\n", True),
        ("worker", "", True),
    ],
)
def test_name_that_becomes_that_of_a_submodule_is_read_at_once(
    name: str, views: str, is_written: bool, tmp_path: Path
) -> None:
    files = {
        "shop/__init__.py": PACKAGE.replace("{name}", name),
        "shop/views.py": views,
        "shop/worker.py": "",
    }
    made = repair(tmp_path, files, unsafe=True)
    assert bool(made.changes) is is_written
    (outcome,) = made.outcomes
    wanted = "`worker` means the module `shop/worker.py` as soon as that is loaded"
    assert is_written or (outcome.reason or "").startswith(wanted)


def test_what_the_main_guard_needs_before_the_run_does_not_wait_for_a_request(
    tmp_path: Path,
) -> None:
    text = CONNECTED.replace("{decorator}", 'get("/")') + (
        "\n\n    if __name__ == '__main__':\n"
        "        if app.debug:\n            print(db.total_changes)\n"
        "        else:\n            app.run()\n"
    )
    made = repair(tmp_path, {"app.py": text}, unsafe=True, strategy="guard")
    assert not made.changes


RENAMED = """\
    import threading as th

    from flask import Flask

    app = Flask(__name__)


    def work():
        pass


    th.Thread(target=work, daemon=True).start()
    {below}
    """


def test_lock_takes_the_name_that_the_module_has_for_threading(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": RENAMED.format(below="")}, unsafe=True)["app.py"]
    assert text.count("import threading") == 1
    assert "= th.Lock()" in text


def test_lock_is_made_without_a_name_that_stands_for_something_else(tmp_path: Path) -> None:
    text = RENAMED.replace("as th", "").replace("th.T", "threading.T")
    below = "threading = threading.active_count()"
    text = fixed(tmp_path, {"app.py": text.format(below=below)}, unsafe=True)["app.py"]
    assert "import threading as _threading" in text
    assert "= _threading.Lock()" in text
