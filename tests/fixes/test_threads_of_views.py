"""Async views run in another thread than the teardown, which not every connection bears."""

from __future__ import annotations

import pytest

from fixes.workshop import fixed, repair, verdict

APP = """\
{made}

@app.get("/")
async def page():
    return str(db.{use})
"""
HEAD = "import socket\nimport sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\n"
OWN = (
    "class Guests:\n    def __init__(self):\n        self.c = sqlite3.connect('a'{0})\n\n"
    "    def all(self):\n        return self.c.execute('SELECT 1').fetchall()\n\n"
    "    def close(self):\n        self.c.close()\n\n\ndb = Guests()\n"
)
SELECT = "execute('SELECT 1').fetchall()"


def project(made, use):
    return {"app.py": HEAD + APP.format(made=made, use=use)}


@pytest.mark.parametrize(
    ("made", "use"),
    [
        ("db = sqlite3.connect('a', check_same_thread=False)\n", SELECT),
        (OWN.format(", check_same_thread=False"), "all()"),
        ("db = socket.create_connection(('localhost', 1))\n", "recv(1)"),
    ],
)
def test_safe_for_what_any_thread_may_close(tmp_path, made, use):
    assert "get_db()" in fixed(tmp_path, project(made, use))["app.py"]


@pytest.mark.parametrize(
    ("made", "use"),
    [
        ("db = sqlite3.connect('a')\n", SELECT),
        ("db = sqlite3.connect('a', check_same_thread=True)\n", SELECT),
        (OWN.format(""), "all()"),
    ],
)
def test_unsafe_for_what_keeps_to_its_thread(tmp_path, made, use):
    fix = verdict(tmp_path, project(made, use))
    assert (fix.applicability, "another thread" in fix.reason) == ("unsafe", True)


@pytest.mark.parametrize(
    ("options", "made"),
    [
        ("dict(check_same_thread=False)", True),
        ("{'check_same_thread': False}", True),
        ("{'timeout': 3}", False),
    ],
)
def test_options_of_a_dictionary_say_whether_threads_may_share(tmp_path, options, made):
    text = f"OPTIONS = {options}\ndb = sqlite3.connect('a', **OPTIONS)\n"
    files = project(text, SELECT)
    files["app.py"] = files["app.py"].replace("async def", "def")
    assert bool(repair(tmp_path, files, strategy="lazy").changes) is made
