"""What a module imports, and when."""

from __future__ import annotations

import ast

import pytest

from reloadlint.project.imports import ImportedName, import_facts
from reloadlint.syntax import InvalidSyntax, is_main_guard


def names(text: str, *, deferred: bool = False) -> list[str]:
    """The imports of a text as `module:name`, those at import time or the deferred ones."""
    found = [item for item in import_facts(text).imports if item.deferred is deferred]
    return [f"{'.' * i.level}{i.module}" + (f":{i.name}" if i.name else "") for i in found]


AT_IMPORT = {
    "plain": ("import a", ["a"]),
    "several": ("import a, b.c as d", ["a", "b.c"]),
    "from": ("from a.b import c, d as e", ["a.b:c", "a.b:d"]),
    "star": ("from a import *", ["a:*"]),
    "relative": ("from . import a\nfrom ..b import c", [".:a", "..b:c"]),
    "in order": ("import b\nimport a", ["b", "a"]),
    "in branches": ("if x:\n import a\nelif y:\n import b\nelse:\n import c", ["a", "b", "c"]),
    "in try": (
        "try:\n import a\nexcept E:\n import b\nelse:\n import c\nfinally:\n import d",
        ["a", "c", "d", "b"],
    ),
    "in with, for and while": (
        "with x:\n import a\nfor x in y:\n import b\nwhile x:\n import c",
        ["a", "b", "c"],
    ),
    "in match": ("match x:\n case 1:\n  import a\n case _:\n  import b", ["a", "b"]),
    "in a class": ("class A:\n import a\n class B:\n  import b", ["a", "b"]),
    "in the main guard": ("if __name__ == '__main__':\n import a", ["a"]),
    "else of TYPE_CHECKING": ("if TYPE_CHECKING:\n import a\nelse:\n import b", ["b"]),
}


@pytest.mark.parametrize(("text", "expected"), AT_IMPORT.values(), ids=AT_IMPORT)
def test_imported_while_loading(text: str, expected: list[str]) -> None:
    assert names(text) == expected
    assert names(text, deferred=True) == []


DEFERRED = {
    "function": "def f():\n import a",
    "coroutine": "async def f():\n import a",
    "method": "class A:\n def f(self):\n  import a",
    "branch of a function": "def f():\n if x:\n  import a",
    "class in a function": "def f():\n class A:\n  import a",
    "inner function": "def f():\n def g():\n  import a",
}


@pytest.mark.parametrize("text", DEFERRED.values(), ids=DEFERRED)
def test_imported_by_a_function_is_deferred(text: str) -> None:
    assert names(text) == []
    assert names(text, deferred=True) == ["a"]


NONE = {
    "type checking": "if TYPE_CHECKING:\n import a",
    "type checking of typing": "if typing.TYPE_CHECKING:\n import a",
    "type checking in a function": "def f():\n if TYPE_CHECKING:\n  import a",
    "text": "x = 'import a'",
    "docstring": '"""\nimport a\n"""',
    "comment": "# import a",
    "call": "importlib.import_module('a')",
    "nothing": "",
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_left_alone(text: str) -> None:
    assert import_facts(text).imports == ()


def test_test_of_another_name_is_no_type_checking() -> None:
    assert names("if not TYPE_CHECKING:\n import a") == ["a"]
    assert names("if CHECKING:\n import a") == ["a"]


GUARDS = {
    "plain": "if __name__ == '__main__': pass",
    "other way round": 'if "__main__" == __name__: pass',
    "not the first statement": "import a\nif __name__ == '__main__': pass\nimport b",
}


@pytest.mark.parametrize("text", GUARDS.values(), ids=GUARDS)
def test_main_guard_is_seen(text: str) -> None:
    assert any(map(is_main_guard, ast.parse(text).body))


NO_GUARDS = {
    "nothing": "",
    "other name": "if name == '__main__': pass",
    "other text": "if __name__ == 'main': pass",
    "no test": "__name__ == '__main__'",
    "in a function": "def f():\n if __name__ == '__main__': pass",
    "in a string": "'''\nif __name__ == '__main__': pass\n'''",
}


@pytest.mark.parametrize("text", NO_GUARDS.values(), ids=NO_GUARDS)
def test_main_guard_is_not_seen_where_there_is_none(text: str) -> None:
    assert not any(map(is_main_guard, ast.parse(text).body))


def test_record_is_as_written() -> None:
    assert import_facts("from ..a import b as c").imports == (ImportedName("a", "b", 2, False),)


@pytest.mark.parametrize(("text", "line"), [("import", 1), ("x = 1\nfrom import a\n", 2)])
def test_fault_is_told_at_its_line(text: str, line: int) -> None:
    with pytest.raises(InvalidSyntax) as caught:
        import_facts(text)
    assert caught.value.line == line
