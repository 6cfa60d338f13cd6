"""`benchmarks/plants.py` finds what is planted: hazards that are lost, false alarms, bad fixes."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

if TYPE_CHECKING:
    from types import ModuleType

SEEDS = range(1, 30)


@pytest.fixture
def plants(benchmark_module: Any) -> ModuleType:
    return benchmark_module("plants")


def test_short_run_finds_all_plants_and_nothing_else(plants, capsys):
    assert plants.main(["--programs", "15"]) == 0
    assert capsys.readouterr().out.startswith("15 programs, ")


def test_programs_are_valid_and_the_same_for_the_same_seed(plants):
    made = [plants.program(seed) for seed in SEEDS]
    assert made == [plants.program(seed) for seed in SEEDS]
    for files, _ in made:
        ast.parse(files["app.py"])


def test_programs_hold_plants_and_traps(plants):
    truths = [truth for seed in SEEDS for truth in plants.program(seed)[1]]
    texts = "".join(plants.program(seed)[0]["app.py"] for seed in SEEDS)
    assert {code for _, code in truths} == {"RL101", "RL102", "RL106"}
    assert all(word in texts for word in ("if False:", "_trap", "Lookalike(", "Base_", "_alias"))


def changed(plants: ModuleType, monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    real = plants.check_project

    def check(*arguments: Any) -> Any:
        result = real(*arguments)
        return msgspec.structs.replace(result, findings=change(result.findings))

    monkeypatch.setattr(plants, "check_project", check)


def one_with_plants(plants: ModuleType) -> tuple[dict[str, str], set[tuple[int, str]]]:
    return next(made for seed in SEEDS if len((made := plants.program(seed))[1]) > 1)


def test_lost_hazard_is_found(plants, monkeypatch, tmp_path: Path):
    changed(plants, monkeypatch, lambda findings: findings[1:])
    (fault,) = plants.faults(*one_with_plants(plants), tmp_path)
    assert fault.endswith("is not found")


def test_false_alarm_is_found(plants, tmp_path: Path):
    files, truth = one_with_plants(plants)
    (fault,) = plants.faults(files, sorted(truth)[1:], tmp_path)
    assert fault.endswith("is found, and is none")


def test_fix_that_is_not_final_is_found(plants, monkeypatch, tmp_path: Path):
    real = plants.fix_project

    def again(*arguments: Any, **options: Any) -> Any:
        repair = real(*arguments, **options)
        again.made = again.made or repair.changes
        repair.changes = again.made
        return repair

    again.made = []
    monkeypatch.setattr(plants, "fix_project", again)
    files = {"app.py": "import sqlite3\nfrom flask import Flask\napp = Flask(__name__)\n"}
    files["app.py"] += "db = sqlite3.connect('x')\n\n\n@app.get('/')\ndef page():\n"
    files["app.py"] += "    return list(db.execute('SELECT 1'))\n"
    found = plants.faults(files, {(4, "RL106")}, tmp_path)
    assert found == ["a second fix proposes another change"]
