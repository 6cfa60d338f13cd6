"""A strategy that is asked for where it does not fit is refused: no exception, no harm."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fixes.workshop import SETTINGS, fixed, repair
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


SERVED = {
    "shop.py": """\
        import sqlite3
        from flask import Flask


        def create_app():
            app = Flask(__name__)
            app.db = sqlite3.connect("shop.db", check_same_thread=False)
            return app


        def open_shop():
            return sqlite3.connect("shop.db", check_same_thread=False)
    """,
    "wsgi.py": """\
        from shop import create_app, open_shop

        application = create_app()
        db = open_shop()


        @application.route("/")
        def index():
            return str(db.execute("select 1").fetchone()[0])


        if __name__ == "__main__":
            application.run()
    """,
}


@pytest.mark.parametrize("strategy", ["auto", "g", "lazy", "pool"])
def test_application_keeps_the_name_by_which_servers_load_it(strategy: str, tmp_path: Path) -> None:
    found = repair(tmp_path, SERVED, unsafe=True, strategy=strategy)
    outcomes = {outcome.finding.line: outcome for outcome in found.outcomes}
    assert "line 7 of shop.py, which opens it" in outcomes[3].reason
    texts = [change.text for change in found.changes]
    assert len(texts) == 1  # what is no application is cured all the same
    assert "application = create_app()" in texts[0]
    assert "get_db()" in texts[0]
