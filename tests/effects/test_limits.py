"""Following a program ends, whatever the program, and always says the same of it.

Nothing here is timed. A program that isn't bounded runs for ever or out of memory; what stands at
the end of each, at module level, must still be reported.
"""

from __future__ import annotations

import itertools
import random
import sys
from typing import Any

import pytest

from reloadlint.effects import catalogue
from reloadlint.effects.hazards import Hazard, hazards
from reloadlint.effects.solver import Solver
from reloadlint.effects.values import Value
from reloadlint.facts.extract import module_facts
from reloadlint.project.modules import ModuleIndex

Files = dict[str, str]

STEPS = 20_000
"""Statements followed for one module in these tests; a tenth of the usual, to save time."""

HEAD = "import threading\ndef go():\n    threading.Thread(target=print).start()\n"
TAIL = "\nthreading.Thread(target=print).start()\n"


class CountingSolver(Solver):
    """Counts its work."""

    evaluations = 0

    def evaluate(self, *args: Any) -> Value:
        self.evaluations += 1
        return super().evaluate(*args)


def solve(files: Files, roots: list[str] | None = None) -> tuple[list[Hazard], CountingSolver]:
    index = ModuleIndex(files)
    facts = {path: module_facts(text) for path, text in files.items()}
    solver = CountingSolver(index, catalogue.load(), lambda module: facts[module.path])
    solver.most_steps = STEPS
    modules = [index.at(path) for path in roots or ["app.py"]]
    return hazards(solver.solve(modules), solver.outcomes), solver


def lines(files: Files) -> list[int]:
    """The lines of `app.py` that are reported."""
    return sorted(hazard.span[0] for hazard in solve(files)[0] if hazard.path == "app.py")


def last_line(text: str) -> int:
    return text.rstrip().count("\n") + 1


def each(count: int, template: str) -> str:
    """`template` for 0, 1, …: `{i}` is the number, `{j}` the next one."""
    return "".join(template.format(i=i, j=i + 1) for i in range(count))


def stairs(count: int, template: str) -> str:
    """Blocks, each one step further inside than the one before."""
    return "".join("  " * i + template.format(i=i) + "\n" for i in range(count))


SELF_REFERENCES = {
    "function called with itself": """
f = lambda g: g(g)(g(g))
f(f)
""",
    "decorator that decorates itself": """
def d(f):
    @d
    def w(): f()
    return d(w)
@d
def f(): go()
""",
    "dataclass whose defaults are itself": """
from dataclasses import dataclass, field
@dataclass
class A:
    a: 'A' = field(default_factory=lambda: A())
    b: 'A' = field(default_factory=A)
A()
""",
    "class that is its own base": """
class A(A): pass
class B(C, B): pass
class C(B, A, B): pass
C()
""",
    "methods that only call themselves": """
class A:
    def __getattr__(self, n): return getattr(self, n)
    def __call__(self): return self()
    def __iter__(self): return iter(self)
    def __enter__(self):
        with self: pass
    def __getitem__(self, i): return self[i]
    def __bool__(self): return bool(self)
    def __eq__(self, o): return self == o
    @property
    def p(self): return self.p.p
a = A()
a.x
a.p
a()
a[1]
for i in a: pass
with a: pass
if a: pass
a == a
list(a)
""",
    "metaclass that calls its class": """
class M(type):
    def __call__(cls): return cls()
class A(metaclass=M): pass
A()
""",
    "subclass hook that makes subclasses": """
class A:
    def __init_subclass__(cls):
        class B(A): pass
        class C(cls): pass
class D(A): pass
""",
    "class that makes itself": """
class A:
    def __init__(self): self.a = A(); self.b = A()
A()
""",
    "generator that yields itself": """
def g():
    yield g()
    yield from g()
for x in g():
    for y in x: y
list(g())
""",
    "context in itself": """
import contextlib
@contextlib.contextmanager
def c():
    with c() as x: yield x
    with c(): yield
with c() as x: x
""",
    "module that imports itself": """
from app import *
import app
from . import app
from app import app
""",
    "list in itself": """
l = []
l.append(l)
for x in l:
    for y in x: y
print(l == l, l in l)
""",
    "dict in itself": """
d = {}
d['d'] = d
d[d] = d
for k, v in d.items(): v
dict(d, **d)
""",
    "loop without end": """
while True:
    x = [x]
    if u: break
""",
    "bases without an order": """
class A: pass
class B(A): pass
class C(A, B): pass
C()
""",
}

PROGRAMS = {
    **SELF_REFERENCES,
    # Calls
    "function that calls itself": "def f(): f()\nf()",
    "functions that call each other": "def f(n): g(n); g(n)\ndef g(n): f(n); f(n)\nf(9)",
    "each of 30 functions calls all 30": each(
        30, "def f{i}(n):\n" + "".join(f"    f{k}(n)\n" for k in range(30))
    )
    + "f0(9)",
    "2^40 calls": "def f0(): go()\n" + each(40, "def f{j}():\n    f{i}()\n    f{i}()\n") + "f40()",
    "2^40 calls in branches": "def f0(): go()\n"
    + each(40, "def f{j}():\n    if u: f{i}()\n    else: f{i}()\n")
    + "f40()",
    "2^40 calls of lambdas": "f0 = lambda x: x\n"
    + each(40, "f{j} = lambda x: f{i}(f{i}(x))\n")
    + "f40(1)",
    "fibonacci": "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)\nf(35)",
    "ackermann": "def f(m, n): return f(m - 1, f(m, n - 1) if n else 1) if m else n + 1\nf(4, 4)",
    "fixed-point combinator": "y = lambda f: (lambda x: f(x(x)))(lambda x: f(x(x)))\ny(y)(y)",
    "parser that calls itself in 25 branches": "def parse(s, i):\n    while u:\n        c = s[i]\n"
    + each(25, "        if c == '{i}':\n            x{i} = parse(s, i)\n")
    + "parse(u, 0)",
    "one of many functions calls one of many": each(
        8, "def f{i}(d):\n    g = f{j} if u else f7 if v else f1 if w else f0\n    return g(g)(d)\n"
    ).replace("f8", "f2")
    + "f0(f1)",
    "40 decorators, each calls twice": "def d(f): return lambda: f() or f()\n"
    + "@d\n" * 40
    + "def f(): go()\nf()",
    "2,000 partials of partials": "import functools\n"
    + each(2_000, "go = functools.partial(go, {i})\n"),
    "5,000 calls": each(5_000, "print({i})\n"),
    # Classes
    "class that makes itself when new": "class A:\n    def __new__(cls): return cls()\nA()",
    "classes that make each other": each(
        20, "class C{i}:\n    def __init__(self): self.a = C{j}(); self.b = C7()\n"
    )
    + "C20 = C0\nC0()",
    "class with 300 bases": each(300, "class C{i}: pass\n")
    + f"class D({', '.join(f'C{i}' for i in range(300))}): pass\nD()",
    # Branches and loops
    "90 conditions in each other": stairs(90, "if u:") + "  " * 90 + "x = 1",
    "1,500 conditions after each other": each(1_500, "if u: a{i} = 1\nelse: a{i} = 2\n"),
    "1,500 tests of the reloader": "import os\n"
    + each(1_500, "if os.environ.get('WERKZEUG_RUN_MAIN'): a{i} = 1\n"),
    "500 cases": "match u:\n" + each(500, "    case {i}: a{i} = 1\n"),
    "18 times try in each other": stairs(18, "try:")
    + "  " * 18
    + "x = 1\n"
    + "".join(f"{'  ' * i}except E: x\n{'  ' * i}finally: x\n" for i in reversed(range(18))),
    "15 loops in each other": stairs(15, "for a{i} in range(100):") + "  " * 15 + "x = 1",
    "15 loops over a list in each other": f"l = {list(range(100))}\n"
    + stairs(15, "for a{i} in l:")
    + "  " * 15
    + "x = 1",
    "8 loops of a comprehension": f"l = {list(range(100))}\nx = [1 {each(8, 'for a{i} in l ')}]",
    "5 comprehensions in each other": "x = "
    + "[" * 5
    + "1"
    + "".join(f" for a{i} in range(99)]" for i in range(5)),
    "loop over a huge range": "for i in range(10 ** 12): pass\nx = list(range(10 ** 12))",
    # Values
    "huge numbers": "x = 9 ** 9 ** 9\ny = 1 << 10 ** 12\nz = -(10 ** 10 ** 10)",
    "huge text": "x = 'a' * 10 ** 10\ny = x + x\nz = [x] * 10 ** 10",
    "text of 2^60 characters": "x = 'ab'\n" + "x = x + x\n" * 60,
    "list of 2^40 items by adding": "l = [go]\n" + "l = l + l\n" * 40,
    "list of 2^40 items by spreading": "l = [go]\n" + "l = [*l, *l]\n" * 40,
    "list of 2^40 items by adding in place": "l = [go]\n" + "l += l\n" * 40,
    "list of 2^40 items by extending": "l = [go]\n" + "l.extend(l)\n" * 40,
    "3,000 lists in each other": "l = []\n" + "l = [l]\n" * 3_000 + "for x in l: print(x == l)",
    "linked list of 3,000": "class N:\n    def __init__(self, n): self.n = n\nn = None\n"
    + "n = N(n)\n" * 3_000,
    "3,000 objects of a library": "import unknown\nx = unknown.x()\n" + "x = x.child(x)\n" * 3_000,
    "20 times one of many of one of many": each(60, "def f{i}(x): return x\n")
    + "f = f0\n"
    + each(60, "if u: f = f{i}\n")
    + "f = f(f)(f)\n" * 20,
    # Generators and contexts
    "30 generators of generators": "def g(x):\n    for y in x: yield y; yield y\nx = [1]\n"
    + "x = g(x)\n" * 30
    + "for y in x: y",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_following_ends_and_what_comes_after_is_reported(program: str) -> None:
    text = f"{HEAD}{program}{TAIL}"
    found, solver = solve({"app.py": text})
    assert last_line(text) in {hazard.span[0] for hazard in found}
    assert solver.evaluations < 50 * STEPS


def test_each_of_many_effects_is_reported() -> None:
    text = HEAD + "go()\n" * 2_000
    assert len(lines({"app.py": text})) == 2_000


def test_many_objects_that_are_closed_again_are_not() -> None:
    opened = each(1_000, "c{i} = sqlite3.connect('x')\nc{i}.close()\n")
    assert lines({"app.py": f"import sqlite3\n{opened}"}) == []


def test_many_sockets_are_reported_once_each() -> None:
    opened = each(500, "s{i} = socket.socket()\ns{i}.bind(('', {i}))\n")
    assert lines({"app.py": f"import socket\n{opened}"}) == list(range(3, 1_003, 2))


# Hierarchies


def test_constructor_at_the_root_of_a_deep_hierarchy_is_found() -> None:
    classes = "class C0:\n    def __init__(self): go()\n" + each(200, "class C{j}(C{i}): pass\n")
    text = f"{HEAD}{classes}C200()\n"
    assert lines({"app.py": text}) == [last_line(text)]


def test_constructor_at_the_root_of_40_diamonds_is_found() -> None:
    diamond = "class B{i}(A{i}): pass\nclass C{i}(A{i}): pass\nclass A{j}(B{i}, C{i}): pass\n"
    text = f"{HEAD}class A0:\n    def __init__(self): go()\n{each(40, diamond)}A40()\n"
    assert lines({"app.py": text}) == [last_line(text)]


def test_deep_hierarchy_without_effect_is_left_alone() -> None:
    classes = "class C0: pass\n" + each(200, "class C{j}(C{i}):\n    def f(self): go()\n")
    assert lines({"app.py": f"{HEAD}{classes}C200()\n"}) == []


# Recursion

MERGE = """
def merge(a, b, leaf):
    for key in unknown:
        merge(a[key], b[key], leaf)
        merge(b[key], a[key], leaf)
        if unknown: merge(a, b, leaf)
merge({{}}, {{}}, {leaf})
"""


def test_argument_that_stays_the_same_lets_no_recursion_be_followed_further() -> None:
    plain, counted = (solve({"app.py": MERGE.format(leaf=leaf)})[1] for leaf in ("{}", "None"))
    assert counted.evaluations == plain.evaluations


def test_argument_that_is_counted_down_lets_a_recursion_be_followed_to_its_end() -> None:
    text = f"{HEAD}def down(n):\n    if n == 0: go()\n    else: down(n - 1)\ndown(5)\n"
    assert lines({"app.py": text}) == [last_line(text)]


# Many modules


def circle(count: int) -> Files:
    names = [f"m{i}" for i in range(count)]
    turned = zip(names, [*names[1:], names[0]], strict=True)
    return {f"{one}.py": f"import {other}\nx = {other}.x\n" for one, other in turned}


def test_circle_of_500_imports_is_followed_to_its_end() -> None:
    files = {**circle(500), "app.py": f"import m0\n{HEAD}{TAIL}"}
    files["m499.py"] += f"{HEAD}go()\n"
    found = {hazard.path for hazard in solve(files)[0]}
    assert found == {"app.py", "m499.py"}


def test_circle_of_500_star_imports_ends() -> None:
    files = {path: text.replace("import", "from") for path, text in circle(500).items()}
    files = {path: text.partition("\n")[0] + " import *\n" for path, text in files.items()}
    assert lines({**files, "app.py": f"import m0\n{HEAD}{TAIL}"}) == [6]


def test_100_modules_that_import_each_other_end() -> None:
    every = "".join(f"import m{i}\nfrom m{i} import x{i}\n" for i in range(100))
    files = {f"m{i}.py": f"{every}x{i} = {i}\n" for i in range(100)}
    assert lines({**files, "app.py": f"import m0\n{HEAD}{TAIL}"}) == [6]


def test_package_100_folders_deep_is_loaded() -> None:
    folders = ["/".join(["p"] * depth) for depth in range(1, 101)]
    files = {f"{folder}/__init__.py": "" for folder in folders}
    files[f"{folders[-1]}/__init__.py"] = f"{HEAD}{TAIL}"
    files["app.py"] = f"import {'.'.join(['p'] * 100)}\n"
    assert [hazard.path for hazard in solve(files)[0]] == [f"{folders[-1]}/__init__.py"]


def test_module_that_takes_all_steps_leaves_those_of_others_alone() -> None:
    files = {
        "app.py": f"import greedy\n{HEAD}go()\n",
        "greedy.py": HEAD + PROGRAMS["2^40 calls"],
    }
    assert lines(files) == [5]


def scripts(count: int) -> Files:
    """Scripts that each lead through the same large program."""
    script = 'from app import f40, go\nif __name__ == "__main__":\n    f40()\n'
    app = HEAD + PROGRAMS["2^40 calls"].removesuffix("f40()")
    return {"app.py": app, **{f"s{i}.py": f"{script}    go()\n" for i in range(count)}}


def work(files: Files, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys.modules[__name__], "STEPS", 1_000)
    return solve(files, sorted(files))[1].evaluations


def test_main_guards_of_many_scripts_share_what_they_may_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    four, forty = (work(scripts(count), monkeypatch) for count in (4, 40))
    assert forty < 3 * four


def test_main_guards_that_cost_little_are_all_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "from app import go\nif __name__ == '__main__':\n" + "    print()\n" * 40
    files = {"app.py": HEAD, **{f"s{i}.py": f"{body}    go()\n" for i in range(80)}}
    monkeypatch.setattr(sys.modules[__name__], "STEPS", 1_000)
    _, solver = solve(files, sorted(files))
    assert len(solver.in_guards) == 80


# The same every time

TANGLE = {
    "app.py": "import a, b, c\n",
    "a.py": f"from b import *\n{HEAD}x = go\ngo()\n",
    "b.py": f"from c import x\n{HEAD}class W(threading.Thread):\n"
    "    def __init__(self):\n        super().__init__()\n        self.start()\nw = W()\n",
    "c.py": "import a, b\nx = getattr(a, 'x', None) or b.W\ny = x()\n",
}


def described(files: Files, roots: list[str]) -> list[tuple[object, ...]]:
    found, _ = solve(files, roots)
    return sorted((h.path, h.span, h.effects, h.certain, h.steps, h.closers) for h in found)


def test_order_of_files_makes_no_difference() -> None:
    orders = itertools.permutations(TANGLE.items())
    assert len({str(described(dict(order), ["app.py"])) for order in orders}) == 1


def test_solving_twice_gives_the_same() -> None:
    assert described(TANGLE, ["app.py"]) == described(TANGLE, ["app.py"])


def test_order_of_roots_makes_no_difference_where_imports_are_no_circle() -> None:
    files = {
        "a.py": "from helper import go\ngo()\n",
        "b.py": "import helper\nhelper.go()\n",
        "helper.py": HEAD,
    }
    orders = itertools.permutations(files)
    assert len({str(described(files, list(order))) for order in orders}) == 1


def test_order_of_independent_statements_moves_nothing_else() -> None:
    names = [f"x{i}" for i in range(20)]
    random.Random(1).shuffle(names)
    text = HEAD + "".join(f"{name} = threading.Thread()\n" for name in names) + "x7.start()\n"
    assert lines({"app.py": text}) == [24]
