"""`benchmarks/versions.py` compares what every Python here says, and sees where two differ."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

VERSION = ".".join(map(str, sys.version_info[:2]))


@pytest.fixture
def versions(benchmark_module: Any) -> ModuleType:
    return benchmark_module("versions")


@pytest.fixture
def worker(benchmark_module: Any) -> ModuleType:
    return benchmark_module("versions_worker")


def answer(python: str, **said: str) -> dict[str, Any]:
    return {"python": python, "said": said}


def test_every_python_here_gives_the_same_reports_and_patches(versions, capsys):
    status = versions.main(["--fixtures", "2", "--sample", "1"])
    if status == versions.NOTHING:
        pytest.skip("only one Python here has reloadlint")
    assert status == 0, capsys.readouterr().out


def test_this_python_says_the_same_twice_with_other_seeds_orders_and_jobs(versions):
    subjects = list(versions.fixtures(1, versions.random.Random(1)))
    answers = [versions.said_by(sys.executable, subjects, order) for order in (0, 1)]
    assert versions.differences(answers) == []
    assert any('"findings"' in text for text in answers[0]["said"].values())


def test_difference_is_found_and_shown(versions):
    one, other = answer("3.10", check="status 1\na"), answer("3.13", check="status 1\nb")
    assert versions.differences([one, one]) == []
    assert versions.differences([one, other]) == [
        "check: 3.13 differs from 3.10",
        "    'a' and 'b'",
    ]


def test_run_in_which_two_differ_fails(versions, monkeypatch, capsys):
    said = iter([answer("3.10", fix="a"), answer("3.13", fix="b")])
    monkeypatch.setattr(versions, "said_by", lambda *job: next(said))
    monkeypatch.setattr(versions, "interpreters", lambda named: {"3.10": "a", "3.13": "b"})
    monkeypatch.setattr(versions, "ready", lambda path, *more: path)
    assert versions.main(["--fixtures", "0", "--sample", "0"]) == 1
    assert capsys.readouterr().out.endswith("Python 3.10, 3.13: 1 differences\n")


def test_one_python_alone_is_nothing_to_compare(versions, monkeypatch, capsys):
    monkeypatch.setattr(versions, "NAMES", ())
    assert versions.main([]) == versions.NOTHING
    assert "only one Python" in capsys.readouterr().out


def test_python_without_reloadlint_is_left_out_and_told(versions, monkeypatch, capsys):
    monkeypatch.setattr(versions, "interpreters", lambda named: {"3.9": "nowhere/python3.9"})
    assert versions.main([]) == versions.NOTHING
    assert "Python 3.9 has no reloadlint" in capsys.readouterr().out


def test_this_python_is_among_those_that_are_found(versions):
    assert versions.interpreters([])[VERSION] == sys.executable


def test_only_the_parsers_own_words_are_left_out(worker, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text("import flask, threading\nthreading.Thread().start()\n")
    (tmp_path / "broken.py").write_text("print 'x'\n")
    text = worker.said_by([*worker.COMMANDS["check"], "."])
    findings = json.loads(text.partition("\n")[2].strip())["findings"]
    left = json.loads(worker.comparable(text).partition("\n")[2].strip())["findings"]
    assert [f["code"] for f in findings] == ["RL101", "RL901"]
    assert left[0] == findings[0]
    assert left[1]["message"] == "cannot be parsed"
    assert "broken.py" in left[1]["path"]
