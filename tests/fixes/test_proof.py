from __future__ import annotations

import pytest

from reloadlint.fixes.proof import unproved_text
from reloadlint.fixes.reading.stars import brought_by_stars


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        ("def f(): return g.x\n", "would use the unbound name `g`"),
        ("from flask import g\ndef f(): return g.x\n", None),
        ("def f(g): return g.x\n", None),
        ("def f(): global g; g = 1\ndef h(): return g\n", None),
        ("def f(:\n", "would not compile"),
        ("def f(): return h()\ndef h(): return 1\n", None),
        ("a = h()\ndef h(): return 1\n", "would use `h` above the line that binds it"),
        ("@h\ndef f(): pass\ndef h(x): return x\n", "would use `h` above"),
        ("def f(a=h): pass\nh = 1\n", "would use `h` above"),
        ("f = lambda: h\nh = 1\n", None),
        ("x = 1\nif x:\n    h = 1\nelse:\n    h = 2\nprint(h)\n", None),
        ("class C:\n    a = 1\n    b = [a for _ in (1,)]\n", "unbound name `a`"),
        ("x: int = 1\nif x:\n    y: str = 'a'\nclass C:\n    z: int\n", None),
    ],
)
def test_every_name_is_bound(after, fault):
    found = unproved_text("x = 1\n", after)
    assert found is None if fault is None else fault in found


def test_what_was_unbound_before_may_stay_so():
    assert unproved_text("print(spam)\n", "print(spam, 1)\n") is None


def test_what_a_star_brings_is_bound():
    before, after = "from store import *\nprint(db)\n", "from store import *\nprint(get_db())\n"
    assert unproved_text(before, after, {"get_db"}) is None
    assert "unbound name `get_db`" in (unproved_text(before, after, {"db"}) or "")


@pytest.mark.parametrize(
    ("text", "name", "is_brought"),
    [
        ("from flask import *\n", "g", True),
        ("from store import *\n", "get_db", True),
        ("from shop.store import *\n", "get_db", True),
        ("from shop import *\n", "get_db", True),
        ("from store import db\n", "get_db", False),
        ("from elsewhere import *\n", "get_db", False),
        ("from broken import *\n", "get_db", False),
    ],
)
def test_stars_are_followed_through_the_project(text, name, is_brought):
    texts = {
        "shop/store.py": "def get_db(): pass\n",
        "shop/__init__.py": "from .store import *\n",
        "broken.py": "def get_db(:\n",
    }
    assert (name in brought_by_stars(text, texts)) == is_brought
