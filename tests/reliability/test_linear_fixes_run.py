"""`benchmarks/linear_fixes.py` finds what is planted: growth, and what isn't fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def linear(benchmark_module: Any) -> ModuleType:
    return benchmark_module("linear_fixes")


def test_each_shape_is_fixed_whole(linear):
    for shape, files in linear.SHAPES.items():
        cost = linear.fix(files(2))
        assert (shape, cost.left) == (shape, 0)
        assert cost.fixed in (1, 2)


@pytest.mark.parametrize(
    ("left", "power", "status"), [(0, 1.0, 0), (0, 2.0, 1), (1, 1.0, 1)], ids=["", "grows", "left"]
)
def test_growth_and_what_is_left_are_found(linear, monkeypatch, capsys, left, power, status):
    def measured(shape: str, size: int) -> Any:
        return linear.Cost(size, left, size**power / 1000)

    monkeypatch.setattr(linear, "measured", measured)
    assert linear.main(["--short", "clients_of_a_file"]) == status
    assert ("MORE THAN LINEAR" in capsys.readouterr().out) == (power > 1)
