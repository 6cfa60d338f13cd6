"""`fix`: what it prints, what it writes, and its exit status."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

SAFE = """\
import sqlite3

from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("a")


@app.get("/")
def page():
    return str(db.execute("SELECT 1").fetchone())
"""
UNSAFE = SAFE.replace('SELECT 1").fetchone(', 'INSERT INTO t VALUES (1)").fetchone(')
MANUAL = SAFE + '\n\nROWS = db.execute("SELECT 1")\n'
CLEAN = "from flask import Flask\n\napp = Flask(__name__)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def fix(folder: Path, text: str | None, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """The status, standard output and standard error of `fix`, as a shell would see them."""
    if text is not None:
        (folder / "app.py").write_text(text)
    command = [sys.executable, "-m", "reloadlint", "fix", "--no-cache", *arguments]
    done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_prints_a_patch_that_git_applies_and_writes_nothing(folder: Path) -> None:
    status, patch, told = fix(folder, SAFE)
    assert status == 1
    assert (folder / "app.py").read_text() == SAFE
    assert "app.py:6: RL106 can be fixed: two requests at once must not use one" in told
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=folder, check=True)
    assert "def get_db():" in (folder / "app.py").read_text()


def test_write_writes_and_tells(folder: Path) -> None:
    status, told, complained = fix(folder, SAFE, "--write")
    assert (status, complained) == (0, "")
    assert "1 fixed, 0 left.\n" in told
    assert "def get_db():" in (folder / "app.py").read_text()


def test_second_fix_has_nothing_to_do(folder: Path) -> None:
    fix(folder, SAFE, "--write")
    after = (folder / "app.py").read_bytes()
    assert fix(folder, None, "--write")[:2] == (0, "0 fixed, 0 left.\n")
    assert (folder / "app.py").read_bytes() == after


@pytest.mark.parametrize(("text", "status"), [(CLEAN, 0), (UNSAFE, 1), (MANUAL, 1)])
def test_status_without_write(folder: Path, text: str, status: int) -> None:
    assert fix(folder, text)[:2] == (status, "")


def test_unsafe_fixes_are_made_on_demand(folder: Path) -> None:
    status, told, _ = fix(folder, UNSAFE, "--write")
    assert (status, "without a commit" in told) == (1, True)
    assert (folder / "app.py").read_text() == UNSAFE
    assert fix(folder, None, "--write", "--unsafe-fixes")[0] == 0


def test_what_is_not_selected_is_left(folder: Path) -> None:
    assert fix(folder, SAFE, "--write", "--ignore", "RL106")[:2] == (0, "0 fixed, 0 left.\n")
    assert (folder / "app.py").read_text() == SAFE


def test_diff_is_shown_beside_writing(folder: Path) -> None:
    status, patch, told = fix(folder, SAFE, "--write", "--diff")
    assert status == 0
    assert patch.startswith("--- a/app.py\n+++ b/app.py\n")
    assert "1 fixed, 0 left.\n" in told


def test_color_on_demand(folder: Path) -> None:
    assert "\x1b[32m+def get_db():\x1b[0m\n" in fix(folder, SAFE, "--color", "always")[1]


def test_standard_input_is_shown_as_a_patch(folder: Path) -> None:
    status, patch, _ = fix(folder, None, "-", "--stdin-filename", "app.py", stdin=SAFE)
    assert (status, patch.splitlines()[0]) == (1, "--- a/app.py")
    assert not (folder / "app.py").exists()


def test_standard_input_cannot_be_written(folder: Path) -> None:
    status, _, complained = fix(folder, None, "-", "--write", stdin=SAFE)
    assert (status, complained.startswith("error: --write is for files")) == (2, True)


def test_file_that_cannot_be_parsed_is_left_and_said(folder: Path) -> None:
    status, _, told = fix(folder, "def f(:\n")
    assert (status, "RL901 not fixed" in told) == (1, True)


def test_strategy_is_the_users_word_on_the_role_alone(folder: Path) -> None:
    status, _, told = fix(folder, SAFE, "--strategy", "lazy")
    assert (status, "only the thread that makes it may use it" in told) == (1, True)


def test_before_request_opens_for_each_request_and_check_accepts_it(folder: Path) -> None:
    assert fix(folder, SAFE, "--before-request", "--write")[0] == 0
    after = (folder / "app.py").read_text()
    hook = "    get_db()  # reloadlint: ignore[RL302] wanted\n"
    assert f"@app.before_request\ndef open_db():\n{hook}" in after
    for options in ((), ("--before-request",)):
        assert fix(folder, None, "--write", *options)[:2] == (0, "0 fixed, 0 left.\n")
    assert (folder / "app.py").read_text() == after


def test_without_before_request_it_stays_lazy(folder: Path) -> None:
    fix(folder, SAFE, "--write")
    assert "before_request" not in (folder / "app.py").read_text()


@pytest.mark.parametrize("strategy", ["lazy", "pool", "defer", "guard"])
def test_before_request_is_refused_with_other_strategies(folder: Path, strategy: str) -> None:
    status, patch, told = fix(folder, SAFE, "--before-request", "--strategy", strategy)
    assert (status, patch) == (2, "")
    expected = f"--before-request is for strategy g, not for {strategy}; leave out one of the two"
    assert told == f"error: {expected}\n"


def test_before_request_goes_with_its_own_strategy(folder: Path) -> None:
    status, patch, _ = fix(folder, SAFE, "--before-request", "--strategy", "g")
    assert (status, "+@app.before_request\n" in patch) == (1, True)
