"""`DEBUG` in an application's configuration: it decides on the reloader as `app.debug` does."""

from __future__ import annotations

from pathlib import Path

import pytest

from reloadlint.linter import check_project
from reloadlint.settings import Settings

CLASSES = """\
class Base:
    DEBUG = False


class Dev(Base):
    DEBUG = True


class Named:
    NAME = "shop"

"""


def _found(folder: Path, settings: str, run: str = "app.run()") -> list[tuple[str, str]]:
    (folder / "conf.py").write_text(f"DEBUG = True\n\n{CLASSES}", encoding="utf-8")
    (folder / "app.py").write_text(
        "import os\nimport threading\n\nfrom flask import Flask\n\nimport conf\n\n"
        f"app = Flask(__name__)\nDEBUG = True\n{CLASSES}\n{settings}\n"
        'if __name__ == "__main__":\n'
        "    threading.Thread(target=print, daemon=True).start()\n"
        f"    {run}\n",
        encoding="utf-8",
    )
    findings = check_project([folder], Settings(follow_installed=False, cache=False)).findings
    return [(finding.code, finding.confidence) for finding in findings]


@pytest.mark.parametrize(
    "settings",
    [
        "app.config.from_object(Dev)",
        "app.config.from_object(Dev())",
        "app.config.from_object({'dev': Dev, 'other': Base}['dev'])",
        "app.config.from_object(conf)",
        "app.config.from_object(__name__)",
        "app.config.from_object('conf')",
        "app.config.from_object('conf.Dev')",
        "app.config.from_object('conf:Dev')",
        "app.config.from_mapping(DEBUG=True)",
        "app.config.from_mapping({'DEBUG': True})",
        "app.config.update(NAME='shop', DEBUG=True)",
        "app.config.update(dict(DEBUG=True))",
    ],
)
def test_start_is_reported_where_the_settings_turn_debugging_on(
    tmp_path: Path, settings: str
) -> None:
    assert _found(tmp_path, settings) == [("RL401", "certain")]


@pytest.mark.parametrize(
    "settings",
    [
        "if os.environ.get('DEV'):\n    app.config.from_object(Dev)",
        "if os.environ.get('DEV'):\n    app.config['DEBUG'] = True",
        "if os.environ.get('DEV'):\n    app.debug = True",
        "app.config.from_object(Dev if os.environ.get('DEV') else Base)",
        "app.config.from_object({'dev': Dev, 'other': Base}[os.environ['ENV']])",
    ],
)
def test_start_is_likely_where_the_environment_chooses_the_settings(
    tmp_path: Path, settings: str
) -> None:
    assert _found(tmp_path, settings) == [("RL401", "likely")]


@pytest.mark.parametrize(
    "settings",
    [
        "app.config.from_object(Base)",
        "app.config.from_object(Named)",
        "app.config.from_object('conf.Base')",
        "app.config.from_object('not_there')",
        "app.config.from_object(os.environ['SETTINGS'])",
        "app.config.from_object(Dev)\napp.config.from_object(Base)",
        "app.config.from_mapping(NAME='shop')",
        "app.config.update(unknown)",
        "{}.update(DEBUG=True)",
    ],
)
def test_nothing_is_said_where_the_settings_leave_debugging_off(
    tmp_path: Path, settings: str
) -> None:
    assert not _found(tmp_path, settings)


@pytest.mark.parametrize("run", ["app.run(debug=False)", "app.run(use_reloader=False)"])
def test_what_the_run_says_goes_before_the_settings(tmp_path: Path, run: str) -> None:
    assert not _found(tmp_path, "app.config.from_object(Dev)", run)
