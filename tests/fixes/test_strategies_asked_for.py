"""A strategy that is asked for where it does not fit is refused: no exception, no harm."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.fixes.workshop import SETTINGS, fixed, repair

from reloadlint.fixer import fix_project
from reloadlint.fixes.draft import Wishes

FIXTURES = Path(__file__).parents[1] / "fixtures"
PROJECTS = sorted(path for path in (FIXTURES / "fix").iterdir() if path.is_dir())
BELOW = """\
    import threading
    from flask import Flask

    app = Flask(__name__)


    def work():
        while True:
            pass


    if __name__ == "__main__":
        app.run(debug=True)

    threading.Thread(target=work, daemon=True).start()
"""


def test_start_below_the_main_guard_waits_for_the_first_request(tmp_path: Path) -> None:
    text = fixed(tmp_path, {"app.py": BELOW}, unsafe=True, strategy="guard")["app.py"]
    assert "@app.before_request\ndef start_thread():" in text


def test_start_in_the_head_of_a_block_is_no_statement_to_be_moved(tmp_path: Path) -> None:
    text = """\
        import sqlite3
        from flask import Flask

        app = Flask(__name__)
        with sqlite3.connect("a.db") as db:
            rows = db.execute("select 1").fetchall()

        if __name__ == "__main__":
            app.run(debug=True)
    """
    repair(tmp_path, {"app.py": text}, unsafe=True, strategy="guard")


@pytest.mark.parametrize("strategy", ["g", "pool", "lazy", "defer", "guard"])
@pytest.mark.parametrize("project", PROJECTS[::7], ids=lambda path: path.name)
def test_any_strategy_may_be_asked_for_anywhere(
    project: Path, strategy: str, tmp_path: Path
) -> None:
    copied = tmp_path / "project"
    shutil.copytree(project / "before", copied)
    fix_project([copied], SETTINGS, wishes=Wishes(strategy=strategy), unsafe=True)
