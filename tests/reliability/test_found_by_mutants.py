"""What `benchmarks/mutants.py` changed in the source without any test noticing; now these do."""

from __future__ import annotations

from pathlib import Path

import pytest

from reloadlint.fixer import fix_project
from reloadlint.fixes.reading import start_files
from reloadlint.settings import Settings

SETTINGS = Settings(cache=False, follow_installed=False, select=("RL106",))
APP = """\
import sqlite3
from boxes import Box
from flask import Flask
app = Flask(__name__)
db = sqlite3.connect("x")
kept = []
@app.get("/")
def page():
    {statement}
    return "kept"
"""


@pytest.mark.parametrize(
    ("statement", "doubted"),
    [("kept.append(Box(db))", True), ("kept.append(len(str(db)))", False)],
)
def test_what_a_class_of_another_library_is_made_of_is_kept_with_it(
    tmp_path: Path, statement: str, doubted: bool
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text(APP.format(statement=statement))
    (outcome,) = fix_project([tmp_path], SETTINGS).outcomes
    assert ("kept by `append`" in (outcome.reason or "")) == doubted


def test_file_that_says_how_a_program_is_started_is_read_up_to_a_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_files, "_LARGEST", 3)
    texts = {}
    for text in ("ab", "abc", "abcd"):
        (tmp_path / "Procfile").write_text(text)
        texts[text] = start_files._text(tmp_path / "Procfile")
    assert texts == {"ab": "ab", "abc": "abc", "abcd": ""}
