"""The program itself: what it prints about itself, what it imports, how it ends in a pipe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reloadlint import __version__
from reloadlint.cli import COMMANDS, boundary, cli

Run = Callable[..., Any]


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_version(run: Run) -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"reloadlint {__version__}\n")


def test_without_command_help_is_shown_and_it_is_2(run: Run) -> None:
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: reloadlint" in result.stderr


def test_unknown_command_is_2(run: Run) -> None:
    result = run("chekc")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: No such command 'chekc'")
    assert result.stderr.endswith("see `reloadlint --help`\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_screen_with_options_in_groups(command: str, run: Run) -> None:
    result = run(command, "--help")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 80
    assert any(line.endswith(":") and line[0].isalpha() for line in lines)
    assert "  Examples:" in lines


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"]])
def test_nothing_heavy_is_imported_for_it(arguments: list[str]) -> None:
    done = python(
        "import sys, reloadlint.cli as program\n"
        f"status = program.run(program.cli, {arguments})\n"
        "heavy = {'libcst', 'rich', 'pygments'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else status)"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_module_runs_like_the_script() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reloadlint", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"reloadlint {__version__}\n"


def test_reader_that_goes_away_is_no_error() -> None:
    done = python(
        "import os, sys\n"
        "from reloadlint.cli.boundary import write\n"
        "reading, writing = os.pipe()\n"
        "os.close(reading)\n"
        "os.dup2(writing, 1)\n"
        "write('x' * 1_000_000)\n"
        "write('more')\n"
        "sys.exit(1)\n"
    )
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_stream_that_the_shell_has_closed_changes_nothing(
    closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").write_text("def (\n")
    monkeypatch.setattr(sys, closed, None)
    assert boundary.run(cli, ["check", "--no-cache", str(tmp_path)]) == 1
    assert getattr(sys, closed) is None


def test_what_the_encoding_lacks_is_escaped() -> None:
    code = "from reloadlint.cli.boundary import write; write('日\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=True,
    )
    assert done.stdout == b"\\u65e5\n"


LIBRARIES = {"click", "msgspec", "typing_extensions"}
TOML = {"tomli"} if sys.version_info < (3, 11) else set()
ALWAYS = {"cli", "errors", "garbage", "reporting", *LIBRARIES}
WARM = {
    *ALWAYS, "digests", "discovery", "edition", "findings", "linter", "project", "result_cache",
    "rules", "settings", "source", "store", *TOML,
}  # fmt: skip


def imported_for(arguments: list[str], folder: Path) -> set[str]:
    """The rooms of ours, and the libraries, of which a run imports something."""
    code = (
        "import sys\nbefore = set(sys.modules)\nimport reloadlint.cli as program\n"
        f"status = program.run(program.cli, {arguments})\n"
        "print(*(set(sys.modules) - before), file=sys.stderr)\nsys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder
    )
    names = (name.split(".") for name in done.stderr.split())
    tops = {parts[1] if parts[:1] == ["reloadlint"] and parts[1:] else parts[0] for parts in names}
    pythons_own = {*sys.stdlib_module_names, "_missing_stdlib_info"}  # of Debian's 3.15
    return tops - pythons_own - {"reloadlint"}


@pytest.fixture
def clean_project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    return tmp_path


def test_version_imports_the_command_line_alone(tmp_path: Path) -> None:
    assert imported_for(["--version"], tmp_path) == ALWAYS


def test_warm_clean_run_imports_nothing_of_the_analysis(clean_project: Path) -> None:
    cold = imported_for(["check", "."], clean_project)
    assert {"effects", "facts"} <= cold
    assert not {"libcst", "rich"} & cold
    assert imported_for(["check", "."], clean_project) == WARM
    assert imported_for(["check", "app.py"], clean_project) >= WARM
    assert imported_for(["check", "app.py"], clean_project) == WARM


def test_library_for_patterns_is_imported_where_there_are_any(clean_project: Path) -> None:
    imported_for(["check", "."], clean_project)
    (clean_project / ".gitignore").write_text("*.log\n")
    assert imported_for(["check", "."], clean_project) == WARM | {"pathspec"}


def test_warm_run_with_findings_imports_nothing_that_draws(clean_project: Path) -> None:
    with (clean_project / "app.py").open("a") as file:
        file.write("import threading\nthreading.Thread(target=app.run).start()\n")
    arguments = ["check", ".", "--exit-zero"]
    assert "rich" in imported_for(arguments, clean_project)
    assert imported_for(arguments, clean_project) == WARM
    assert "rich" in imported_for([*arguments, "--color", "always"], clean_project)
