"""Neovim with its own client: it shows the diagnostic, and its user applies the fix."""

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
assert client.get("/").json == ["hello"]
"""

pytestmark = pytest.mark.skipif(shutil.which("nvim") is None, reason="needs Neovim (nvim)")


def test_neovim_shows_the_hazard_applies_the_fix_and_the_application_answers(tmp_path):
    file = tmp_path / "app.py"
    shutil.copy(EXAMPLE, file)
    (tmp_path / "pyproject.toml").touch()
    script = Path(__file__).with_name("neovim.lua")
    environment = {
        **os.environ,
        "EXAMPLE": str(file),
        "SERVER_PYTHON": sys.executable,
        "HOME": str(tmp_path / "home"),
        "XDG_STATE_HOME": str(tmp_path / "home"),
    }
    run = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", str(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "RL106 in line 8" in run.stdout
    assert "`flask.g`" in run.stdout
    assert "def get_db():" in file.read_text()
    answers = [sys.executable, "-c", ANSWERS]
    subprocess.run(answers, cwd=tmp_path, check=True, capture_output=True, timeout=60)
