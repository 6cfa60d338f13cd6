"""Programs made of Python's grammar are checked and fixed (`benchmarks/syntax.py`, short)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

pytest.importorskip("hypothesmith", reason="hypothesmith makes the programs")


@pytest.fixture
def syntax(benchmark_module: Any) -> ModuleType:
    return benchmark_module("syntax")


def test_valid_syntax_of_any_kind_is_checked_and_fixed(syntax, capsys):
    assert syntax.main(["--examples", "12"]) == 0
    assert capsys.readouterr().out.endswith(" programs, none with a fault\n")


def test_command_that_fails_is_found(syntax, monkeypatch):
    def fail(*arguments: Any, **options: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("crash_worker.fix_project", fail)
    problems = syntax.problems("x = 1")
    assert [p.partition(" at ")[0] for p in problems][-1] == "fix --app-factory: RuntimeError"


def test_run_with_a_problem_fails_and_shows_a_small_program(syntax, monkeypatch, capsys):
    monkeypatch.setattr(syntax, "problems", lambda text: ["planted"])
    assert syntax.main(["--examples", "2", "--no-shrink"]) == 1
    assert capsys.readouterr().out.startswith("planted\n")


def test_valid_syntax_that_is_refused_is_found(syntax, monkeypatch):
    monkeypatch.setattr("reloadlint.syntax.ast.parse", refuse)
    (problem,) = syntax.problems("x = 1")
    assert problem.startswith("valid syntax is refused: cannot be parsed: planted")


def test_program_that_no_python_compiles_is_left_out(syntax):
    assert syntax.problems("return 1") == []


def refuse(*arguments: Any) -> None:
    raise SyntaxError("planted")
