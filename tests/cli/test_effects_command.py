"""`effects`: what it writes where, and its exit status."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from reloadlint.cli import boundary, cli

Run = Callable[..., SimpleNamespace]

APP = """\
import cameras
import threading
from flask import Flask

app = Flask(__name__)
camera = cameras.Camera()
threading.Thread(target=print).start()
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `effects` in a folder with an application and a script."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    Path("app.py").write_text(APP, encoding="utf-8")
    Path("tool.py").write_text("import cameras\ncameras.list()\n", encoding="utf-8")

    def invoke(*arguments: str, stdin: str = "") -> SimpleNamespace:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = boundary.run(cli, ["effects", *arguments])
        written = capsys.readouterr()
        return SimpleNamespace(exit_code=status, stdout=written.out, stderr=written.err)

    return invoke


def test_effects_are_no_findings_so_the_status_is_0(run: Run) -> None:
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert "7:1  threading.Thread().start()  starts a non-daemon thread\n" in result.stdout
    assert "cameras.Camera  app.py:6\n" in result.stdout
    assert "tool.py  no Flask module: not followed\n" in result.stdout


def test_one_file_is_shown_alone(run: Run) -> None:
    assert run("tool.py", "-q").stdout == ""
    assert "tool.py" not in run("app.py").stdout


def test_all_modules_follows_scripts(run: Run) -> None:
    assert "cameras.list  tool.py:2\n" in run("tool.py", "--all-modules").stdout


def test_quiet_shows_only_what_does_something(run: Run) -> None:
    result = run("--quiet")
    assert result.stdout.startswith("app.py\n")
    assert "tool.py" not in result.stdout
    assert "followed" not in result.stdout


def test_harmless_calls_need_verbose(run: Run) -> None:
    assert "flask.Flask" not in run().stdout
    result = run("--verbose")
    assert "flask.Flask  app.py:5\n" in result.stdout
    assert result.stderr.startswith("configuration file: none\n")


def test_json_is_all_there_is_on_standard_output(run: Run) -> None:
    report = json.loads(run("--output-format", "json", "-v").stdout)
    assert report["version"] == 1
    assert [module["path"] for module in report["modules"]] == ["app.py", "tool.py"]
    assert report["summary"]["held"] == 1


def test_format_of_the_configuration_is_that_of_check(run: Run) -> None:
    Path("reloadlint.toml").write_text('output-format = "json"\n', encoding="utf-8")
    assert run("app.py").stdout.startswith("app.py\n")


def test_configuration_decides_what_is_followed(run: Run) -> None:
    Path("reloadlint.toml").write_text("all-modules = true\n", encoding="utf-8")
    assert "cameras.list" in run().stdout
    assert "cameras.list" not in run("--isolated").stdout


def test_standard_input_stands_for_a_file(run: Run) -> None:
    result = run("-", "--stdin-filename", "app.py", stdin=APP + "cameras.stop()\n")
    assert "cameras.stop  app.py:8\n" in result.stdout


def test_unreadable_standard_input_is_2(run: Run) -> None:
    result = run("-", stdin="\0")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: standard input ")


def test_file_that_cannot_be_parsed_is_shown_as_such(run: Run) -> None:
    Path("bad.py").write_text("def (\n", encoding="utf-8")
    result = run("bad.py")
    assert result.exit_code == 0
    assert result.stdout.startswith("bad.py:1\n╰─ cannot be parsed: ")


@pytest.mark.parametrize("arguments", [("missing.py",), ("--output-format", "full"), ("--nope",)])
def test_wrong_usage_is_2(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_folder_without_python_files_is_told(run: Run) -> None:
    Path("empty").mkdir()
    result = run("empty")
    assert result.exit_code == 0
    assert "no Python files in empty" in result.stderr


def test_color_is_as_asked(run: Run) -> None:
    assert "\x1b[" in run("--color", "always").stdout
    assert "\x1b[" not in run().stdout
