"""Fixes over several modules: imports, and where the teardown is registered."""

from __future__ import annotations

import pytest

from fixes.workshop import SETTINGS, fixed, verdict, write
from reloadlint.linter import check_project

DB = 'import sqlite3\n\ndb = sqlite3.connect("a")\n'
PAGE = '\n\n@app.get("/")\ndef page():\n    return str({}.execute("SELECT 1").fetchone())\n'
APP = "from flask import Flask\n\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("imports", "use", "new_imports", "new_use"),
    [
        ("from database import db\n", "db", "from database import get_db, init_app\n", "get_db()"),
        (
            "from database import db as store\n",
            "store",
            "from database import get_db, init_app\n",
            "get_db()",
        ),
        ("import database\n", "database.db", "import database\n", "database.get_db()"),
        ("import database as d\n", "d.db", "import database as d\n", "d.get_db()"),
    ],
)
def test_imports_are_rewritten(tmp_path, imports, use, new_imports, new_use):
    files = {"database.py": DB, "app.py": imports + APP + PAGE.format(use)}
    after = fixed(tmp_path, files)
    prefix = f"{use.rpartition('.')[0]}." if "." in use else ""
    registered = f"app = Flask(__name__)\n{prefix}init_app(app)\n"
    assert after["app.py"] == (
        new_imports + APP.replace("app = Flask(__name__)\n", registered) + PAGE.format(new_use)
    )
    assert "def init_app(app):\n    app.teardown_appcontext(close_db)\n" in after["database.py"]


def test_factory_registers_after_the_application_is_made(tmp_path):
    files = {
        "shop/__init__.py": """\
            from flask import Flask


            def create_app():
                from . import pages

                app = Flask(__name__)
                app.register_blueprint(pages.bp)
                return app
            """,
        "shop/database.py": DB,
        "shop/pages.py": """\
            from flask import Blueprint

            from .database import db

            bp = Blueprint("pages", __name__)


            @bp.get("/")
            def page():
                return str(db.execute("SELECT 1").fetchone())
            """,
    }
    after = fixed(tmp_path, files)
    assert "    app = Flask(__name__)\n    init_app(app)\n" in after["shop/__init__.py"]
    assert "from .database import init_app\n" in after["shop/__init__.py"]
    assert "from .database import get_db\n" in after["shop/pages.py"]


def test_application_imported_from_elsewhere_is_used(tmp_path):
    files = {
        "core.py": "from flask import Flask\n\napp = Flask(__name__)\n\nimport pages\n",
        "pages.py": "import sqlite3\nfrom core import app\n\n"
        'db = sqlite3.connect("a")\n' + PAGE.format("db"),
    }
    after = fixed(tmp_path, files)
    assert list(after) == ["pages.py"]
    assert "@app.teardown_appcontext\ndef close_db" in after["pages.py"]


def test_every_application_is_registered(tmp_path):
    text = 'import sqlite3\nfrom flask import Flask\n\none = Flask("one")\ntwo = Flask("two")\n'
    text += 'db = sqlite3.connect("a")\n' + PAGE.format("db").replace("app.", "one.")
    after = fixed(tmp_path, {"app.py": text})["app.py"]
    assert "@one.teardown_appcontext\n@two.teardown_appcontext\ndef close_db" in after


FACTORY = "def create_app():\n    app = Flask(__name__)\n    return app\n\n\n"


def test_application_that_a_factory_has_returned_is_as_good(tmp_path):
    text = "import sqlite3\nfrom flask import Flask\n\n\n" + FACTORY
    text += 'app = create_app()\ndb = sqlite3.connect("a")\n' + PAGE.format("db")
    after = fixed(tmp_path, {"app.py": text})["app.py"]
    assert "@app.teardown_appcontext\ndef close_db" in after
    assert FACTORY in after


def test_factory_called_above_and_elsewhere_is_refused(tmp_path):
    text = "import sqlite3\nfrom flask import Flask\n\n\n" + FACTORY
    text += 'app = create_app()\ndb = sqlite3.connect("a")\n' + PAGE.format("db")
    other = "from app import create_app\n\nclient = create_app().test_client()\n"
    write(tmp_path, {"app.py": text, "tests/test_app.py": other})
    (fix,) = [f.fix for f in check_project([tmp_path], SETTINGS).findings]
    assert fix.applicability == "manual"
    assert "factory is called above" in fix.reason


def test_blueprint_alone_registers_by_record_once(tmp_path):
    text = 'import sqlite3\nfrom flask import Blueprint\n\nbp = Blueprint("b", __name__)\n'
    text += 'db = sqlite3.connect("a")\n' + PAGE.format("db").replace("app.", "bp.")
    after = fixed(tmp_path, {"pages.py": text})["pages.py"]
    assert "@bp.record_once\ndef register_close_db(state):\n" in after


@pytest.mark.parametrize(
    ("files", "applicability", "reason"),
    [
        (
            {"app.py": "from database import db\n" + APP + PAGE.format("db"), "bad.py": "db = (\n"},
            "unsafe",
            "`bad.py` can't be parsed and mentions `db`",
        ),
        (
            {"app.py": "import database\n" + APP + "\n\ndef f():\n    database.db = None\n"},
            "manual",
            "bound again",
        ),
        (
            {"app.py": "from database import db\n" + APP + "\nROWS = db.execute('SELECT 1')\n"},
            "manual",
            "it is kept in `ROWS`",
        ),
        (
            {
                "app.py": "from database import db\n" + APP + PAGE.format("db"),
                "tests/test_app.py": "from database import db\n\ndef test():\n    assert db\n",
            },
            "unsafe",
            "tests/test_app.py",
        ),
    ],
)
def test_other_modules_decide(tmp_path, files, applicability, reason):
    write(tmp_path, {"database.py": DB, **files})
    fixes = [f.fix for f in check_project([tmp_path], SETTINGS).findings if f.code == "RL106"]
    (fix,) = fixes
    assert fix.applicability == applicability
    assert reason in fix.reason


def test_no_application_is_no_fix(tmp_path):
    text = "import flask\nimport sqlite3\n\n" + 'db = sqlite3.connect("a")\n'
    fix = verdict(tmp_path, {"app.py": text + "\n\ndef f():\n    return db\n"})
    assert (fix.applicability, fix.reason) == (
        "manual",
        "no application is found to register the teardown with",
    )


def test_new_import_of_the_project_stands_below_what_the_others_wait_for(tmp_path):
    patched = "import eventlet\n\neventlet.monkey_patch()\nimport sys\n\nfrom flask import Flask\n"
    app = f"{patched}\n\napp = Flask(__name__)\nimport views\n"
    views = "from database import db\n\n\ndef page():\n    return str(db.execute('SELECT 1'))\n"
    after = fixed(tmp_path, {"database.py": DB, "app.py": app, "views.py": views})
    assert after["app.py"].startswith(f"{patched}from database import init_app\n")


def test_new_import_of_the_project_stands_with_its_like_at_the_top(tmp_path):
    app = (
        "from flask import Flask\n\nimport views\n\nprint(1)\nimport sys\n\napp = Flask(__name__)\n"
    )
    views = "from database import db\n\n\ndef page():\n    return str(db.execute('SELECT 1'))\n"
    after = fixed(tmp_path, {"database.py": DB, "app.py": app, "views.py": views})
    assert "\n\nfrom database import init_app\nimport views\n" in after["app.py"]


def test_script_is_not_loaded_by_the_application_for_the_sake_of_its_connection(tmp_path):
    models = 'table = "a"\n\n\ndef page():\n    from app import app\n    return app.name\n'
    script = f"from models import table\n{DB}\nprint(table)\n"
    fix = verdict(tmp_path, {"app.py": APP, "models.py": models, "drop.py": script})
    assert fix.applicability == "manual"
    assert fix.reason == (
        "`app.py` doesn't load `drop.py`, and would run all of it by importing what closes it"
    )
