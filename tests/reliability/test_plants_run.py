"""`benchmarks/plants.py` finds what is planted: hazards that are lost, false alarms, bad fixes."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SEEDS = range(1, 40)
APP = """\
import sqlite3
from flask import Flask
app = Flask(__name__)
db = sqlite3.connect('x')


@app.get('/')
def page():
    return str(db.execute('SELECT 1').fetchone())
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="programs run in forked processes")


@pytest.fixture
def plants(benchmark_module: Any) -> ModuleType:
    return benchmark_module("plants")


@pytest.fixture
def planting(benchmark_module: Any) -> ModuleType:
    return benchmark_module("planting")


@pytest.fixture
def served(benchmark_module: Any) -> ModuleType:
    return benchmark_module("planting_served")


@pytest.fixture
def runs(benchmark_module: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with benchmark_module("plants_running").runner(tmp_path_factory.mktemp("runs")) as runner:
        yield runner


def test_short_run_finds_all_plants_and_nothing_else(plants, capsys):
    assert plants.main(["--programs", "8", "--applications", "5"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("8 programs, ")
    assert second.startswith("5 applications, ")


def test_programs_are_valid_and_the_same_for_the_same_seed(planting):
    made = [planting.program(seed) for seed in SEEDS]
    assert made == [planting.program(seed) for seed in SEEDS]
    for files, _ in made:
        for text in files.values():
            ast.parse(text)


def test_applications_are_valid_and_the_same_for_the_same_seed(served):
    made = [served.application(seed) for seed in SEEDS]
    assert made == [served.application(seed) for seed in SEEDS]
    for application in made:
        for text in application.files.values():
            ast.parse(text)


def test_programs_hold_plants_and_traps(planting):
    made = [planting.program(seed) for seed in SEEDS]
    texts = "".join(text for files, _ in made for text in files.values())
    assert {code for _, truth in made for _, code in truth} == {"RL101", "RL102", "RL106"}
    words = ("if False:", "_trap", "Lookalike(", "Base_", "_alias", "from m_", "sqlite3=Fake")
    assert all(word in texts for word in words)


def changed(plants: ModuleType, monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    real = plants.check_project

    def check(*arguments: Any) -> Any:
        result = real(*arguments)
        return msgspec.structs.replace(result, findings=change(result.findings))

    monkeypatch.setattr(plants, "check_project", check)


def one_with_plants(planting: ModuleType) -> tuple[dict[str, str], set[tuple[int, str]]]:
    return next(made for seed in SEEDS if len((made := planting.program(seed))[1]) > 1)


def test_lost_hazard_is_found(plants, planting, runs, monkeypatch, tmp_path: Path):
    changed(plants, monkeypatch, lambda findings: findings[1:])
    (fault,) = plants.loading_faults(*one_with_plants(planting), tmp_path, runs)
    assert fault.endswith("is not found")


def test_false_alarm_is_found_and_so_is_what_is_really_held(plants, planting, runs, tmp_path: Path):
    files, truth = one_with_plants(planting)
    found = plants.loading_faults(files, sorted(truth)[1:], tmp_path, runs)
    assert [fault.partition(" is ")[2] for fault in found] == ["found, and is none", "held"]


def test_fix_that_is_not_final_is_found(plants, runs, monkeypatch, tmp_path: Path):
    real = plants.fix_project

    def again(*arguments: Any, **options: Any) -> Any:
        repair = real(*arguments, **options)
        again.made = again.made or repair.changes
        repair.changes = again.made
        return repair

    again.made = []
    monkeypatch.setattr(plants, "fix_project", again)
    found = plants.loading_faults({"app.py": APP}, {(4, "RL106")}, tmp_path, runs)
    assert found == ["a second fix proposes another change"]


BAD_FIXES = {
    "another answer": ("SELECT 1", "SELECT 2", "/ answers"),
    "an error": ("return str(", "return (", "/ answers"),
    "what is still open": ("Flask(__name__)", "Flask(__name__)\nstill = open_it()", "is held"),
    "a leak": ("return str(", "left.append(open_it())\n    return str(", "leave something behind"),
    "no start": ("import sqlite3", "import sqlite3, nowhere", "ModuleNotFoundError"),
}


@pytest.mark.parametrize(("old", "new", "said"), BAD_FIXES.values(), ids=BAD_FIXES)
def test_bad_fix_is_found(plants, served, runs, monkeypatch, tmp_path: Path, old, new, said):
    """What `fix` makes of the application is spoilt after it has been written."""
    real = plants.fixed

    def spoilt(folder: Path, **options: Any) -> Any:
        made = real(folder, **options)
        file = folder / "app.py"
        file.write_text(file.read_text().replace(old, new))
        return made

    (tmp_path / "opening.py").write_text(
        "def open_it():\n    return eval(\"__import__('sqlite3').connect('y')\")\n"
    )
    text = f"from opening import open_it\nleft = []\n{APP}"
    monkeypatch.setattr(plants, "fixed", spoilt)
    made = served.Served({"app.py": text}, "app:app", ("/",), {("app.py", 6)}, doubtful=True)
    found = plants.serving_faults(made, tmp_path, runs)
    assert [fault for fault in found if fault.startswith("fix: ")]
    assert any(said in fault for fault in found)


def test_application_that_answers_as_before_has_no_fault(plants, served, runs, tmp_path: Path):
    made = served.Served({"app.py": APP}, "app:app", ("/",), {("app.py", 4)}, doubtful=False)
    assert plants.serving_faults(made, tmp_path, runs) == []
    assert "get_db()" in (tmp_path / "app.py").read_text()
