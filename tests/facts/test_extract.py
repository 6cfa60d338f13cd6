"""From source text to facts: what is written down, and what is left out."""

from __future__ import annotations

import sys

import msgspec
import pytest

from reloadlint.facts import records as r
from reloadlint.facts.extract import LONGEST_CONSTANT, LONGEST_TEXT, module_facts
from reloadlint.facts.walk import walk
from reloadlint.syntax import InvalidSyntax


def body(text: str) -> tuple[r.Stmt, ...]:
    return module_facts(text).body


def only(text: str) -> r.Stmt:
    (statement,) = body(text)
    return statement


def value(text: str) -> r.Expr:
    """The record of an expression."""
    return only(text).value


def names(*ids: str) -> tuple[r.Name, ...]:
    return tuple(map(r.Name, ids))


AT_ONCE = sys.version_info < (3, 14)
"""Whether Python evaluates annotations where they stand."""

# Statements

STATEMENTS = {
    "assignment": ("a = b = c", r.Assign(names("a", "b"), r.Name("c"))),
    "augmented": ("a += b", r.AugAssign(r.Name("a"), r.Name("b"))),
    "annotated": ("a: b = c", r.AnnAssign(r.Name("a"), r.Name("b"), r.Name("c"), AT_ONCE)),
    "annotation only": ("a: b", r.AnnAssign(r.Name("a"), r.Name("b"), None, AT_ONCE)),
    "raise": ("raise a from b", r.Raise(r.Name("a"))),
    "raise again": ("raise", r.Raise(None)),
    "assert": ("assert a, b", r.ExprStatement(r.Name("a"))),
    "delete": ("del a, b", r.Delete(names("a", "b"))),
    "global": ("global a, b", r.Global(("a", "b"))),
    "import": (
        "import a.b as c, d",
        r.Import((r.Alias("a.b", "c", (1, 8, 1, 16)), r.Alias("d", None, (1, 18, 1, 19)))),
    ),
    "from": (
        "from ..a import b as c",
        r.ImportFrom("a", (r.Alias("b", "c", (1, 17, 1, 23)),), 2),
    ),
    "from dots": ("from . import b", r.ImportFrom("", (r.Alias("b", None, (1, 15, 1, 16)),), 1)),
    "star": ("from a import *", r.ImportFrom("a", (r.Alias("*", None, (1, 15, 1, 16)),), 0)),
    "while": ("while a: b", r.While(r.Name("a"), (r.ExprStatement(r.Name("b")),), ())),
    "with": ("with a as b: c", r.With((r.WithItem(r.Name("a"), r.Name("b"), (1, 6, 1, 7)),), (
        r.ExprStatement(r.Name("c")),
    ))),
}  # fmt: skip


@pytest.mark.parametrize(("text", "record"), STATEMENTS.values(), ids=STATEMENTS)
def test_statement_is_written_down(text: str, record: r.Stmt) -> None:
    assert only(text) == record


NOTHING = {
    "empty": "",
    "comment": "# x()",
    "pass": "pass",
    "blank lines": "\n\n\n",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_means_nothing_is_left_out(text: str) -> None:
    assert body(text) == ()


def test_branches_keep_their_order() -> None:
    found = only("if a: x\nelif b: y\nelse: z")
    assert isinstance(found, r.If)
    (inner,) = found.orelse
    assert (found.test, inner.test, inner.orelse) == (
        *names("a", "b"),
        (r.ExprStatement(r.Name("z")),),
    )


def test_elif_and_a_condition_within_else_are_the_same() -> None:
    assert body("if a: x\nelif b: y") == body("if a: x\nelse:\n if b: y")


def test_condition_in_else_with_more_beside_it_stays_there() -> None:
    found = only("if a: x\nelse:\n if b: y\n z")
    assert len(found.orelse) == 2


def test_parts_of_try_are_kept_apart() -> None:
    found = only("try: a\nexcept B as c: d\nexcept: e\nelse: f\nfinally: g")
    assert isinstance(found, r.Try)
    assert [(h.exception, h.name) for h in found.handlers] == [(r.Name("B"), "c"), (None, None)]
    assert [block[0].value.id for block in (found.body, found.orelse, found.final)] == [
        "a",
        "f",
        "g",
    ]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="new in Python 3.11")
def test_exception_groups_are_handled_like_exceptions() -> None:
    assert body("try: a\nexcept* B: c") == body("try: a\nexcept B: c")


def test_cases_say_what_fits() -> None:
    found = only("match x:\n case 1: a\n case None: b\n case [c, *d] if e: f\n case _: g")
    assert isinstance(found, r.Match)
    one, none, many, rest = found.cases
    assert (one.literal, none.literal) == (r.Constant(1), r.Constant(None))
    assert (many.literal, many.wildcard, many.guard) == (None, False, r.Name("e"))
    assert sorted(many.names) == ["c", "d"]
    assert (rest.wildcard, rest.names) == (True, ())


@pytest.mark.parametrize("text", ["async for a in b: c", "for a in b: c"])
def test_loop_is_one_whether_asynchronous_or_not(text: str) -> None:
    assert isinstance(only(text), r.For)


# Functions and classes


def function(text: str) -> r.FunctionDef:
    found = only(text)
    assert isinstance(found, r.FunctionDef)
    return found


def test_parameters_in_order_with_kind_and_default() -> None:
    found = function("def f(a, /, b: B = 1, *c, d, e=2, **g): pass")
    assert [(p.name, p.kind, p.default) for p in found.parameters] == [
        ("a", "positional", None),
        ("b", "positional", r.Constant(1)),
        ("c", "args", None),
        ("d", "keyword", None),
        ("e", "keyword", r.Constant(2)),
        ("g", "kwargs", None),
    ]
    assert found.parameters[1].annotation == r.Name("B")


GENERATORS = {
    "yield": ("yield x", True),
    "yield from": ("yield from x", True),
    "in an expression": ("a = [(yield)]", True),
    "none": ("return x", False),
    "in an inner function only": ("def g(): yield", False),
    "in an inner lambda only": ("g = lambda: (yield)", False),
    "beside an inner function": ("def g(): pass\n yield", True),
    "after an inner generator": ("def g(): yield\n return g", False),
}


@pytest.mark.parametrize(("inner", "expected"), GENERATORS.values(), ids=GENERATORS)
def test_function_with_a_yield_of_its_own_is_a_generator(inner: str, expected: bool) -> None:
    assert function(f"def f():\n {inner}").is_generator is expected


def test_coroutine_is_told_from_a_function() -> None:
    assert function("async def f(): pass").is_async
    assert not function("def f(): pass").is_async


def test_span_of_a_definition_ends_with_its_name() -> None:
    assert function("def name(a): pass").span == (1, 1, 1, 9)
    assert only("class Name(a): pass").span == (1, 1, 1, 11)


def test_span_of_a_decorated_definition_is_that_of_its_keyword() -> None:
    found = function("@a\n@b(c)\ndef f(): pass")
    assert found.span == (3, 1, 3, 6)
    assert [(d.text, d.span) for d in found.decorators] == [
        ("a", (1, 2, 1, 3)),
        ("b()", (2, 2, 2, 6)),
    ]


def test_class_has_bases_keywords_and_body() -> None:
    found = only("class A(B, metaclass=M):\n x = 1")
    assert isinstance(found, r.ClassDef)
    assert (found.bases, found.keywords) == (names("B"), (r.Keyword("metaclass", r.Name("M")),))
    assert found.body == (r.Assign(names("x"), r.Constant(1)),)


EVALUATED = {
    "at module level": ("a: b()", AT_ONCE),
    "in a class": ("class C:\n a: b()", AT_ONCE),
    "in a class in a function": ("def f():\n class C:\n  a: b()", AT_ONCE),
    "in a function": ("def f():\n a: b()", False),
    "with the future import": ("from __future__ import annotations\na: b()", False),
}


@pytest.mark.parametrize(("text", "expected"), EVALUATED.values(), ids=EVALUATED)
def test_annotations_are_evaluated_where_python_does(text: str, expected: bool) -> None:
    (found,) = [record for record in walk(body(text)) if isinstance(record, r.AnnAssign)]
    assert found.evaluated is expected


def test_annotations_of_a_function_follow_the_future_import() -> None:
    assert function("def f(a: b()): pass").evaluated is AT_ONCE
    assert not body("from __future__ import annotations\ndef f(a: b()): pass")[1].evaluated


# Expressions

EXPRESSIONS = {
    "number": ("1.5", r.Constant(1.5)),
    "negative number": ("-1", r.Constant(-1)),
    "text": ("'a' 'b'", r.Constant("ab")),
    "none": ("None", r.Constant(None)),
    "attribute": ("a.b", r.Attribute(r.Name("a"), "b", (1, 1, 1, 4))),
    "subscript": ("a[b]", r.Subscript(r.Name("a"), r.Name("b"), (1, 1, 1, 5))),
    "list": ("[a, *b]", r.Display("list", (r.Name("a"), r.Starred(r.Name("b"))))),
    "tuple": ("a, b", r.Display("tuple", names("a", "b"))),
    "dict": ("{a: b, **c}", r.DictDisplay((r.Name("a"), None), names("b", "c"))),
    "and": ("a and b and c", r.BoolOp("and", names("a", "b", "c"))),
    "not": ("not a", r.Not(r.Name("a"))),
    "comparison": ("a < b is not c", r.Compare(r.Name("a"), ("Lt", "IsNot"), names("b", "c"))),
    "sum": ("a + b", r.BinOp(r.Name("a"), "Add", r.Name("b"))),
    "condition": ("a if b else c", r.IfExp(r.Name("b"), r.Name("a"), r.Name("c"))),
    "walrus": ("(a := b)", r.NamedExpr("a", r.Name("b"))),
    "slice": ("a[b:c]", r.Subscript(r.Name("a"), r.Opaque(names("b", "c")), (1, 1, 1, 7))),
    "f-string": ("f'{a}{b!r}'", r.Opaque((r.Opaque(names("a")), r.Opaque(names("b"))))),
    "inverted": ("~a", r.Opaque(names("a"))),
}


@pytest.mark.parametrize(("text", "record"), EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_expression_is_written_down(text: str, record: r.Expr) -> None:
    assert value(text) == record


UNKNOWN = {
    "long text": repr("a" * (LONGEST_CONSTANT + 1)),
    "bytes": "b'a'",
    "huge number": str(2**64),
    "complex number": "1j",
    "ellipsis": "...",
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_value_that_no_one_asks_for_is_not_kept(text: str) -> None:
    assert value(text) == r.Constant(None, known=False)


def test_text_as_long_as_allowed_is_kept() -> None:
    assert value(repr("a" * LONGEST_CONSTANT)) == r.Constant("a" * LONGEST_CONSTANT)


def test_call_has_its_arguments_as_written() -> None:
    found = value("f(a, *b, c=d, **e)")
    assert isinstance(found, r.Call)
    assert found.args == (r.Name("a"), r.Starred(r.Name("b")))
    assert found.keywords == (r.Keyword("c", r.Name("d")), r.Keyword(None, r.Name("e")))


CALLEES = {
    "f()": "f",
    "a.b.c()": "a.b.c",
    "f(x)(y)": "f()",
    "Thread(target=x).start()": "Thread().start",
    "a[0].b()": "a[…].b",
    "(a or b)()": "(…)",
    "(lambda: x)()": "(…)",
    "'a'.join(b)": "(…).join",
}


@pytest.mark.parametrize(("text", "callee"), CALLEES.items(), ids=CALLEES)
def test_callee_is_named_as_a_person_would(text: str, callee: str) -> None:
    assert value(text).text == callee


def test_long_callee_is_shortened() -> None:
    text = value(f"{'a' * 200}()").text
    assert (len(text), text[-1]) == (LONGEST_TEXT, "…")


COMPREHENSIONS = {"[a for b in c]": "list", "{a for b in c}": "set", "(a for b in c)": "generator"}


@pytest.mark.parametrize(("text", "kind"), COMPREHENSIONS.items())
def test_comprehension_says_what_it_makes(text: str, kind: str) -> None:
    found = value(text)
    assert (found.kind, found.key, found.element) == (kind, None, r.Name("a"))


def test_comprehension_of_a_dict_has_keys() -> None:
    found = value("{a: b for c in d if e for f in g}")
    assert (found.kind, found.key, found.element) == ("dict", r.Name("a"), r.Name("b"))
    assert [(g.iter.id, len(g.ifs)) for g in found.generators] == [("d", 1), ("g", 0)]


# Positions


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_lines_are_counted_whatever_ends_them(end: str) -> None:
    assert body(f"x{end}{end}f()")[1].value.span == (3, 1, 3, 4)


SPANS = {
    "plain": ("x = f(a)", (1, 5, 1, 9)),
    "behind wide characters": ("日 = '本🎥'; f(a)", (1, 11, 1, 15)),
    "behind a combining character": ("x = 'e\u0301'; f(a)", (1, 11, 1, 15)),
    "behind a tab": ("if x:\n\tf(a)", (2, 2, 2, 6)),
    "over several lines": ("f(\n  a,\n)", (1, 1, 3, 2)),
    "behind a form feed in a text": ("x = '\x0c'; f(a)", (1, 10, 1, 14)),
}


@pytest.mark.parametrize(("text", "span"), SPANS.values(), ids=SPANS)
def test_span_of_a_call_counts_characters_from_one(text: str, span: r.Span) -> None:
    (call,) = [record for record in walk(body(text)) if isinstance(record, r.Call)]
    assert call.span == span


# Depth


DEEP = {
    "sum": "a" + " + a" * 900,
    "branches": "if a: pass\n" + "elif a: pass\n" * 900,
    "comparison": "a" + " < a" * 5_000,
    "assignments": "a = " * 5_000 + "a",
    "statements": "a\n" * 5_000,
    "list": f"[{'a, ' * 5_000}]",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_long_code_is_no_deep_code(text: str) -> None:
    assert body(text)


def test_code_that_is_too_deep_is_refused_with_one_sentence() -> None:
    with pytest.raises(InvalidSyntax, match="nested too deeply to be analysed"):
        body(f"x = {'-' * 20_000}1")


def test_fault_is_told_at_its_place() -> None:
    with pytest.raises(InvalidSyntax) as caught:
        body("x = 1\ny = = 2\n")
    assert (caught.value.line, caught.value.column) == (2, 5)


# Records

EVERYTHING = """
from __future__ import annotations
import a.b as c
@d(1, *e, f=g, **h)
class A(B, metaclass=C):
    x: int = -1
    async def m(self, a, /, b=2, *c, d: e = None, **f) -> g:
        async with a as b, c:
            return [x async for x in y if z] or {k: v for k, v in w}
        await (yield a)
        yield from b
for i, *j in k:
    if i < j <= 3: continue
    elif not i: break
else:
    del i[0], j.x
while True:
    try: global n
    except (E, F) as g: raise
    else: n += 1
    finally: lambda *a, k=1: (y := f"{a!r:>{b}}")
match q:
    case {"a": [b, *_]} | C(d=1): a[1:2, ...]
"""


def test_facts_survive_being_written_and_read() -> None:
    facts = module_facts(EVERYTHING)
    written = msgspec.msgpack.encode(facts)
    assert msgspec.msgpack.decode(written, type=r.ModuleFacts) == facts


def test_same_text_gives_same_facts() -> None:
    assert module_facts(EVERYTHING) == module_facts(EVERYTHING)
