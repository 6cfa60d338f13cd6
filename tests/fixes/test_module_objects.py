"""A name may be asked of its module: of a module that is held by name, or of the table of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixes.workshop import verdict
from reloadlint.fixes.reading import project as reading

DB = "import sqlite3\ndb = sqlite3.connect('x')\n"
APP = "from flask import Flask\nfrom shop.store import db\nimport shop.tools\n"
VIEW = "app = Flask(__name__)\n@app.get('/')\ndef page(): return str(db.execute('SELECT 1'))\n"
FILES = {"shop/__init__.py": "", "shop/store.py": DB, "app.py": APP + VIEW, "pyproject.toml": ""}


def reason(folder: Path, tools: str) -> str | None:
    """Why the connection can't be fixed, with this text beside it."""
    return verdict(folder, {**FILES, "shop/tools.py": tools}).reason


@pytest.mark.parametrize(
    "tools",
    [
        "import shop.store\ndef ask(name): return getattr(shop.store, name)\n",
        "import shop.store as kept\ndef ask(name): return getattr(kept, name)\n",
        "import shop\ndef ask(name): return getattr(shop.store, name)\n",
        "from shop import store\ndef ask(name): return getattr(store, name)\n",
        "from . import store\ndef ask(name): return vars(store)[name]\n",
        "from . import store\ndef ask(name): return store.__dict__[name]\n",
        "def ask(name):\n    from shop import store\n    return getattr(store, name)\n",
        "import sys\nfrom shop import store\ndef ask(n): return getattr(sys.modules[n], 'db')\n",
        "import sys\n# store\ndef ask(n): return getattr( sys . modules[n], 'db')\n",
        "import sys\n# store\ndef ask(n): return sys.modules[n].db\n",
        "import sys\n# store\ndef ask(n): return (sys.modules[n]\n    ).db\n",
        "from sys import modules\nimport sys\n# store\ndef ask(n): return modules[n].__dict__\n",
    ],
)
def test_name_asked_of_its_module_is_told(tmp_path: Path, tools: str) -> None:
    assert "shop/tools.py" in (reason(tmp_path, tools) or "")


@pytest.mark.parametrize(
    "tools",
    [
        "# store\ndef ask(thing, name): return getattr(thing, name)\n",
        "from shop.store import db\ndef ask(name): return getattr(db, name)\n",
        "import json as store\ndef ask(name): return getattr(store, name)\n",
        "import sys\n# store\ndef ask(n): return sys.modules[n].cursor\n",
        "import sys\n# store, sys.modules\ndef ask(thing): return thing.db\n",
    ],
)
def test_name_asked_of_something_else_is_none_of_its_business(tmp_path: Path, tools: str) -> None:
    assert "tools.py" not in (reason(tmp_path, tools) or "")


def test_module_that_cannot_hold_the_other_needs_no_second_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    class Noting(reading.Tree):
        def __init__(self, path: str, text: str) -> None:
            made.append(path)
            super().__init__(path, text)

    monkeypatch.setattr(reading, "Tree", Noting)
    monkeypatch.setitem(FILES, "shop/store.py", f"{DB}# read for the first time\n")
    reason(tmp_path, "import sys\n# store, modules\ndef ask(o, name): return getattr(o, name)\n")
    assert "shop/store.py" in made
    assert "shop/tools.py" not in made
