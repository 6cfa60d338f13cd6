"""Looking into installed libraries: what is followed, what the catalogue decides, what it costs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reloadlint.effects.libraries import STEPS_OF_A_CALL, Libraries
from reloadlint.linter import check_project
from reloadlint.settings import Settings

Check = Callable[..., list[tuple[int, str]]]
START = "threading.Thread(target=print).start()\n"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check an application in an environment with these files; lines and codes of findings."""
    site = tmp_path / "env/lib/python3.12/site-packages"
    root = tmp_path / "shop"
    root.mkdir()

    def in_environment(app: str, libraries: dict[str, str]) -> list[tuple[int, str]]:
        for name, text in libraries.items():
            file = site / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        (root / "app.py").write_text(app, encoding="utf-8")
        settings = Settings(python=str(tmp_path / "env"), cache=False)
        return [(found.line, found.code) for found in check_project([root], settings).findings]

    return in_environment


CHOOSING = """\
import importlib
try:
    sqlite3 = importlib.import_module("pysqlite3")
except ImportError:
    import sqlite3

def connect(path):
    return sqlite3.connect(path)
"""
APP = "import flask, notes\ndb = notes.connect('notes.db')\n"


def test_library_takes_the_substitute_for_a_module_that_is_missing(check: Check) -> None:
    assert check(APP, {"notes.py": CHOOSING}) == [(2, "RL106")]


def test_library_takes_the_module_that_it_prefers(check: Check) -> None:
    preferred = "def connect(path):\n    return path\n"
    assert check(APP, {"notes.py": CHOOSING, "pysqlite3.py": preferred}) == []


def test_module_imported_by_relative_name(check: Check) -> None:
    package = (
        "import importlib\nworkers = importlib.import_module('.workers', __package__)\n"
        "def run():\n    workers.run()\n"
    )
    workers = f"import threading\ndef run():\n    {START}"
    found = check(
        "import flask, jobs\njobs.run()\n",
        {"jobs/__init__.py": package, "jobs/workers.py": workers},
    )
    assert found == [(2, "RL101")]


def test_module_imported_by_a_name_that_is_not_known(check: Check) -> None:
    library = (
        "import importlib, os\nplugin = importlib.import_module(os.environ['PLUGIN'])\n"
        "def run():\n    plugin.run()\n"
    )
    assert check("import flask, jobs\njobs.run()\n", {"jobs.py": library}) == []


def test_catalogue_decides_on_a_class_of_which_it_has_a_method(check: Check) -> None:
    """Even where the installed version's source says something else."""
    library = (
        "class Updater:\n    def __init__(self, token): pass\n    def start_polling(self): pass\n"
    )
    app = (
        "import flask\nfrom telegram.ext import Updater\nbot = Updater('x')\nbot.start_polling()\n"
    )
    found = check(app, {"telegram/__init__.py": "", "telegram/ext.py": library})
    assert found == [(4, "RL101")]


CALLS = 200


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the modules whose statements are followed from now on."""
    paths: list[str] = []
    step = Libraries._step

    def counting(self: Libraries, statement: object, scope: object) -> int:
        paths.append(scope.module.module.path)  # type: ignore[attr-defined]
        return step(self, statement, scope)  # type: ignore[arg-type]

    monkeypatch.setattr(Libraries, "_step", counting)
    return paths


@pytest.mark.parametrize(
    ("library", "call"),
    [
        ("def ask(n):\n" + "    x = n\n" * 1000, "heavy.ask({})\n"),
        ("class Ask:\n    def __init__(self, n):\n" + "        x = n\n" * 1000, "heavy.Ask({})\n"),
        (
            "class Meta(type):\n    def __new__(cls, name, bases, names):\n"
            + "        x = name\n" * 1000
            + "        return type.__new__(cls, name, bases, names)\n"
            "class Model(metaclass=Meta): pass\n",
            "class C{}(heavy.Model): pass\n",
        ),
    ],
    ids=["function", "class", "metaclass"],
)
def test_what_has_been_followed_often_in_vain_is_not_entered_again(
    check: Check, steps: list[str], library: str, call: str
) -> None:
    app = "import flask, heavy\n" + "".join(call.format(number) for number in range(CALLS))
    assert check(app, {"heavy.py": library}) == []
    in_library = sum(path.endswith("heavy.py") for path in steps)
    assert 1000 < in_library < 2 * STEPS_OF_A_CALL


def test_calls_inside_a_library_share_its_budget(check: Check, steps: list[str]) -> None:
    """Eight levels of eight calls each would be sixteen million."""
    levels = "".join(f"def level{n}(x):\n" + f"    level{n + 1}(x)\n" * 8 + "\n" for n in range(8))
    check("import flask, heavy\nheavy.level0(1)\n", {"heavy.py": levels + "def level8(x): pass\n"})
    assert len(steps) < 2 * STEPS_OF_A_CALL


def test_what_has_an_effect_is_followed_every_time(check: Check) -> None:
    library = "import threading\ndef run(n):\n" + "    x = n\n" * 1000 + f"    {START}"
    app = "import flask, heavy\n" + "".join(f"heavy.run({n})\n" for n in range(40))
    assert len(check(app, {"heavy.py": library})) == 40
