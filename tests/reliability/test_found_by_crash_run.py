"""Programs on which `benchmarks/crash.py` has seen reloadlint fail, reduced."""

from __future__ import annotations

from pathlib import Path

import pytest

from reloadlint.effects import state
from reloadlint.fixer import fix_project
from reloadlint.fixes.draft import Wishes
from reloadlint.linter import check_project
from reloadlint.settings import Settings

SETTINGS = Settings(all_modules=True, cache=False, follow_installed=False)


@pytest.mark.parametrize("strategy", ["auto", "g", "lazy", "pool"])
@pytest.mark.parametrize("statement", ["for message in db:", "with db:", "if db:"])
def test_object_that_a_statement_of_the_module_uses_is_left_alone(
    tmp_path: Path, strategy: str, statement: str
) -> None:
    """Above such a name there are two nodes only, where a call has three."""
    text = f"import sqlite3\ndb = sqlite3.connect('x')\n{statement}\n    print('used')\n"
    (tmp_path / "app.py").write_text(text)
    repair = fix_project([tmp_path], SETTINGS, wishes=Wishes(strategy), unsafe=True)
    (outcome,) = repair.outcomes
    assert outcome.reason is not None
    assert "line 3 of app.py" in outcome.reason
    assert repair.changes == []


def test_search_in_a_long_list_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Millions of comparisons, if each search counted as one statement only."""
    monkeypatch.setattr(state, "MOST_STEPS", 20_000)
    lines = ["import threading", f"items = [{'[0], ' * 1000}]", "threading.Thread().start()"]
    lines += [f"{'    ' * depth}for x{depth} in range(50):" for depth in range(3)]
    lines += ["            if items[0] in items or [1] in items:", "                pass"]
    (tmp_path / "app.py").write_text("\n".join([*lines, ""]))
    (finding,) = check_project([tmp_path], SETTINGS).findings
    assert finding.code == "RL101"
