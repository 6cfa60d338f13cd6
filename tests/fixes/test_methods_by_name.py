"""Who calls a method isn't known, so each attribute of its name counts; some surely don't."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import repair

HEAD = "import sqlite3\nfrom flask import Flask\n"
APP = "app = Flask(__name__)\ndb = sqlite3.connect('x')\nsettings = dict(a=1)\n"
CLASS = "class {name}:\n    def {method}(self): return db.execute('SELECT 1').fetchone()\n"


def is_loaded(folder: Path, cls: str, loading: str, **others: str) -> bool:
    """Whether the connection that a class uses seems to be used while these lines are loaded."""
    text = f"{HEAD}{others.pop('imported', '')}{APP}{cls}{loading}\n"
    files = {"app.py": text, "pyproject.toml": "", **others}
    outcomes = repair(folder, files, strategy="lazy", unsafe=True).outcomes
    (reason,) = (outcome.reason for outcome in outcomes if outcome.finding.code == "RL106")
    return "used while the module is loaded" in (reason or "")


@pytest.mark.parametrize("base", ["MethodView", "Resource", "BaseResource", "flask.views.View"])
def test_method_that_flask_calls_is_not_what_a_dictionary_has(tmp_path: Path, base: str) -> None:
    cls = CLASS.format(name=f"Item({base})", method="get")
    imported = "import flask.views\nfrom somewhere import *\n"
    assert not is_loaded(tmp_path, cls, "print(settings.get('a'))", imported=imported)


@pytest.mark.parametrize("name", ["Item", "Item(Base)"])
def test_method_of_any_other_class_may_be_called_while_loading(tmp_path: Path, name: str) -> None:
    cls = "class Base: pass\n" + CLASS.format(name=name, method="get")
    assert is_loaded(tmp_path, cls, "print(settings.get('a'))")


def test_method_of_a_view_with_another_name_may_be_called_while_loading(tmp_path: Path) -> None:
    cls = CLASS.format(name="Item(MethodView)", method="prepare")
    imported = "from flask.views import MethodView\n"
    assert is_loaded(tmp_path, cls, "Item().prepare()", imported=imported)


def test_call_over_two_lines_is_seen(tmp_path: Path) -> None:
    cls = CLASS.format(name="Item", method="prepare")
    assert is_loaded(tmp_path, cls, "(Item()\n    .prepare())")


@pytest.mark.parametrize(
    "text",
    [
        "def other(thing): thing.prepare()\nother(None)\n",
        "class Other:\n    def prepare(self): pass\n",
    ],
)
def test_module_that_imports_nothing_of_it_does_not_call_it(tmp_path: Path, text: str) -> None:
    cls = CLASS.format(name="Item", method="prepare")
    view = "@app.get('/')\ndef page(): return str(Item().prepare())"
    assert not is_loaded(tmp_path, cls, view, **{"other.py": f"import flask\n{text}"})


def test_test_that_calls_it_does_not_count(tmp_path: Path) -> None:
    cls = CLASS.format(name="Item", method="prepare")
    view = "@app.get('/')\ndef page(): return str(Item().prepare())"
    test = "import app\nassert app.Item().prepare()\n"
    assert not is_loaded(tmp_path, cls, view, **{"tests/test_app.py": test})


APP_MODULE = "from flask import Flask\napp = Flask(__name__)\n"
MODELS = (
    "import sqlite3\ndb = sqlite3.connect('x', check_same_thread=False)\n"
    "class Item:\n    @classmethod\n    def get(cls): return db.execute('SELECT 1').fetchone()\n"
)


@pytest.mark.parametrize("imported", ["from flask import Flask\napp = Flask(__name__)", ""])
def test_decorator_of_the_application_is_no_method_of_a_class(
    imported: str, tmp_path: Path
) -> None:
    view = "@app.get('/')\ndef page(): return str(Item.get())\n"
    text = f"{imported or 'from web import app'}\nfrom models import Item\n{view}"
    files = {"views.py": text, "models.py": MODELS, "web.py": f"{APP_MODULE}import views\n"}
    (outcome,) = repair(tmp_path, files, strategy="lazy", unsafe=True).outcomes
    assert "used while the module is loaded" not in (outcome.reason or "")


@pytest.mark.parametrize(
    "made", ["make()", "Item()", "LocalProxy(make)", "None"], ids=lambda made: made
)
def test_name_that_may_stand_for_an_object_of_the_project_counts(made: str, tmp_path: Path) -> None:
    text = (
        "from flask import Flask\nfrom werkzeug.local import LocalProxy\nfrom models import Item\n"
        f"def make(): return Item()\napp = Flask(__name__)\nitem = {made}\nprint(item.get())\n"
    )
    files = {"app.py": text, "models.py": MODELS}
    (outcome,) = repair(tmp_path, files, strategy="lazy", unsafe=True).outcomes
    assert "used while the module is loaded" in (outcome.reason or "")
