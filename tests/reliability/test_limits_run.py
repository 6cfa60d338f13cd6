"""`benchmarks/limits.py` finds what is planted: what takes too long, too much, or isn't said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def limits(benchmark_module: Any) -> ModuleType:
    return benchmark_module("limits")


def report(*findings: tuple[str, str]) -> str:
    return json.dumps({"findings": [{"path": p, "message": m} for p, m in findings]})


def test_deep_nesting_is_refused_in_one_line_and_the_rest_is_checked(limits, capsys):
    assert limits.main(["--short", "nested"]) == 0
    assert capsys.readouterr().out.startswith("nested")


FAULTS = {
    "status": ((-9, "", "", ""), "ended with -9"),
    "complaint": ((1, report(("plain.py", "")), "Traceback\n", ""), "wrote 'Traceback'"),
    "lost hazard": ((0, report(), "", ""), "the hazard in plain.py is lost"),
    "silence": ((1, report(("plain.py", "")), "", "too deep"), "does not say 'too deep'"),
}


@pytest.mark.parametrize(("ended", "fault"), FAULTS.values(), ids=FAULTS)
def test_run_that_ends_otherwise_is_found(limits, ended, fault):
    assert limits.faults_of(*ended, "check") == [fault]


def test_what_was_left_out_may_be_said_on_standard_error(limits):
    told = "warning: deep.py: runs more than is followed"
    assert limits.faults_of(1, report(("plain.py", "")), told, "is followed", "check") == []
    assert limits.faults_of(1, report(("plain.py", "")), told, "", "check") == [f"wrote {told!r}"]


def test_run_without_fault_is_none(limits):
    assert limits.faults_of(1, report(("plain.py", "deep")), "", "deep", "check") == []


def test_too_little_memory_or_time_is_found(limits, capsys, monkeypatch):
    case = limits.CASES[0]._replace(megabytes=40)
    slow = limits.CASES[3]._replace(name="slow", seconds=0.01)
    monkeypatch.setattr(limits, "CASES", [case._replace(short=1), slow])
    assert limits.main(["--short"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "ended with" in lines[0]
    assert "and may take 0" in lines[1]
