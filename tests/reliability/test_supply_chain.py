"""What reloadlint depends on is justified and licensed, and it is built the same way twice."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{more}\n"


@pytest.fixture
def supply(benchmark_module: Any) -> ModuleType:
    return benchmark_module("supply")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Distributions that are found by their metadata."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, *more: str) -> None:
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(METADATA.format(name=name, more="\n".join(more)))

    return install


def table() -> dict[str, str]:
    """The rows of the table of dependencies: what each is for, and the license in the last cell."""
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8").partition("## What it depends")[2]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {re.findall(r"`([\w-]+)`", row[0])[0]: row[-1] for row in rows}


def declared() -> set[str]:
    optional = PROJECT["optional-dependencies"]
    needs = [*PROJECT["dependencies"], *optional["watch"], *optional["lsp"]]
    return {re.match(r"[\w-]+", need)[0] for need in needs}  # type: ignore[index]


def test_table_of_dependencies_has_each_that_is_declared_and_no_other() -> None:
    assert table().keys() == declared()


def test_licenses_in_the_table_are_those_that_are_installed(supply) -> None:
    known = supply.brought("reloadlint")
    told = {name: supply.licenses_of(known[name]) for name in table().keys() & known.keys()}
    assert {"click", "libcst", "rich"} <= told.keys()
    assert {name: {text} for name, text in table().items() if name in told} == told


def test_every_license_of_what_is_brought_is_allowed(supply, capsys) -> None:
    assert supply.main(["licenses"]) == 0
    assert "click" in capsys.readouterr().out


FAULTS = {
    "another license": ("License-Expression: GPL-3.0-only", "below: GPL-3.0-only"),
    "one of two": ("License-Expression: MIT AND AGPL-3.0-only", "below: AGPL-3.0-only"),
    "none": ("Summary: nothing is said", "below: no license"),
}


@pytest.mark.parametrize(("line", "fault"), FAULTS.values(), ids=FAULTS)
def test_license_that_is_not_allowed_is_found_deep_down(supply, installed, line, fault) -> None:
    installed("above", "Requires-Dist: between", "License-Expression: MIT")
    installed("between", "Requires-Dist: below", "License: BSD")
    installed("below", line)
    assert supply.license_faults("above") == [fault]


STATED = {
    "License-Expression: Apache-2.0 OR MIT": {"Apache-2.0", "MIT"},
    "License: MIT License": {"MIT"},
    "Classifier: License :: OSI Approved :: BSD License": {"BSD-3-Clause"},
    "Classifier: Programming Language :: Python": set(),
}


@pytest.mark.parametrize(("line", "expected"), STATED.items())
def test_license_is_read_however_it_is_stated(supply, installed, line, expected) -> None:
    installed("above", "Requires-Dist: below", "License-Expression: MIT")
    installed("below", line)
    assert supply.licenses_of(supply.brought("above")["below"]) == expected


def test_advisory_is_found(supply) -> None:
    bad = {"name": "click", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
    report = json.dumps({"dependencies": [{"name": "rich", "vulns": []}, bad]})
    assert supply.advisories(report, "") == ["click: PYSEC-1"]


REPORTS = {
    "no report": ("", "Traceback\nConnectionError: no network", "ConnectionError: no network"),
    "left out": ('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', "", "not found"),
}


@pytest.mark.parametrize(("out", "err", "said"), REPORTS.values(), ids=REPORTS)
def test_what_could_not_be_looked_up_is_told(supply, capsys, out, err, said) -> None:
    assert supply.advisories(out, err) == []
    assert capsys.readouterr().out == f"not looked up: {said}\n"


def test_build_that_differs_is_found(supply, monkeypatch, capsys) -> None:
    made = iter([{"a.whl": "1", "a.tar.gz": "2"}, {"a.whl": "1", "a.tar.gz": "3"}])
    monkeypatch.setattr(supply, "built", lambda folder: next(made))
    monkeypatch.setattr(supply, "copied", lambda source, folder: None)
    monkeypatch.setattr(supply, "find_spec", lambda name: True)
    assert supply.main(["build"]) == 1
    assert capsys.readouterr().out.endswith("FAULT a.tar.gz is not the same twice\n")


def test_two_builds_of_the_same_source_are_the_same(supply) -> None:
    pytest.importorskip("hatchling", reason="hatchling builds it")
    assert supply.build_faults() == []
