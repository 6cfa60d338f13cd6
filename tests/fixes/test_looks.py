"""What a picky colleague would say of the text: imports, blank lines, annotations, docstrings."""

from __future__ import annotations

import pytest

from fixes.workshop import fixed

APP = """\
from flask import Flask
from store import db, limit

app = Flask(__name__)


@app.get("/")
def page():
    return str(db.execute("SELECT 1").fetchone()) + limit
"""
STORE = 'import sqlite3\n\ndb = sqlite3.connect("a")\nfirst = limit = "3"\n'
HEAD = "import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
VIEW = '\n\n@app.get("/")\ndef page():\n    return str(db.execute("SELECT 1").fetchone())\n'


def imported(folder, statement):
    """What becomes of an import of the store's names."""
    app = APP.replace("from store import db, limit", statement)
    text = fixed(folder, {"app.py": app, "store.py": STORE})["app.py"]
    return text.partition("\n\napp")[0].partition("\n")[2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from store import db, limit", "from store import get_db, init_app, limit"),
        ("from store import limit, db", "from store import limit, get_db, init_app"),
        (
            "from store import (\n    db,\n    limit,\n)",
            "from store import (\n    get_db,\n    init_app,\n    limit,\n)",
        ),
        (
            "from store import (\n    db,  # opened there\n    first,\n    limit,\n)",
            "from store import (\n    get_db,  # opened there\n    first,\n    init_app,\n"
            "    limit,\n)",
        ),
    ],
)
def test_names_of_an_import_stay_in_their_order(tmp_path, before, after):
    assert imported(tmp_path, before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from flask import Flask\n\nfrom shop import PATH",
            "from flask import Flask, g\nfrom werkzeug.local import LocalProxy\n\n"
            "from shop import PATH",
        ),
        (
            "from flask import Flask\nfrom shop import PATH",
            "from flask import Flask, g\nfrom werkzeug.local import LocalProxy\n"
            "from shop import PATH",
        ),
    ],
)
def test_new_import_stands_above_the_projects_own(tmp_path, before, after):
    text = (
        f"import sqlite3\n\n{before}\n\napp = Flask(__name__)\ndb = sqlite3.connect(PATH)\n{VIEW}"
    )
    files = {"app.py": text, "shop.py": 'PATH = "a"\n'}
    assert after in fixed(tmp_path, files, access="proxy")["app.py"]


def test_two_new_imports_are_one_group(tmp_path):
    files = {"app.py": APP, "store.py": STORE}
    text = fixed(tmp_path, files, access="proxy")["store.py"]
    assert text.startswith(
        "import sqlite3\n\nfrom flask import g\nfrom werkzeug.local import LocalProxy\n\n\ndef"
    )


def test_line_that_goes_leaves_the_blank_ones_that_a_function_needs(tmp_path):
    text = """\
        import threading

        from flask import Flask

        app = Flask(__name__)
        worker = threading.Thread(target=print, daemon=True)


        @app.get("/")
        def page():
            return str(worker.is_alive())


        worker.start()

        if __name__ == "__main__":
            app.run()
        """
    after = fixed(tmp_path, {"app.py": text}, strategy="lazy")["app.py"]
    assert "    return str(get_worker().is_alive())\n\n\nif __name__" in after


def test_lines_that_go_leave_no_gap(tmp_path):
    made = 'db = sqlite3.connect("a")\ncursor = db.cursor()\ndb.row_factory = sqlite3.Row\n'
    view = VIEW.replace("db.execute", "cursor.execute")
    text = fixed(tmp_path, {"app.py": HEAD + made + view}, unsafe=True)["app.py"]
    assert '    return g.cursor\n\n\n@app.get("/")' in text


def test_comment_above_a_view_is_no_sign_of_fewer_blank_lines(tmp_path):
    text = HEAD + 'db = sqlite3.connect("a")\n# --- views ---\n' + VIEW
    after = fixed(tmp_path, {"app.py": text})["app.py"]
    assert "    return g.db\n\n\n@app.teardown_appcontext" in after


ANNOTATED = """\
    import sqlite3
    {imports}
    from flask import Flask

    app = Flask(__name__)
    db: {annotation} = sqlite3.connect("a", check_same_thread=False)


    @app.get("/")
    def page():
        return str(db.execute("SELECT 1").fetchone())
    """


@pytest.mark.parametrize(
    ("annotation", "imports", "accessor", "teardown"),
    [
        ("sqlite3.Connection", "", "get_db() -> sqlite3.Connection", "BaseException | None"),
        (
            "Final[sqlite3.Connection]",
            "from typing import Final",
            "get_db() -> sqlite3.Connection",
            "BaseException | None",
        ),
        (
            "Optional[sqlite3.Connection]",
            "from typing import Optional",
            "get_db() -> sqlite3.Connection",
            "Optional[BaseException]",
        ),
        ("sqlite3.Connection | None", "", "get_db() -> sqlite3.Connection", "BaseException | None"),
        (
            "sqlite3.Connection",
            "from typing import Dict, List",
            "get_db() -> sqlite3.Connection",
            '"BaseException | None"',
        ),
    ],
)
def test_annotation_goes_to_the_accessor(tmp_path, annotation, imports, accessor, teardown):
    text = ANNOTATED.format(annotation=annotation, imports=imports)
    after = fixed(tmp_path, {"app.py": text})["app.py"]
    assert f"def {accessor}:" in after
    assert f"def close_db(exception: {teardown} = None) -> None:" in after
    assert ("Final" in after) is False
    assert ("import Optional" in after) is ("Optional" in annotation)


def test_name_that_says_no_more_than_final_gives_no_annotations(tmp_path):
    text = ANNOTATED.format(annotation="Final", imports="from typing import Final")
    after = fixed(tmp_path, {"app.py": text})["app.py"]
    assert "def get_db():" in after
    assert "Final" not in after


@pytest.mark.parametrize(
    ("imports", "cache"),
    [
        ("from __future__ import annotations\n", "_db: sqlite3.Connection | None = None"),
        ("", '_db: "sqlite3.Connection | None" = None'),
    ],
)
def test_name_that_may_be_none_says_so(tmp_path, imports, cache):
    text = imports + HEAD + 'db: sqlite3.Connection = sqlite3.connect("a")\n' + VIEW
    files = {"app.py": text.replace('("a")', '("a", check_same_thread=False)')}
    assert f"\n{cache}\n" in fixed(tmp_path, files, strategy="lazy")["app.py"]


def test_docstring_of_the_name_goes_to_the_accessor(tmp_path):
    made = 'db = sqlite3.connect("a")\n"""The guests.\n\nOne file.\n"""\n'
    after = fixed(tmp_path, {"app.py": HEAD + made + VIEW})["app.py"]
    assert 'def get_db():\n    """The guests.\n\n    One file.\n    """\n    if' in after
    assert after.count('"""') == 2


@pytest.mark.parametrize("between", ["# apart\n", "\n"])
def test_text_that_stands_apart_is_left_alone(tmp_path, between):
    made = f'db = sqlite3.connect("a")\n{between}"""The guests."""\n'
    after = fixed(tmp_path, {"app.py": HEAD + made + VIEW})["app.py"]
    assert '\n"""The guests."""\n' in after


def test_docstring_of_a_name_that_stays_is_left_alone(tmp_path):
    made = 'db = sqlite3.connect("a")\n"""The guests."""\n'
    after = fixed(tmp_path, {"app.py": HEAD + made + VIEW}, access="proxy")["app.py"]
    assert 'db = LocalProxy(get_db)\n"""The guests."""\n' in after
