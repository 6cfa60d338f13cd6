"""What Python 3.14 and 3.15 brought: lazy imports, unpacking in comprehensions, late annotations.

Trees of the newer syntax are made from older texts, so that every Python runs these tests.
"""

from __future__ import annotations

import ast
import sys

import pytest

from reloadlint.effects import catalogue
from reloadlint.effects.hazards import hazards
from reloadlint.effects.solver import Solver
from reloadlint.facts.extract import facts_of
from reloadlint.project.modules import ModuleIndex

STARTS = "import threading\nthreading.Thread(target=print).start()\n"
DB = f"{STARTS}conn = object()\ndef use(): pass\n"
STARTER = "import threading\ndef start():\n    threading.Thread(target=print).start()\n"


class _Newer(ast.NodeTransformer):
    """`if LAZY: import a` becomes `lazy import a`, `UNPACK(x)` becomes `*x` (or `**x`)."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        if ast.unparse(node.test) != "LAZY":
            return self.generic_visit(node)
        for statement in node.body:
            statement.is_lazy = 1  # type: ignore[attr-defined]
        return node.body

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        if isinstance(node.elt, ast.Call) and ast.unparse(node.elt.func) == "UNPACK":
            node.elt = ast.copy_location(ast.Starred(node.elt.args[0], ast.Load()), node.elt)
        return self.generic_visit(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        if isinstance(node.key, ast.Call) and ast.unparse(node.key.func) == "UNPACK":
            node.key, node.value = node.key.args[0], None  # type: ignore[assignment]
        return self.generic_visit(node)


def found(**texts: str) -> list[str]:
    """Where loading `app` has an effect."""
    files = {f"{name}.py": text for name, text in texts.items()}
    facts = {path: facts_of(_Newer().visit(ast.parse(t)), t) for path, t in files.items()}
    index = ModuleIndex(files)
    solver = Solver(index, catalogue.load(), lambda module: facts[module.path])
    made = hazards(solver.solve([index.at("app.py")]), solver.outcomes)
    return sorted(f"{hazard.path}:{hazard.span[0]}" for hazard in made)


@pytest.mark.parametrize(
    "text",
    [
        "if LAZY:\n    from db import conn\nprint(conn)\n",
        "if LAZY:\n    import db\ndb.use()\n",
        "if LAZY:\n    import db as store\nprint(store)\n",
        "if LAZY:\n    import pack.db\npack.db.use()\n",
        "if LAZY:\n    from pack import db\ndb.use()\n",
        "if LAZY:\n    from db import conn\nx = [conn for _ in 'a']\n",
        "if LAZY:\n    from db import conn\ndef view(): conn\nview()\n",
        "import second\nsecond.conn\n",
        "from second import conn\n",
    ],
)
def test_lazy_import_that_loading_uses_loads_its_module(text: str) -> None:
    second = "if LAZY:\n    from db import conn\n"
    files = {"app": text, "db": DB, "second": second, "pack/__init__": "", "pack/db": DB}
    assert found(**files) in (["db.py:2"], ["pack/db.py:2"])


@pytest.mark.parametrize(
    "text",
    [
        "if LAZY:\n    from db import conn\n",
        "if LAZY:\n    import db\ndef view(): return db.conn\n",
        "if LAZY:\n    import db.inner as inner\nclass A:\n    def get(self): return inner\n",
        "import second\nsecond.other\n",
        "if LAZY:\n    from db import conn\nconn = None\nprint(conn)\n",
    ],
)
def test_lazy_import_that_loading_does_not_use_loads_nothing(text: str) -> None:
    second = "if LAZY:\n    from db import conn\nother = 1\n"
    assert found(app=text, db=DB, second=second) == []


def test_lazy_imports_in_a_circle_end() -> None:
    app = f"if LAZY:\n    from db import conn\nconn\n{STARTS}"
    assert found(app=app, db="if LAZY:\n    from app import conn\nconn\n") == ["app.py:5"]


def test_what_a_comprehension_unpacks_is_followed() -> None:
    listed = f"{STARTER}for each in [UNPACK(x) for x in [[start], []]]:\n    each()\n"
    assert found(app=listed) == ["app.py:5"]
    mapped = f"{STARTER}found = {{UNPACK(d): 0 for d in [{{'a': start}}]}}\nfound['a']()\n"
    assert found(app=mapped) == ["app.py:5"]


def test_what_a_comprehension_unpacks_and_nobody_calls_is_left_alone() -> None:
    assert found(app=f"{STARTER}kept = [UNPACK(x) for x in [[start]]]\n") == []
    mapped = f"{STARTER}found = {{UNPACK(d): 0 for d in [{{'a': start, 'b': print}}]}}\n"
    assert found(app=f"{mapped}found['b']()\n") == []


@pytest.mark.parametrize(
    "text", ["x: start() = 1", "class A:\n    x: start()", "def f(x: start()) -> start(): pass"]
)
def test_annotations_run_only_where_python_evaluates_them(text: str) -> None:
    waits = sys.version_info >= (3, 14)
    assert bool(found(app=f"{STARTER}{text}\n")) is not waits
    assert found(app=f"from __future__ import annotations\n{STARTER}{text}\n") == []


@pytest.mark.skipif(sys.version_info < (3, 15), reason="the syntax is that of Python 3.15")
def test_trees_are_as_python_makes_them() -> None:
    text = f"lazy from db import conn\n{STARTER}[f() for f in [*x for x in [[start]]]]\n"
    assert found(app=text, db=DB) == ["app.py:5"]
    assert found(app=f"{text}{{**d for d in [{{}}]}}\nconn\n", db=DB) == ["app.py:5", "db.py:2"]
