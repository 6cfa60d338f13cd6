"""A result that was kept is as good as a new one: baselines, own entries and rewrites count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

import reloadlint


def checked(project: Path, **settings: Any) -> reloadlint.Result:
    made = reloadlint.Settings(cache=True, cache_dir=str(project / "kept"), **settings)
    return reloadlint.check(project / "app.py", made)


def test_second_result_is_the_first(project: Path) -> None:
    (project / "app.py").write_text("import flask\nx = 1  # noqa: RL101\n")
    first, second = checked(project), checked(project)
    assert first == second
    assert len(second.rewrites[0]) == 1
    assert any((project / "kept").iterdir())


def test_changed_baseline_counts(project: Path) -> None:
    baseline = project / "known.json"
    baseline.write_text('{"version": 1, "findings": []}')
    assert len(checked(project, baseline=str(baseline)).findings) == 2
    known = {
        "path": "app.py",
        "code": "RL101",
        "statement": "threading.Thread(target=print).start()",
    }
    gone = {"path": "app.py", "code": "RL102", "statement": "gone()"}
    baseline.write_bytes(msgspec.json.encode({"version": 1, "findings": [known, gone]}))
    for _ in range(2):
        result = checked(project, baseline=str(baseline))
        assert [finding.code for finding in result.findings] == ["RL106"]
        assert result.fixed == ("app.py: RL102: gone()",)
        assert result.summary.baselined == 1


def test_changed_file_of_entries_counts(project: Path) -> None:
    own = project / "own.toml"
    own.write_text("")
    settings = {"catalog_files": (str(own),), "select": ("RL106",)}
    assert len(checked(project, **settings).findings) == 1
    own.write_text(
        '[[callable]]\nname = "sqlite3.connect"\nlibrary = "stdlib"\nwhen = "lazy"\n'
        'effects = []\nrole = "connection"\ncure = "none"\n'
    )
    assert checked(project, **settings).findings == ()
