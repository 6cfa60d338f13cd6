"""`benchmarks/crash.py` finds what is planted: failures, hangs, results that don't hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reloadlint.fixes.files import Change
from reloadlint.source import SourceFile

if TYPE_CHECKING:
    from types import ModuleType

STARTS = "import threading\nt = threading.Thread(target=print)\nt.start()\n"
SHOP = """\
import sqlite3
from flask import Flask
app = Flask(__name__)
db = sqlite3.connect("shop.sqlite3")
@app.get("/")
def names():
    return list(db.execute("SELECT name FROM guests"))
"""


@pytest.fixture
def crash(benchmark_module: Any) -> ModuleType:
    return benchmark_module("crash")


@pytest.fixture
def worker(benchmark_module: Any) -> ModuleType:
    return benchmark_module("crash_worker")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP)
    return folder


def answers(journal: Path) -> dict[str, dict[str, Any]]:
    entries = map(json.loads, journal.read_text().splitlines())
    return {Path(entry["subject"]).name: entry for entry in entries}


def test_sound_files_are_fixed_in_copies_and_do_not_fail(crash, shop, tmp_path, capsys):
    (shop / "same.py").write_text(SHOP)
    (shop / "no_text.py").write_bytes(b"\xff\xfe\0")
    (shop / "broken.py").write_text("def f(:\n")
    assert crash.main([str(shop), "--journal", str(tmp_path / "journal")]) == 0
    assert "3 subjects" in capsys.readouterr().out
    tried = answers(tmp_path / "journal")
    assert tried.keys() == {"same.py", "no_text.py", "broken.py"}
    assert tried["same.py"]["fixed"] >= 1
    assert "second fix" in tried["same.py"]["seconds"]
    assert (shop / "shop.py").read_text() == SHOP


def test_projects_are_folders_whose_modules_know_each_other(crash, shop, tmp_path, capsys):
    (shop / "views.py").write_text("from .shop import db\nprint(db)\n")
    (shop / "__init__.py").touch()
    journal = tmp_path / "journal"
    assert crash.main(["--projects", str(tmp_path), "--journal", str(journal)]) == 0
    assert capsys.readouterr().out.startswith("1 subjects (3 files")


def test_run_goes_on_where_it_was_stopped_and_tries_failures_again(crash, shop, tmp_path):
    (shop / "second.py").write_text("x = 1\n")
    journal = tmp_path / "journal"
    kept = [
        {"subject": str(shop.resolve() / "shop.py"), "problems": [], "seconds": {}, "files": 7},
        {"subject": str(shop.resolve() / "second.py"), "problems": ["was bad"], "seconds": {}},
    ]
    journal.write_text("".join(json.dumps(entry) + "\n" for entry in kept) + '{"subj')
    crash.Journal(journal)
    assert [crash.Journal(journal).holds(Path(entry["subject"])) for entry in kept] == [True, False]


def test_sample_is_the_same_for_the_same_seed(crash, tmp_path, monkeypatch):
    for number in range(20):
        (tmp_path / f"m{number}.py").write_text(f"x = {number}\n")
    asked: list[str] = []

    def note(self: Any, subject: Path) -> dict[str, Any]:
        asked.append(subject.name)
        return {"problems": [], "seconds": {}}

    monkeypatch.setattr(crash.Worker, "ask", note)
    for seed in ("1", "1", "2"):
        crash.main([str(tmp_path), "--sample", "5", "--seed", seed])
    assert asked[:5] == asked[5:10] != asked[10:]


def test_run_that_finds_no_file_fails(crash, tmp_path):
    assert crash.main([str(tmp_path)]) == 1


# Planted faults


def test_exception_of_a_command_is_found(worker, shop, monkeypatch):
    def fail(*arguments: Any) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(worker, "check_project", fail)
    (problem,) = worker.answer(shop / "shop.py")["problems"]
    assert problem.startswith("check: KeyError at test_crash_run.py:")


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        ("def f(:\n", "does not compile"),
        ("# once more\n", "fix: a second pass proposes another change"),
    ],
)
def test_result_that_does_not_hold_is_found(worker, shop, monkeypatch, added, problem):
    real = worker.fix_project

    def also(*arguments: Any, **options: Any) -> Any:
        repair = real(*arguments, **options)
        source = SourceFile.read(arguments[0][0] / "shop.py")
        repair.changes = [Change(source, source.text + added)]
        return repair

    monkeypatch.setattr(worker, "fix_project", also)
    assert any(problem in line for line in worker.answer(shop / "shop.py")["problems"])


def test_command_that_takes_too_long_is_found(crash):
    answer = {"seconds": {"check": 10.5, "fix": 3.0}, "files": 100}
    assert crash.slow(answer, 10.0, project=False) == ["check: took 10.5 s"]
    assert crash.slow(answer, 10.0, project=True) == []


@pytest.mark.parametrize(
    ("does", "problem"),
    [("os.abort()", "died with status -6"), ("signal.pause()", "gave no answer")],
)
def test_worker_that_dies_or_hangs_is_found_and_replaced(
    crash, tmp_path, monkeypatch, does, problem
):
    program = (
        "import os, signal, sys\nprint('{}', flush=True)\n"
        f"for line in sys.stdin:\n    if 'bad' in line:\n        {does}\n"
        '    print(\'{"problems": [], "seconds": {}}\', flush=True)\n'
    )
    (tmp_path / "crash_worker.py").write_text(program)
    monkeypatch.setattr(crash, "HERE", tmp_path)
    worker = crash.Worker(silence=60.0)
    if does == "signal.pause()":
        waiting = iter([([1], [], []), ([], [], []), ([1], [], []), ([1], [], [])])
        monkeypatch.setattr(crash.select, "select", lambda *streams: next(waiting))
    try:
        assert problem in worker.ask(Path("bad.py"))["problems"][0]
        assert worker.ask(Path("good.py"))["problems"] == []
    finally:
        worker.end()
