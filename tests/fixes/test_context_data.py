"""What a program does with `flask.g`, its teardowns and its contexts as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import verdict

TEARDOWN = """\
import sqlite3
from flask import Flask

app = Flask(__name__)


def finish(exception):
    db.execute("SELECT 1")


{above}
db = sqlite3.connect("shop.db")
{below}


@app.route("/")
def index():
    return str(db.execute("SELECT 1").fetchone())
"""


@pytest.mark.parametrize(
    ("above", "below", "applicability"),
    [
        ("app.teardown_appcontext(finish)", "", "unsafe"),
        ("", "app.teardown_appcontext(finish)", "safe"),
    ],
)
def test_teardown_that_comes_after_the_one_that_closes_is_told(
    above: str, below: str, applicability: str, tmp_path: Path
) -> None:
    text = TEARDOWN.format(above=above, below=below)
    assert verdict(tmp_path, {"app.py": text}).applicability == applicability


WHOLE = """\
import os, sqlite3
from flask import Flask, g

app = Flask(__name__)
db = sqlite3.connect("shop.db")


@app.route("/")
def index():
    g.user = db.execute("SELECT 'ann'").fetchone()[0]
    return {answer}
"""


@pytest.mark.parametrize(
    "answer", ["sorted(g)", "[key for key in g]", "g.__dict__", "str(id(db))", "str(len(g))"]
)
def test_program_that_would_see_the_object_on_g_is_told(answer: str, tmp_path: Path) -> None:
    fix = verdict(tmp_path, {"app.py": WHOLE.format(answer=answer)})
    assert fix.applicability == "unsafe"


@pytest.mark.parametrize(
    "answer", ["g.user", "sorted(g.user)", "str('user' in g)", "g.get('user')"]
)
def test_one_key_of_g_is_the_programs_own(answer: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, {"app.py": WHOLE.format(answer=answer)}).applicability == "safe"


@pytest.mark.parametrize("line", ["os.chdir('/')", "app.app_context().push()", "print(sorted(g))"])
def test_what_an_application_of_its_own_does_is_no_doubt_here(line: str, tmp_path: Path) -> None:
    files = {
        "one.py": WHOLE.format(answer="g.user"),
        "two.py": f"import os\nfrom flask import Flask, g\n\napp = Flask(__name__)\n{line}\n",
    }
    assert verdict(tmp_path, files).applicability == "safe"


SIGNAL = """\
import sqlite3
from flask import Flask, {signal}

app = Flask(__name__)
db = sqlite3.connect("shop.db")


def note(sender, **extra):
    db.execute("SELECT 1")


{signal}.connect(note, app)


@app.route("/")
def index():
    return str(db.execute("SELECT 1").fetchone())
"""


@pytest.mark.parametrize(
    ("signal", "applicability"),
    [
        ("got_request_exception", "safe"),
        ("request_finished", "safe"),
        ("appcontext_tearing_down", "unsafe"),
        ("appcontext_popped", "unsafe"),
    ],
)
def test_signal_of_a_request_finds_its_context(
    signal: str, applicability: str, tmp_path: Path
) -> None:
    fix = verdict(tmp_path, {"app.py": SIGNAL.format(signal=signal)})
    assert fix.applicability == applicability
