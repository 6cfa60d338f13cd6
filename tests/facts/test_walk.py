"""Going through records without following them."""

from __future__ import annotations

from reloadlint.facts import records as r
from reloadlint.facts.extract import module_facts
from reloadlint.facts.walk import walk

TEXT = """\
a(b)
def f(c=d):
    e
    class C:
        g
h
"""


def names(**options: bool) -> list[str]:
    records = walk(module_facts(TEXT).body, **options)
    return [record.id for record in records if isinstance(record, r.Name)]


def test_everything_is_met_in_source_order() -> None:
    assert names() == ["a", "b", "d", "e", "g", "h"]


def test_definitions_can_be_left_closed() -> None:
    assert names(into_definitions=False) == ["a", "b", "h"]


def test_definition_itself_is_met() -> None:
    found = [type(record) for record in walk(module_facts(TEXT).body, into_definitions=False)]
    assert r.FunctionDef in found
    assert r.ClassDef not in found


def test_what_is_no_record_holds_nothing() -> None:
    assert list(walk((None, "text", 1, ()))) == []
