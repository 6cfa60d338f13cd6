from __future__ import annotations

import pytest

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import applied
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.flask_import import flask_name


def imported(text, name="g"):
    tree = Tree("app.py", text)
    found = flask_name(tree, name, len(tree.data), "\n")
    return found.expression, applied(text, found.edits)


@pytest.mark.parametrize(
    ("before", "expression", "after"),
    [
        ("from flask import Flask\n", "g", "from flask import Flask, g\n"),
        ("from flask import Flask, jsonify\n", "g", "from flask import Flask, g, jsonify\n"),
        ("from flask import jsonify, Flask\n", "g", "from flask import jsonify, Flask, g\n"),
        ("from flask import g\n", "g", "from flask import g\n"),
        ("from flask import g as store\n", "store", "from flask import g as store\n"),
        ("import flask\n", "flask.g", "import flask\n"),
        ("import flask as f\n", "f.g", "import flask as f\n"),
        ("from flask import *\n", "g", "from flask import *\n"),
        (
            "from flask import (\n    Flask,\n    jsonify,\n)\n",
            "g",
            "from flask import (\n    Flask,\n    g,\n    jsonify,\n)\n",
        ),
        (
            "from flask import (\n    Blueprint,\n    Flask,\n)\n",
            "g",
            "from flask import (\n    Blueprint,\n    Flask,\n    g,\n)\n",
        ),
        ("import os\n", "g", "import os\n\nfrom flask import g\n"),
        ("x = 1\n", "g", "from flask import g\n\nx = 1\n"),
        ("def f(): ...\n", "g", "from flask import g\n\n\ndef f(): ...\n"),
        ("class C: ...\n", "g", "from flask import g\n\n\nclass C: ...\n"),
        (
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n',
            "g",
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n'
            "\nfrom flask import g\n",
        ),
        ("from .store import db\n", "g", "from flask import g\n\nfrom .store import db\n"),
        ("from store import db\n", "g", "from flask import g\nfrom store import db\n"),
        (
            "from flask import Flask\n\ng = 9.81\n",
            "flask_g",
            "from flask import Flask, g as flask_g\n\ng = 9.81\n",
        ),
    ],
)
def test_g_in_the_style_of_the_file(before, expression, after):
    assert imported(before) == (expression, after)


def test_refused_if_both_names_are_taken():
    with pytest.raises(Refusal, match="something else"):
        imported("g = 1\nflask_g = 2\n")
