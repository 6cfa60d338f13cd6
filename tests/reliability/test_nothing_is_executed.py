"""`check`, `fix` and `effects` run and import nothing of a project that is set as a trap.

Each file of the project and of its environment leaves a mark when it is run, and an audit hook
notes what code is executed, from which file, and which processes and connections there are.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from fixes.harness import tree
from reliability.watched import Watched, watched

NAMES = """\
setup conftest sitecustomize usercustomize flask werkzeug reloadlint_plugin trap ast click typing
json re rich msgspec libcst pathspec tomllib tomli enum dataclasses pathlib logging symtable
tokenize hashlib tempfile __future__ __main__
"""
OF_PYTHON = "contextlib importlib warnings types reloadlint"
"""What `python -m` itself imports from the working directory before any of our code runs."""
HAZARD = """\
import sqlite3
import threading
from flask import Flask
import trap

app = Flask(__name__)
db = sqlite3.connect("shop.sqlite3")
threading.Thread(target=print).start()


@app.get("/")
def names():
    return list(db.execute("SELECT name FROM guests"))


if __name__ == "__main__":
    app.run(debug=True)
"""
ENTRY = """\
[[callable]]
name = "shipped.start"
library = "shipped"
when = "eager"
effects = ["thread"]
role = "service"
cure = "guard"
"""
POINTS = """\
[reloadlint.catalog]
shipped = shipped
[reloadlint]
shipped = shipped:plugin
[flask.commands]
shipped = shipped:command
[console_scripts]
reloadlint = shipped:main
"""


class Trap:
    """A project and an environment; `marks` holds a file for each of their files that was run."""

    def __init__(self, folder: Path) -> None:
        self.marks = folder / "marks"
        self.marks.mkdir()
        self.project = folder / "project"
        self.project.mkdir()
        self.environment = folder / "environment"
        self._scratch = folder
        for name in NAMES.split():
            self.set(self.project / f"{name}.py")
        self.set(self.project / "app.py", HAZARD)
        self.set(self.project / "shop" / "__init__.py")
        (self.project / "start.pth").write_text("import trap\n")
        (self.project / "pyproject.toml").write_text("[tool.reloadlint]\nall-modules = true\n")
        self._set_environment()

    def run(self, *arguments: str) -> Watched:
        """Run Python in the project."""
        forbidden = [self.project, self.environment]
        return watched(list(arguments), self.project, forbidden, self._scratch)

    @property
    def sprung(self) -> list[str]:
        """Names of what left a mark."""
        return sorted(path.name for path in self.marks.iterdir())

    def set(self, path: Path, text: str = "") -> None:
        """Write a file that leaves a mark when it is run."""
        path.parent.mkdir(parents=True, exist_ok=True)
        mark = str(self.marks / path.name)
        path.write_text(f"{text}\nopen({mark!r}, 'w').close()\n")

    def _set_environment(self) -> None:
        """An environment whose interpreter is a script, with code that runs when Python starts."""
        site = self.environment / "lib" / "python3.11" / "site-packages"
        for name in ("trap", "shipped", "sitecustomize", "usercustomize", "libcst", "click"):
            self.set(site / f"{name}.py")
        (site / "start.pth").write_text(f"import trap\n{self.project}\n")
        metadata = site / "shipped-1.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shipped\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text(POINTS)
        (site / "shipped.toml").write_text(ENTRY)
        python = self.environment / "bin" / "python"
        python.parent.mkdir()
        python.write_text(f"#!/bin/sh\n: > '{self.marks / 'interpreter'}'\n")
        python.chmod(0o755)
        (self.environment / "pyvenv.cfg").write_text(f"home = {self.project}\n")


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path)


SCRIPT = str(Path(sysconfig.get_path("scripts")) / "reloadlint")
COMMANDS = {
    "check": ("check", "--no-cache", "--output-format", "concise"),
    "check with an environment": ("check", "--no-cache", "--python", "../environment"),
    "check with an interpreter": ("check", "--no-cache", "--python", "../environment/bin/python"),
    "check with an interpreter of the project": ("check", "--no-cache", "--python", "./trap.py"),
    "fix": ("fix", "--no-cache", "--unsafe-fixes", "--app-factory"),
    "effects": ("effects", "--no-cache", "app.py"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_of_the_project_or_its_environment_is_run(
    trap: Trap, command: tuple[str, ...]
) -> None:
    before = tree(trap.project)
    done = trap.run("-m", "reloadlint", *command)
    assert (done.status in (0, 1), trap.sprung, done.executed) == (True, [], []), done.complained
    assert "Thread" in done.said
    assert tree(trap.project) == before


@pytest.mark.skipif(not Path(SCRIPT).is_file(), reason="the script isn't installed")
def test_installed_script_runs_nothing_either(trap: Trap) -> None:
    for name in OF_PYTHON.split():
        trap.set(trap.project / f"{name}.py")
    done = trap.run(SCRIPT, "fix", "--no-cache", "--write", "--unsafe-fixes")
    assert (done.status in (0, 1), trap.sprung, done.executed) == (True, [], []), done.complained
    assert "g.db" in (trap.project / "app.py").read_text()


ODD = {
    "number for a list": "select = 3",
    "code for a code": "select = [\"__import__('trap')\"]",
    "list for an interpreter": 'python = ["./trap.py"]',
    "entry that names a function": 'catalog = { "trap:start" = "trap:entry" }',
    "entry with a callable": '[tool.reloadlint.catalog."trap.start"]\neffects = "trap:effects"',
    "catalogue that is a program": 'catalog-files = ["trap.py"]',
    "baseline that is a program": 'baseline = "trap.py"',
    "no table": "",
}


@pytest.mark.parametrize("setting", ODD.values(), ids=ODD)
def test_odd_setting_is_one_line_and_runs_nothing(
    trap: Trap, setting: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from reloadlint.cli import boundary, cli

    text = f"[tool.reloadlint]\n{setting}\n" if setting else "[tool]\nreloadlint = 1\n"
    (trap.project / "pyproject.toml").write_text(text)
    monkeypatch.chdir(trap.project)
    status = boundary.run(cli, ["check", "--no-cache"])
    errors = capsys.readouterr().err
    assert (status, errors.count("\n"), trap.sprung) == (2, 1, []), errors
    assert errors.startswith("error: ")


def test_project_set_as_a_trap_springs_when_it_is_run(trap: Trap) -> None:
    """What the other tests rely on: marks and hook tell of code, of modules and of processes."""
    program = (
        "import sys; del sys.path[0]; import subprocess; sys.path.insert(0, '.'); import trap; "
        "subprocess.run(['../environment/bin/python'])"
    )
    done = trap.run("-c", program)
    assert {"interpreter", "trap.py"} <= set(trap.sprung)
    kinds = {line.partition(" ")[0] for line in done.executed}
    assert {"exec", "loaded", "subprocess.Popen"} <= kinds
