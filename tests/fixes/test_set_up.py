"""What sets an application up runs outside of any context, whoever calls it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fixes.workshop import fixed, repair, write

PART = """\
    import sqlite3

    from flask import Blueprint

    bp = Blueprint("part", __name__)
    {above}
    db = sqlite3.connect("part.db", isolation_level=None, check_same_thread=False)
    {below}


    @bp.route("/")
    def index():
        return db.execute("SELECT name FROM item").fetchone()[0]
    """
SITE = """\
    from flask import Flask
    from part import bp


    def create_app():
        app = Flask(__name__)
        app.register_blueprint(bp)
        return app
    """
SETUP = """

    @bp.record_once
    def setup({parameters}):
        db.execute("CREATE TABLE IF NOT EXISTS item (name TEXT)")
        db.execute("INSERT INTO item VALUES ('nail')")
    """
ASK = """\
import sqlite3, site_app
opened = []
class Counted(sqlite3.Connection):
    def __init__(self, *args, **options):
        opened.append(self)
        super().__init__(*args, **options)
    def close(self):
        opened.remove(self)
        super().close()
connect = sqlite3.connect
sqlite3.connect = lambda *a, **o: connect(*a, **{**o, "factory": Counted})
client = site_app.create_app().test_client()
print([client.get("/").text for _ in range(2)], len(opened))
"""


def files(above: str = "", below: str = "") -> dict[str, str]:
    return {"part.py": PART.format(above=above, below=below), "site_app.py": SITE}


def test_blueprint_that_is_registered_gives_the_context_for_what_it_sets_up(tmp_path: Path) -> None:
    project = files(below=SETUP.format(parameters="state"))
    after = fixed(tmp_path, project)["part.py"]
    assert (
        "def setup(state):\n"
        "    with state.app.app_context():\n"
        '        get_db().execute("CREATE TABLE IF NOT EXISTS item (name TEXT)")\n'
    ) in after
    (tmp_path / "part.py").write_text(after)
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "['nail', 'nail'] 0\n"
    assert fixed(tmp_path, {}) == {}


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (SETUP.format(parameters="state"), ""),
        ("", SETUP.format(parameters="*states")),
        ("", '\n\n    def setup(state):\n        db.execute("X")\n\n\n    bp.record(setup)\n'),
    ],
    ids=["the teardown is registered after it", "no name for the state", "handed over"],
)
def test_set_up_without_a_context_at_hand_is_left_alone(
    above: str, below: str, tmp_path: Path
) -> None:
    assert fixed(tmp_path, files(above, below), unsafe=True) == {}


@pytest.mark.parametrize("strategy", ["lazy", "guard"])
def test_set_up_does_not_wait_for_a_request(strategy: str, tmp_path: Path) -> None:
    project = files(below=SETUP.format(parameters="state"))
    assert fixed(tmp_path, project, unsafe=True, strategy=strategy) == {}


BUILDING = {
    "a blueprint": """\
        def build():
            bp = Blueprint("b", __name__)
            name = db.execute("SELECT 1").fetchone()
            return bp
        """,
    "views": """\
        def build(app):
            name = db.execute("SELECT 1").fetchone()

            @app.get("/name")
            def name_of_it():
                return str(name)
        """,
    "a rule": """\
        def build(app):
            app.add_url_rule("/x", view_func=str, defaults=db.execute("SELECT 1").fetchone())
        """,
}
HEAD = """\
    import importlib
    import sqlite3

    from flask import Blueprint, Flask, after_this_request

    app = Flask(__name__)
    db = sqlite3.connect("x.db", check_same_thread=False)

    """


def one_file(text: str) -> dict[str, str]:
    return {"app.py": "\n".join([*HEAD.splitlines(), *(f"    {x}" for x in text.splitlines())])}


@pytest.mark.parametrize("text", BUILDING.values(), ids=BUILDING)
def test_what_registers_something_is_called_before_there_is_a_request(
    text: str, tmp_path: Path
) -> None:
    lines = "\n".join(line[8:] for line in text.splitlines())
    (outcome,) = repair(tmp_path, one_file(lines), strategy="lazy").outcomes
    assert "it is used while the module is loaded" in outcome.reason


def test_function_in_a_view_with_a_hook_for_its_response_is_no_set_up(tmp_path: Path) -> None:
    text = """\
@app.get("/")
def index():
    @after_this_request
    def count(response):
        db.execute("SELECT 1")
        return response

    return str(db.execute("SELECT 2").fetchone())


def helper():
    return str(db.execute("SELECT 3").fetchone())
"""
    after = fixed(tmp_path, one_file(text))["app.py"]
    assert after.count("get_db().execute") == 3
    assert "app_context" not in after


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
FACTORY = """\
    from flask import Flask
    from api import build
    from store import store


    def create_app():
        app = Flask(__name__)
        build(app, store)
        return app
    """


@pytest.mark.parametrize(
    ("body", "moves"),
    [
        ("@app.get('/')\n        def rows():\n            return str(store.rows())", False),
        ("app.rows = lambda: store.rows()", False),
        ("count(store)", False),
        ("app.config['ROWS'] = len(store.rows())", True),
    ],
    ids=["a view", "a lambda", "further down", "used at once"],
)
def test_object_is_not_given_to_functions_that_outlive_the_context(
    body: str, moves: bool, tmp_path: Path
) -> None:
    api = f"""\
    def count(found):
        def later():
            return found.rows()
        return later


    def build(app, store):
        {body}
    """
    project = {"store.py": STORE, "app.py": FACTORY, "api.py": api}
    write(tmp_path, project)
    assert bool(fixed(tmp_path, project, unsafe=True)) is moves
