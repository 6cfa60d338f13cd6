"""`corpus.py fix`: copies are fixed, and what must not change is looked at."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"

SHOP = """\
import sqlite3

from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("guests.sqlite3")


@app.get("/")
def guests():
    return [name for (name,) in db.execute("SELECT name FROM guests")]
"""


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("corpus_script", BENCHMARKS / "corpus.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "corpus_script", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fixing(tool: ModuleType) -> ModuleType:
    return importlib.import_module("fixing")


def test_packages_stay_as_they_are_and_copies_are_fixed(tmp_path, tool, capsys):
    package = tmp_path / "packages" / "shop-1"
    package.mkdir(parents=True)
    (package / "shop.py").write_text(SHOP)
    (package / "data.bin").write_bytes(b"\xff\x00")
    status = tool.main(["fix", "--folder", str(package.parent), "--python", sys.executable])
    _, line = capsys.readouterr().out.splitlines()
    assert status == 0, line
    assert line.split() == ["shop-1", "1", "1", "1", "0"]
    assert (package / "shop.py").read_text() == SHOP


def test_failure_of_an_import_is_no_difference_if_it_was_there_before(tmp_path, tool, capsys):
    package = tmp_path / "packages" / "shop-1"
    package.mkdir(parents=True)
    (package / "shop.py").write_text(SHOP + "\n\nimport there_is_no_such_library\n")
    assert tool.main(["fix", "--folder", str(package.parent), "--python", sys.executable]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["shop-1", "1", "1", "0", "1"]


def test_module_that_cannot_be_imported_any_more_is_said(tmp_path, fixing):
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, text in ((before, "x = 1\n"), (after, "x = y\n")):
        folder.mkdir()
        (folder / "app.py").write_text(text)
    trial = fixing.Trial("shop", changed=["app.py"])
    fixing.compare_imports(trial, before, after, Path(sys.executable))
    assert trial.wrong == ["app.py can't be imported any more: NameError name 'y' is not defined"]


def test_file_that_changes_without_being_named_is_said(tmp_path, fixing):
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, text in ((before, "x = 1\n"), (after, "x = 2\n")):
        folder.mkdir()
        (folder / "app.py").write_text(text)
    assert list(fixing.unrelated(before, after, [], set())) == [
        "app.py has changed, and the patch doesn't say so"
    ]


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        ("x = 1\ny = get_db()\n", []),
        ("if z:\n    x = 1\ny = db\n", []),
        ("y = db\nx = 1\n", []),
        ("x = 2\ny = db\n", ["the line 'x = 1' is gone"]),
        ("y = db\n", ["the line 'x = 1' is gone"]),
    ],
)
def test_lines_that_name_nothing_of_the_fix_stay_or_move(fixing, after, gone):
    assert list(fixing.lost(b"x = 1\ny = db\n", after.encode(), {"db", "get_db"})) == gone


def test_file_that_does_not_compile_is_said(tmp_path, fixing):
    (tmp_path / "app.py").write_text("def f(:\n")
    (complaint,) = fixing.uncompiled(tmp_path, ["app.py"])
    assert complaint.startswith("app.py doesn't compile any more")
