"""Which modules of a project are Flask modules."""

from __future__ import annotations

import pytest

from reloadlint.project.imports import import_facts
from reloadlint.project.modules import ModuleIndex
from reloadlint.project.scope import (
    ImportGraph,
    flask_modules,
    imported_names,
    is_test_file,
    load_order,
)

Files = dict[str, str]

APP = "from flask import Flask"


def graph_of(files: Files) -> tuple[ImportGraph, dict]:
    imports = {path: import_facts(text) for path, text in files.items() if text != "broken"}
    return ImportGraph(ModuleIndex(files), imports), imports


def scope(files: Files, **options) -> set[str]:
    graph, imports = graph_of(files)
    return set(flask_modules(graph, imports, **options)[1])


BY_IMPORT = {
    "flask": "import flask",
    "name from flask": "from flask import g",
    "module of flask": "import flask.json",
    "extension": "from flask_sqlalchemy import SQLAlchemy",
    "quart": "import quart",
    "framework on flask": "import connexion",
    "application of such a framework": "from dash import Dash",
    "in a function": "def f():\n from flask import g",
    "in a branch": "try:\n import flask\nexcept ImportError:\n pass",
}


@pytest.mark.parametrize("text", BY_IMPORT.values(), ids=BY_IMPORT)
def test_module_that_imports_flask_is_one(text: str) -> None:
    assert scope({"a.py": text}) == {"a.py"}


def test_own_module_called_like_a_framework_is_none() -> None:
    assert scope({"main.py": "import dash\nfrom dash import chart", "dash.py": ""}) == set()


NO_IMPORT = {
    "nothing": "",
    "another framework": "import django, fastapi, bottle",
    "name that begins like it": "import flasket, quarto, flaskr, dashing, dash_utilities",
    "own module of that name": "from .flask import app",
    "while type checking": "from typing import *\nif TYPE_CHECKING:\n import flask",
    "text": "x = 'import flask'",
}


@pytest.mark.parametrize("text", NO_IMPORT.values(), ids=NO_IMPORT)
def test_module_that_does_not_is_none(text: str) -> None:
    assert scope({"a.py": text}) == set()


def test_what_it_imports_is_one_directly_or_through_others() -> None:
    files = {
        "app.py": f"{APP}\nimport db",
        "db.py": "from services import queue",
        "services/__init__.py": "",
        "services/queue.py": "import settings",
        "settings.py": "",
        "unrelated.py": "",
    }
    assert scope(files) == files.keys() - {"unrelated.py"}


def test_packages_around_an_imported_module_are_loaded_with_it() -> None:
    files = {
        "app.py": f"{APP}\nimport a.b.c",
        "a/__init__.py": "",
        "a/b/__init__.py": "import extra",
        "a/b/c.py": "",
        "a/b/d.py": "",
        "extra.py": "",
    }
    assert scope(files) == files.keys() - {"a/b/d.py"}


def test_entry_point_that_does_not_import_flask_itself_is_one() -> None:
    files = {
        "wsgi.py": "from factory import app\nimport logs",
        "factory.py": "import web",
        "web.py": APP,
        "logs.py": "",
    }
    assert scope(files) == set(files)


def test_entry_point_may_import_the_application_in_a_function() -> None:
    assert scope({"manage.py": "def main():\n import web", "web.py": APP}) == {
        *("manage.py", "web.py"),
    }


def test_script_that_merely_shares_a_helper_is_none() -> None:
    files = {"app.py": f"{APP}\nimport db", "db.py": "", "nightly.py": "import db"}
    assert scope(files) == {"app.py", "db.py"}


def test_what_only_the_script_imports_is_none() -> None:
    files = {
        "app.py": f"{APP}\nimport db",
        "db.py": "",
        "nightly.py": "import db, report",
        "report.py": "",
    }
    assert scope(files) == {"app.py", "db.py"}


def test_what_is_imported_in_a_function_is_not_loaded_with_the_module() -> None:
    files = {"app.py": f"{APP}\ndef view():\n import report", "report.py": ""}
    assert scope(files) == {"app.py"}


@pytest.mark.parametrize(
    "path", ["tests/helpers.py", "test/run.py", "test_app.py", "app_test.py", "conftest.py"]
)
def test_test_module_is_no_entry_point(path: str) -> None:
    assert scope({path: "import web, fixture_data", "web.py": APP, "fixture_data.py": ""}) == {
        "web.py"
    }


def test_test_file_is_none_though_it_imports_flask() -> None:
    assert scope({"test_app.py": APP, "tests/conftest.py": "import flask"}) == set()


@pytest.mark.parametrize("path", ["docs/conf.py", "doc/source/conf.py", "setup.py", "a/setup.py"])
def test_what_only_sphinx_or_setuptools_runs_is_no_entry_point(path: str) -> None:
    assert scope({"app.py": APP, path: "import app"}) == {"app.py"}
    assert scope({path: "import flask"}) == {path}


@pytest.mark.parametrize("path", ["conf.py", "app_docs/conf.py", "docs/config.py", "setup_db.py"])
def test_what_is_called_alike_is_an_entry_point(path: str) -> None:
    assert scope({"app.py": APP, path: "import app"}) == {"app.py", path}


def test_module_whose_name_only_begins_like_a_test_is_one() -> None:
    files = {"testing.py": "import web", "latest/contest.py": "import web", "web.py": APP}
    assert scope(files) == set(files)


def test_circle_of_imports_ends() -> None:
    files = {"a.py": "import b", "b.py": f"import a\n{APP}", "c.py": "import a"}
    assert scope(files) == set(files)


def test_file_that_cannot_be_parsed_imports_nothing() -> None:
    files = {"app.py": f"{APP}\nimport bad", "bad.py": "broken", "db.py": ""}
    assert scope(files) == {"app.py", "bad.py"}


def test_all_modules_takes_every_file_that_can_be_parsed() -> None:
    files = {"script.py": "", "test_x.py": "", "bad.py": "broken"}
    assert scope(files, all_modules=True) == {"script.py", "test_x.py"}
    assert scope(files) == set()


def test_roots_are_what_imports_flask_and_what_leads_there() -> None:
    graph, imports = graph_of({"wsgi.py": "import web", "web.py": f"{APP}\nimport db", "db.py": ""})
    assert flask_modules(graph, imports)[0] == {"wsgi.py", "web.py"}


def test_what_nobody_imports_is_loaded_first() -> None:
    graph, _ = graph_of({"a.py": "import b", "b.py": "import a", "wsgi.py": "import a", "c.py": ""})
    roots = frozenset({"a.py", "b.py", "c.py", "wsgi.py"})
    assert load_order(graph, roots) == ["c.py", "wsgi.py", "a.py", "b.py"]


def test_order_of_loading_does_not_depend_on_the_order_of_files() -> None:
    files = {"b.py": "import a", "a.py": "", "c.py": "", "d.py": "import c"}
    turned = dict(reversed(files.items()))
    roots = frozenset(files)
    assert load_order(graph_of(files)[0], roots) == load_order(graph_of(turned)[0], roots)


@pytest.mark.parametrize("path", ["test_a.py", "x/test_.py", "a_test.py", "x/conftest.py"])
def test_pytest_s_files_are_test_files(path: str) -> None:
    assert is_test_file(path)


@pytest.mark.parametrize("path", ["tests/app.py", "testing.py", "contest.py", "test.py"])
def test_others_are_not(path: str) -> None:
    assert not is_test_file(path)


def named(files: Files) -> dict[str, str]:
    return imported_names(ModuleIndex(files), graph_of(files)[1])


def test_module_is_named_as_the_project_imports_it() -> None:
    files = {"run.py": "from company.shop import db", "company/shop/db.py": ""}
    assert named(files) == {"company/shop/db.py": "company.shop.db"}


def test_longest_name_counts() -> None:
    files = {"a/b/c.py": "", "a/b/d.py": "import c", "run.py": "import a.b.c"}
    assert named(files)["a/b/c.py"] == "a.b.c"


def test_relative_and_foreign_imports_give_no_names() -> None:
    assert named({"p/__init__.py": "from . import a\nimport flask", "p/a.py": ""}) == {}
