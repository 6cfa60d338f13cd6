"""The text by which a baseline knows a statement: the same however it is laid out."""

from __future__ import annotations

import pytest

from reloadlint.baseline import statement_at

SAME = {
    "spaces and quotes": ('db = f( "a",1 )', "db = f('a', 1)"),
    "trailing comma": ("db = f(\n    1,\n)", "db = f(1)"),
    "brackets": ("db = (\n    f(1)\n)", "db = f(1)"),
    "comment": ("db = f(1)  # why", "db = f(1)"),
    "f-string": ("db = f(f\"{x['a']} b\")", "db = f(f'{x[\"a\"]} b')"),
    "annotation of a block": ("with  f( 1 ) as db :\n    pass", "with f(1) as db:\n    other()"),
}
OTHER = {
    "argument": ("db = f(1)", "db = f(2)"),
    "name": ("db = f(1)", "dc = f(1)"),
    "head of a block": ("if a:\n    f()", "if b:\n    f()"),
}


@pytest.mark.parametrize(("one", "two"), SAME.values(), ids=SAME)
def test_layout_makes_no_difference(one: str, two: str) -> None:
    assert statement_at(one, 1) == statement_at(two, 1)


@pytest.mark.parametrize(("one", "two"), OTHER.values(), ids=OTHER)
def test_another_statement_is_another(one: str, two: str) -> None:
    assert statement_at(one, 1) != statement_at(two, 1)


@pytest.mark.parametrize(
    ("text", "line", "statement"),
    [
        ("a = 1\nif x:\n    b = (\n        2\n    )\n", 4, "b = 2"),
        ("@deco(1)\nclass A(B):\n    x = 1\n", 1, "@deco(1)\nclass A(B):"),
        ("class A:\n    x = f()\n", 2, "x = f()"),
        ("# only a comment\n", 1, "# only a comment"),
        ("broken(\n", 1, "broken("),
        ("", 1, ""),
        ("a\n", 9, ""),
    ],
)
def test_statement_is_the_innermost_without_its_block(text: str, line: int, statement: str) -> None:
    assert statement_at(text, line) == statement
