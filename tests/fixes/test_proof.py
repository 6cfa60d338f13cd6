from __future__ import annotations

import pytest

from reloadlint.fixes.proof import unproved_text


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        ("def f(): return g.x\n", "would use the unbound name `g`"),
        ("from flask import g\ndef f(): return g.x\n", None),
        ("def f(g): return g.x\n", None),
        ("def f(): global g; g = 1\ndef h(): return g\n", None),
        ("def f(:\n", "would not compile"),
        ("from flask import *\ndef f(): return g.x\n", None),
        ("class C:\n    a = 1\n    b = [a for _ in (1,)]\n", "unbound name `a`"),
    ],
)
def test_every_name_is_bound(after, fault):
    found = unproved_text("x = 1\n", after)
    assert found is None if fault is None else fault in found


def test_what_was_unbound_before_may_stay_so():
    assert unproved_text("print(spam)\n", "print(spam, 1)\n") is None
