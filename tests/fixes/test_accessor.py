"""What is written, byte for byte."""

from __future__ import annotations

import pytest

from fixes.workshop import fixed, repair

HEAD = "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
VIEW = '\n\n@app.get("/")\ndef page():\n    return str(db.execute("SELECT 1").fetchone())\n'


def app(statement: str, view: str = VIEW, head: str = HEAD) -> dict[str, str]:
    return {"app.py": head + statement + view}


def test_stands_where_the_assignment_stood(tmp_path):
    assert fixed(tmp_path, app('db = sqlite3.connect("a")\n'))["app.py"] == (
        "import sqlite3\n\nfrom flask import Flask, g\n\napp = Flask(__name__)\n"
        "\n\ndef get_db():\n"
        '    if "db" not in g:\n'
        '        g.db = sqlite3.connect("a")\n'
        "    return g.db\n"
        "\n\n@app.teardown_appcontext\n"
        "def close_db(exception=None):\n"
        '    db = g.pop("db", None)\n'
        "    if db is not None:\n"
        "        db.close()\n" + VIEW.replace("db.exec", "get_db().exec")
    )


def test_comments_stay_with_their_lines(tmp_path):
    text = fixed(tmp_path, app('# the store\ndb = sqlite3.connect("a")  # one file\n'))["app.py"]
    assert "\n\n\n# the store\ndef get_db():" in text
    assert '        g.db = sqlite3.connect("a")  # one file\n' in text


def test_arguments_stay_aligned_with_their_bracket(tmp_path):
    before = 'db = sqlite3.connect("a",\n                     timeout=3)\n'
    after = '        g.db = sqlite3.connect("a",\n                               timeout=3)\n'
    assert after in fixed(tmp_path, app(before))["app.py"]


def test_hanging_arguments_are_indented(tmp_path):
    before = 'db = sqlite3.connect(\n    "a",\n    timeout=3,\n)\n'
    after = '        g.db = sqlite3.connect(\n            "a",\n            timeout=3,\n        )\n'
    assert after in fixed(tmp_path, app(before))["app.py"]


def test_texts_over_several_lines_keep_their_inside(tmp_path):
    statement = 'db = sqlite3.connect("a")\ndb.execute("""PRAGMA\n  foreign_keys = ON\n""")\n'
    text = fixed(tmp_path, app(statement))["app.py"]
    assert '        g.db.execute("""PRAGMA\n  foreign_keys = ON\n""")\n' in text


def test_configuration_goes_along_with_its_comment(tmp_path):
    statement = 'db = sqlite3.connect("a")\n# rows by name\ndb.row_factory = sqlite3.Row\n'
    text = fixed(tmp_path, app(statement))["app.py"]
    assert "        # rows by name\n        g.db.row_factory = sqlite3.Row\n    return" in text


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("cookie", ["", "# -*- coding: utf-8 -*-\n"])
def test_line_ends_and_mark_are_kept(tmp_path, newline, mark, cookie):
    text = cookie + HEAD + 'db = sqlite3.connect("é")\n' + VIEW
    (tmp_path / "app.py").write_bytes((mark + text.replace("\n", newline)).encode())
    (change,) = repair(tmp_path, {}).changes
    after = change.after.decode()
    assert after.startswith(mark + cookie.replace("\n", newline))
    assert after.count("\n") == after.count(newline)
    removed = set(change.before.splitlines()) - set(change.after.splitlines())
    assert len(removed) == 3  # the import, the assignment and the use


def test_file_without_a_last_line_break_stays_so(tmp_path):
    view = VIEW.rstrip("\n")
    assert fixed(tmp_path, app('db = sqlite3.connect("a")\n', view))["app.py"].endswith(
        "fetchone())"
    )


def test_tabs_are_used_where_the_file_has_them(tmp_path):
    view = VIEW.replace("    ", "\t")
    text = fixed(tmp_path, app('db = sqlite3.connect("a")\n', view))["app.py"]
    assert '\tif "db" not in g:\n\t\tg.db = ' in text


def test_annotated_where_the_file_is(tmp_path):
    view = VIEW.replace("def page():", "def page() -> str:")
    text = fixed(tmp_path, app('db = sqlite3.connect("a")\n', view))["app.py"]
    assert "def get_db() -> sqlite3.Connection:" in text
    assert "def close_db(exception: BaseException | None = None) -> None:" in text


def test_docstrings_and_single_quotes_where_the_file_has_them(tmp_path):
    view = "\n\n@app.get('/')\ndef page():\n    '''Show.'''\n    return str(db.total_changes)\n"
    view = view.replace("total_changes", "isolation_level")
    text = fixed(tmp_path, app("db = sqlite3.connect('a')\n", view))["app.py"]
    assert "    '''Return `db` of this application context, opened at first use.'''\n" in text
    assert "if 'db' not in g:" in text


def test_application_made_further_down(tmp_path):
    files = {
        "app.py": "import sqlite3\nfrom flask import Flask\n"
        'db = sqlite3.connect("a")\napp = Flask(__name__)\n' + VIEW
    }
    text = fixed(tmp_path, files)["app.py"]
    assert "app = Flask(__name__)\napp.teardown_appcontext(close_db)\n" in text
    assert "@app.teardown_appcontext" not in text


def test_cursor_gets_an_accessor_of_its_own(tmp_path):
    view = VIEW.replace("db.execute", "cursor.execute")
    statement = 'db = sqlite3.connect("a")\ncursor = db.cursor()\n'
    text = fixed(tmp_path, app(statement, view))["app.py"]
    assert "        g.cursor = get_db().cursor()\n    return g.cursor\n" in text
    assert "get_cursor().execute" in text


def test_proxy_keeps_the_name(tmp_path):
    text = fixed(tmp_path, app('db = sqlite3.connect("a")\n'), access="proxy")["app.py"]
    assert "from werkzeug.local import LocalProxy\n" in text
    assert "\n\ndb = LocalProxy(get_db)\n\n\n@app.get" in text
    assert "return str(db.execute(" in text


def test_taken_names_and_keys_are_avoided(tmp_path):
    view = VIEW.replace("def page", "def get_db") + "\n\ndef who():\n    return g.db\n"
    head = HEAD.replace("import Flask", "import Flask, g")
    text = fixed(tmp_path, app('db = sqlite3.connect("a")\n', view, head))["app.py"]
    assert 'def get_db_connection():\n    if "app_db" not in g:' in text
    assert 'def close_db(exception=None):\n    db = g.pop("app_db", None)' in text


def test_global_statement_that_only_reads_goes(tmp_path):
    view = VIEW.replace("    return", "    global db\n    return")
    text = fixed(tmp_path, app('db = sqlite3.connect("a")\n', view))["app.py"]
    assert "global" not in text
