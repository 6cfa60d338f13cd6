"""The programs in `benchmarks/` that measure speed: what they make, and what they say of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import peers  # noqa: E402 - a script, not a package
import scale  # noqa: E402

#: A thousand lines of each of eleven real packages have so many, at least and at most.
OF_REAL_PACKAGES = {
    "FunctionDef": (27, 53),
    "ClassDef": (2, 10),
    "Call": (137, 398),
    "Name": (628, 1179),
    "Attribute": (214, 720),
    "If": (29, 86),
    "Assign": (97, 243),
    "Return": (23, 81),
}


def test_generated_program_has_real_proportions() -> None:
    made = scale.proportions(scale.program(20_000))
    outside = {
        kind: made[kind]
        for kind, (least, most) in OF_REAL_PACKAGES.items()
        if not least <= made[kind] <= most
    }
    assert outside == {}


def test_program_has_the_size_that_was_asked_for_and_is_always_the_same() -> None:
    files = scale.program(5_000)
    assert sum(text.count("\n") for text in files.values()) == pytest.approx(5_000, rel=0.2)
    assert files == scale.program(5_000)
    assert files != scale.program(5_000, seed=1)


def test_check_of_a_generated_program_is_measured_with_what_it_finds() -> None:
    cost = scale.measured(scale.program(1_000), jobs=1)
    assert cost.found == 1
    assert cost.lines > 1_000
    assert cost.seconds > 0
    assert cost.memory > 1


def cost(elapsed: float) -> peers.Cost:
    return peers.Cost(elapsed, elapsed, 10.0)


def test_limit_is_told_as_kept_or_missed() -> None:
    costs = {"cold": cost(1.0), "warm": cost(0.1), "file": cost(0.1), "import click": cost(0.05)}
    lines = "\n".join(peers.table("package", 10, {**costs, "Lifeguard": cost(0.7)}))
    assert "cold   is   1.43 x Lifeguard            at most  1.50: kept" in lines
    lines = "\n".join(peers.table("package", 10, {**costs, "Lifeguard": cost(0.6)}))
    assert "cold   is   1.67 x Lifeguard            at most  1.50: missed" in lines
    assert "bandit" not in lines


def test_every_limit_is_about_a_command_that_is_measured() -> None:
    assert {ours for ours, _ in peers.LIMITS} <= peers.OURS.keys()
    assert {peer for _, peer in peers.LIMITS} <= {*peers.PEERS, *peers.FLOORS}
