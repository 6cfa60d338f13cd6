"""`benchmarks/mutants.py` tells changes that tests notice from those that they don't."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

TEXT = "def least(a: int | None, b: int) -> int | None:\n    return a if a < b else b\n"
TEST = "from least import least\ndef test_least():\n    assert least({}) == 1\n"


@pytest.fixture
def mutants(benchmark_module: Any) -> ModuleType:
    return benchmark_module("mutants")


@pytest.mark.parametrize(("arguments", "alive"), [("1, 2", False), ("1, 1", True)])
def test_change_survives_only_tests_that_do_not_look(mutants, tmp_path: Path, arguments, alive):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "least.py").write_text(TEXT)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "test_least.py").write_text(TEST.format(arguments))
    after = TEXT.replace("<", ">")
    mutant = mutants.Mutant("src/least.py", 2, "", "", "", after)
    assert mutants.survives(mutant, tmp_path, ["test_least.py"]) == alive
    assert (tmp_path / "src" / "least.py").read_text() == TEXT


def test_changes_of_annotations_are_left_out(mutants):
    pytest.importorskip("cosmic_ray", reason="cosmic-ray makes the changes")
    spots = list(mutants.spots_of(TEXT))
    assert {spot.line for spot in spots} == {2}
    made = [mutants.changed(TEXT, "least.py", spot) for spot in spots]
    assert "return a if a > b else b" in [m.after for m in made if m]


def test_commands_without_what_they_need_say_so(mutants, monkeypatch, capsys):
    monkeypatch.setattr(mutants, "find_spec", lambda name: None)
    assert mutants.main(["--coverage", "nowhere"]) == mutants.MISSING
    assert "pip install cosmic-ray" in capsys.readouterr().out


def test_name_of_coverage_is_found_again_as_pytest_has_it(mutants, tmp_path: Path):
    (tmp_path / "fixes").mkdir()
    (tmp_path / "fixes" / "test_g.py").write_text("def test_one():\n    pass\n")
    node = f"{tmp_path / 'fixes' / 'test_g.py'}::test_one"
    assert mutants.node_id("fixes.test_g.test_one", tmp_path) == node
    assert mutants.node_id("test_g.test_one", tmp_path) == node
    assert mutants.node_id("test_g.test_gone", tmp_path) is None
