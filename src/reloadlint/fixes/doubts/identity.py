"""What each object is given when it is made and no other has: a number, a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.functions import class_of, own_nodes
from reloadlint.fixes.reading.making import Maker
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_MODULES = ("uuid.", "secrets.", "random.", "time.", "datetime.", "os.urandom")
_ASKING = frozenset(
    {
        "choice", "getrandbits", "monotonic", "now", "perf_counter", "randint", "random",
        "randrange", "time", "time_ns", "today", "token_bytes", "token_hex", "token_urlsafe",
        "urandom", "utcnow", "uuid1", "uuid4",
    }
)  # fmt: skip


def own_identity(project: Project, makers: Sequence[Maker]) -> Iterator[str]:
    """The attributes that differ from object to object, and who asks for them."""
    for tree, function in makers:
        cls = class_of(tree, function)
        for node in own_nodes(function.body) if cls is not None else ():
            name = _given(tree, node)
            reader = _reader(project, name, cls) if name and cls is not None else None
            if reader is not None:
                place = f"line {tree.line(node)} of {tree.path}"
                yield f"each request would see another `{name}` ({place}), in {reader}"


def _given(tree: Tree, node: cst.CSTNode) -> str:
    """The attribute that is set to what is never the same twice; empty if none is."""
    if not isinstance(node, cst.Assign) or not any(_is_new(tree, n) for n in descendants(node)):
        return ""
    targets = (target.target for target in node.targets)
    own = (t for t in targets if isinstance(t, cst.Attribute) and dotted(t.value) == "self")
    return next((target.attr.value for target in own), "")


def _is_new(tree: Tree, node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.Call) or last_name(node) not in _ASKING:
        return False
    return qualified_name(tree, node.func).startswith(_MODULES)


def _reader(project: Project, name: str, cls: cst.ClassDef) -> str | None:
    """Where something besides its own class asks an object for an attribute."""
    for path in project.mentioning(name):
        if project.is_test(path) or f".{name}" not in project.texts[path]:
            continue
        tree = project.tree(path)
        for node in tree.every(cst.Attribute):
            if node.attr.value == name and cls not in tree.ancestors(node):
                return f"line {tree.line(node)} of {path}"
    return None
