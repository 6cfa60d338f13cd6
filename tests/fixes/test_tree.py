from __future__ import annotations

import libcst as cst
import pytest
from libcst.metadata import Assignment, MetadataWrapper, ParentNodeProvider, PositionProvider

from reloadlint.fixes.reading.tree import Tree, Unparsable

TEXT = """\
# é
import os, sys
if x:
\tname = "ü" + f"{os.path}é" ; other = (1,
        [ö for ö in y])
@decorated
class C(A, metaclass=M):
    def f(self, *, a: int = 1) -> None: return os.path.join(a, "…")  # ä
print(os.path, sys) if x else None
"""
WHITE_SPACE = (
    cst.Newline,
    cst.EmptyLine,
    cst.TrailingWhitespace,
    cst.BaseParenthesizableWhitespace,
)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_places_and_parents_are_those_of_libcst(newline):
    tree = Tree("app.py", TEXT.replace("\n", newline))
    wrapper = MetadataWrapper(tree.module, unsafe_skip_copy=True)
    places, parents = wrapper.resolve(PositionProvider), wrapper.resolve(ParentNodeProvider)
    nodes = [node for node in tree.nodes if not isinstance(node, WHITE_SPACE)]
    assert len(nodes) > 50
    for node in nodes:
        start, end = places[node].start, places[node].end
        place = (start.line, start.column + 1, end.line, end.column + 1)
        assert tree.position(node) == place
        assert tree.line(node) == start.line
        assert node is tree.module or tree.parent(node) is parents[node]


def test_nodes_are_found_by_name_and_by_what_holds_them():
    tree = Tree("app.py", TEXT)
    assert [tree.line(node) for node in tree.index.named("os.path")] == [4, 8, 9]
    assert [tree.line(node) for node in tree.index.named("sys")] == [2, 9]
    assert tree.index.named("path.os") == []
    (holder,) = tree.every(cst.ClassDef)
    inside = [node for node in tree.index.named("os.path") if tree.index.is_inside(node, holder)]
    assert [tree.line(node) for node in inside] == [8]
    assert tree.index.is_inside(holder, holder)
    assert not tree.index.is_inside(holder, inside[0])


def test_call_is_found_at_its_place_alone():
    tree = Tree("app.py", "a(b)(c)\nd()\n")
    outer, inner, _ = tree.every(cst.Call)
    assert tree.call_at((1, 1, 1, 8)) is outer
    assert tree.call_at((1, 1, 1, 5)) is inner
    assert tree.call_at((1, 1, 1, 6)) is None


def test_bindings_and_uses_come_in_the_order_of_the_text() -> None:
    """libcst has them in sets, whose order is another in each process."""
    text = "".join(f"if a{n}:\n    name = {n}\nprint(name)\n" for n in range(40))
    tree = Tree("app.py", text)
    bound = tree.bound(tree.module, "name")
    lines = [tree.line(one.node) for one in bound if isinstance(one, Assignment)]
    assert lines == sorted(lines)
    assert len(lines) == 40
    uses = [tree.line(access.node) for access in tree.in_order(bound[0].references)]
    assert uses == sorted(uses)


@pytest.mark.skipif(not hasattr(cst, "LazyImport"), reason="this libcst can't read lazy imports")
@pytest.mark.parametrize("text", ["lazy import db", "if x:\n  lazy from db import a as b"])
def test_lazy_imports_are_not_rewritten_as_their_uses_would_be_missed(text):
    with pytest.raises(Unparsable, match="imports lazily"):
        Tree("app.py", f"import os\n{text}\nprint(db)\n")


@pytest.mark.parametrize(
    "text", ["lazy = 1", "x = '''\nlazy import db\n'''", "y = 2  # lazy import"]
)
def test_what_only_looks_like_a_lazy_import_is_read(text):
    (statement,) = Tree("app.py", f"{text}\n").module.body
    assert isinstance(statement.body[0], cst.Assign)


def test_what_libcst_says_of_a_text_that_it_cannot_read_is_one_line():
    blocks = "   if x:\n       if z:\n           y = 1\n       else:\n    \t   y = 2\n"
    text = f"def f():\n{blocks}       w = 1\n"
    compile(text, "app.py", "exec")
    with pytest.raises(Unparsable, match=r"^libcst can't read it \(.*dedent\)$"):
        Tree("app.py", text)
