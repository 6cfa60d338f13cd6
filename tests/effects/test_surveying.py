"""What `effects` tells of small projects: states, and calls that do nothing or are not known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reloadlint.effects.survey import SurveyedModule
from reloadlint.linter import survey_project
from reloadlint.settings import Settings

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
Survey = Callable[..., SurveyedModule]


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Survey:
    """Survey a project; what is said of its `app.py`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)

    def of(app: str, /, flask: bool = True, **others: str) -> SurveyedModule:
        Path("app.py").write_text((FLASK if flask else "") + app, encoding="utf-8")
        for name, text in others.items():
            Path(f"{name}.py").write_text(text, encoding="utf-8")
        (module,) = survey_project([Path("app.py")], Settings()).modules
        return module

    return of


def states(module: SurveyedModule) -> dict[int, str]:
    assert module.loading is not None
    return {each.line: each.state for each in module.loading.happenings}


def calls(module: SurveyedModule) -> dict[str, str]:
    assert module.loading is not None
    return {call.name: call.knowledge for call in module.loading.calls}


THREAD = "import threading\nthread = threading.Thread(target=print)\n"


def test_what_is_there_when_loading_ends_is_held(survey: Survey) -> None:
    assert states(survey(THREAD + "thread.start()\n")) == {5: "held"}


def test_what_is_over_by_then_is_transient(survey: Survey) -> None:
    assert states(survey(THREAD + "thread.start()\nthread.join()\n")) == {5: "transient"}


def test_what_only_one_process_of_the_reloader_begins_is_guarded(survey: Survey) -> None:
    guard = "import os\nif os.environ.get('WERKZEUG_RUN_MAIN'):\n    thread.start()\n"
    assert states(survey(THREAD + guard)) == {7: "guarded"}


def test_what_a_branch_decides_is_not_certain(survey: Survey) -> None:
    module = survey(THREAD + "import os\nif os.environ.get('JOBS'):\n    thread.start()\n")
    assert module.loading is not None
    (happening,) = module.loading.happenings
    assert (happening.state, happening.certain) == ("held", False)


MAIN = "if __name__ == '__main__':\n    thread.start()\n"


@pytest.mark.parametrize(
    ("run", "twice"), [("    app.run(debug=True)\n", True), ("    app.run()\n", False), ("", False)]
)
def test_main_guard_says_if_the_reloader_begins_it_again(
    survey: Survey, run: str, twice: bool
) -> None:
    module = survey(THREAD + MAIN + run)
    assert module.loading is not None
    assert [(e.line, e.state, e.twice) for e in module.loading.happenings] == [
        (6, "main_guard", twice)
    ]


def test_what_follows_the_run_in_the_main_guard_is_left_out(survey: Survey) -> None:
    script = "if __name__ == '__main__':\n    app.run()\n    thread.start()\n"
    assert states(survey(THREAD + script)) == {}


def test_what_a_main_guard_drops_is_left_out(survey: Survey) -> None:
    script = "import sqlite3\ndef main():\n    db = sqlite3.connect('x.db')\n"
    assert states(survey(script + "if __name__ == '__main__':\n    main()\n")) == {}


def test_calls_of_unknown_libraries_are_named_with_their_first_place(survey: Survey) -> None:
    module = survey(
        "import cameras\nfrom helpers import look\ncameras.setup()\nlook()\ncameras.setup()\n",
        helpers="import cameras\n\ndef look():\n    cameras.Camera().open()\n",
    )
    assert module.loading is not None
    unknown = [call for call in module.loading.calls if call.knowledge == "unknown"]
    assert [(call.name, call.places, call.path, call.line) for call in unknown] == [
        ("cameras.Camera", 1, "helpers.py", 4),
        ("cameras.Camera.open", 1, "helpers.py", 4),
        ("cameras.setup", 2, "app.py", 5),
    ]


def test_place_that_is_reached_twice_counts_once(survey: Survey) -> None:
    module = survey("import cameras\nfor number in range(3):\n    cameras.Camera(number)\n")
    assert module.loading is not None
    assert [c.places for c in module.loading.calls if c.name == "cameras.Camera"] == [1]


def test_calls_that_loading_does_not_make_are_left_out(survey: Survey) -> None:
    text = "import cameras\n@app.get('/')\ndef view():\n    return cameras.shot()\n"
    assert "cameras.shot" not in calls(survey(text + "if __name__ == '__main__':\n    view()\n"))


def test_decorators_and_bases_of_unknown_libraries_are_named(survey: Survey) -> None:
    module = survey(
        "import cameras\n@cameras.every(3)\ndef job(): pass\n"
        "class Eye(cameras.Camera): pass\neye = Eye()\n"
    )
    assert {"cameras.every": "unknown", "cameras.Camera": "unknown"}.items() <= calls(
        module
    ).items()


def test_lazy_constructors_are_told_from_unknown_ones(survey: Survey) -> None:
    module = survey(
        "from sqlalchemy import create_engine\nfrom pymongo import MongoClient\n"
        "engine = create_engine('sqlite://')\nclient = MongoClient(connect=False)\n"
    )
    found = calls(module)
    assert found["sqlalchemy.create_engine"] == "lazy"
    assert found["pymongo.MongoClient"] == "lazy"
    assert states(module) == {}


def test_python_itself_and_flask_are_harmless(survey: Survey) -> None:
    found = calls(survey("import re\nre.compile('a')\nprint(open('app.py').read())\n"))
    assert {"re.compile", "open", "open.read", "flask.Flask"} <= found.keys()
    assert set(found.values()) == {"harmless"}


def test_module_that_no_server_loads_is_not_followed(survey: Survey) -> None:
    module = survey(THREAD + "thread.start()\n", flask=False)
    assert (module.loading, module.problem) == (None, None)


def test_module_that_cannot_be_parsed_says_why(survey: Survey) -> None:
    module = survey("def (\n")
    assert module.loading is None
    assert module.line == 3
    assert module.problem is not None
    assert module.problem.startswith("cannot be parsed")


def test_module_that_calls_too_much_is_not_complete(survey: Survey) -> None:
    text = "def deeper(n):\n    return deeper(n + 1)\n"
    assert survey(text + "deeper(0)\n").loading.complete  # type: ignore[union-attr]
    chain = "".join(f"def f{n}():\n    f{n + 1}()\n" for n in range(60))
    module = survey(chain + "def f60():\n    pass\nf0()\n")
    assert module.loading is not None
    assert not module.loading.complete
