"""Neovim and Emacs with their own clients: they show the diagnostic, their user applies the fix."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "shared_connection" / "app.py"
ANSWERS = """\
import app
app.app.test_cli_runner().invoke(args=["init-db"])
client = app.app.test_client()
assert client.post("/", data={"text": "hello"}).status_code == 201
assert client.get("/").json[-1] == "hello"
"""
SCRIPTS = Path(__file__).parent
NEOVIM = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S"]
EMACS = ["emacs", "--batch", "-l"]


def has_eglot():
    """Whether Emacs is here, and its client with it: from version 29 on, or as a package."""
    if shutil.which("emacs") is None:
        return False
    asked = ["emacs", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    return subprocess.run(asked, capture_output=True, timeout=60, check=False).returncode == 0


def edited(command, folder):
    """What an editor says that opens the example, applies the preferred action and saves it."""
    file = folder / "app.py"
    shutil.copy(EXAMPLE, file)
    (folder / "pyproject.toml").touch()
    answers = [sys.executable, "-B", "-c", ANSWERS]
    subprocess.run(answers, cwd=folder, check=True, capture_output=True, timeout=60)
    home = str(folder / "home")
    own = {"EXAMPLE": str(file), "SERVER_PYTHON": sys.executable}
    run = subprocess.run(
        command,
        env={**os.environ, **own, "HOME": home, "XDG_STATE_HOME": home},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "def get_db():" in file.read_text()
    subprocess.run(answers, cwd=folder, check=True, capture_output=True, timeout=60)
    return run.stdout


@pytest.mark.skipif(shutil.which("nvim") is None, reason="needs Neovim (nvim)")
def test_neovim_shows_the_hazard_applies_the_fix_and_the_application_answers(tmp_path):
    said = edited([*NEOVIM, str(SCRIPTS / "neovim.lua")], tmp_path)
    assert "RL106 in line 8" in said
    assert "`flask.g`" in said


@pytest.mark.skipif(not has_eglot(), reason="needs Emacs with eglot")
def test_emacs_shows_the_hazard_applies_the_fix_and_the_application_answers(tmp_path):
    said = edited([*EMACS, str(SCRIPTS / "eglot.el")], tmp_path)
    assert "[RL106]" in said
    assert "in line 8" in said
    assert "`flask.g`" in said
