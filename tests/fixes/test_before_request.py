"""`fix --before-request`: a hook that opens, and a check that takes it for what was asked for."""

from __future__ import annotations

import runpy
import sqlite3
from pathlib import Path

import pytest

import reloadlint as api
from fixes.harness import projects, tree
from fixes.harness_fixing import check, copy, inside, reloadlint
from fixes.workshop import SETTINGS, write
from reloadlint.errors import UsageError

SOME = [p for p in projects() if p.strategy == "g" and "--before-request" not in p.options][::9]

APP = """\
    import sqlite3

    from flask import Flask

    app = Flask(__name__)
    db = sqlite3.connect("guests.sqlite3")


    @app.get("/")
    def page():
        return str(db.execute("SELECT 1").fetchone()[0])


    @app.get("/about")
    def about():
        return "A guest book."
"""


class Connection(sqlite3.Connection):
    """Notes what is opened and closed."""

    log: list[str]

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.log.append("opened")

    def close(self) -> None:
        self.log.append("closed")
        super().close()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happens to connections, in this order."""
    monkeypatch.setattr(Connection, "log", [], raising=False)
    monkeypatch.setattr(sqlite3, "connect", Connection)
    return Connection.log


@pytest.mark.parametrize("path", ["/", "/about", "/nowhere", "/static/style.css"])
def test_each_request_opens_one_and_closes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: list[str], path: str
) -> None:
    write(tmp_path, {"app.py": APP})
    api.fix(tmp_path, SETTINGS, write=True, before_request=True)
    monkeypatch.chdir(tmp_path)
    client = runpy.run_path("app.py")["app"].test_client()
    assert log == []
    client.get(path)
    client.get(path)
    assert log == ["opened", "closed"] * 2


def test_another_strategy_cannot_be_asked_for_with_it(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": APP})
    with pytest.raises(UsageError, match="is for strategy g, not for lazy"):
        api.fix(tmp_path, SETTINGS, strategy="lazy", before_request=True)


@pytest.mark.parametrize("project", SOME, ids=lambda project: project.name)
def test_check_accepts_the_hook_wherever_it_is_registered(project, tmp_path: Path) -> None:
    copy(project, tmp_path)
    with inside(tmp_path):
        command = reloadlint("fix", "--write", "--before-request", *project.options)
        once = tree(tmp_path)
        assert [finding["message"] for finding in check()] == []
        for more in (("--before-request",), ()):
            assert reloadlint("fix", "--write", *more, *project.options).status == 0
    assert command.status == 0, command
    assert any(b"before_request" in data or b"before_app_request" in data for data in once.values())
    assert tree(tmp_path) == once


def test_what_is_asked_for_goes_below_a_factory_and_into_closures(tmp_path: Path) -> None:
    app = """\
        import sqlite3

        from flask import Flask

        db = sqlite3.connect("guests.sqlite3")


        def create_app():
            app = Flask(__name__)

            @app.get("/")
            def page():
                return str(db.execute("SELECT 1").fetchone())

            return app
    """
    write(tmp_path, {"app.py": app})
    api.fix(tmp_path, SETTINGS, write=True, before_request=True)
    text = (tmp_path / "app.py").read_text()
    hooks = "    app.before_request(open_db)\n    app.teardown_appcontext(close_db)\n"
    assert f"    app = Flask(__name__)\n{hooks}" in text
    assert not api.check(tmp_path, SETTINGS).findings


def test_new_import_brings_both_names(tmp_path: Path) -> None:
    files = {
        "site_app.py": """\
            import sqlite3

            from flask import Flask

            site = Flask("site")
            db = sqlite3.connect("guests.sqlite3")
        """,
        "helpers.py": """\
            import site_app


            def count():
                return site_app.db.execute("SELECT count(*) FROM guests").fetchone()[0]
        """,
        "admin.py": """\
            from flask import Flask
            from helpers import count

            admin = Flask("admin")
            admin.add_url_rule("/", view_func=lambda: str(count()))
        """,
    }
    write(tmp_path, files)
    api.fix(tmp_path, SETTINGS, write=True, before_request=True)
    text = (tmp_path / "admin.py").read_text()
    assert "from site_app import close_db, open_db\n" in text
    assert not api.check(tmp_path, SETTINGS).findings
