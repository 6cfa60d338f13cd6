"""What each object is given when it is made and no other has: a number, a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.functions import class_of, own_nodes
from reloadlint.fixes.reading.making import Maker
from reloadlint.fixes.reading.own_class import Methods
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


_Given: TypeAlias = tuple[Tree, cst.ClassDef, str, cst.CSTNode]
"""An attribute with its class, and where it is set."""
_LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "print"})


def own_identity(
    project: Project, makers: Sequence[Maker], methods: Methods | None = None
) -> Iterator[str]:
    """The attributes that differ from object to object, and who asks for them.

    `methods` are those of the object's class: what they make of the attribute is seen outside.
    """
    for tree, cls, name, node in [*_set_by(makers), *_defaults(methods)]:
        reader = _reader(project, name, cls) or (_told(methods, name) if methods else None)
        if reader is not None:
            place = f"line {tree.line(node)} of {tree.path}"
            yield f"each request would see another `{name}` ({place}), in {reader}"


def _set_by(makers: Sequence[Maker]) -> Iterator[_Given]:
    for tree, function in makers:
        cls = class_of(tree, function)
        for node in own_nodes(function.body) if cls is not None else ():
            name = _given(tree, node)
            if name and cls is not None:
                yield tree, cls, name, node


def _defaults(methods: Methods | None) -> Iterator[_Given]:
    """The fields of a dataclass with such a factory: `field(default_factory=time.time)`."""
    for tree, cls in dict.fromkeys((t, c) for t, c, _ in methods.defined) if methods else ():
        for line in cls.body.body:
            small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                nodes = descendants(small.value) if small.value is not None else ()
                if last_name(small.value) == "field" and any(_asks(tree, n) for n in nodes):
                    yield tree, cls, small.target.value, small


def _given(tree: Tree, node: cst.CSTNode) -> str:
    """The attribute that is set to what is never the same twice; empty if none is."""
    if not isinstance(node, (cst.Assign, cst.AnnAssign)):
        return ""
    if not any(_is_new(tree, inner) for inner in descendants(node)):
        return ""
    aims = node.targets if isinstance(node, cst.Assign) else (node,)
    targets = (aim.target for aim in aims)
    own = (t for t in targets if isinstance(t, cst.Attribute) and dotted(t.value) == "self")
    return next((target.attr.value for target in own), "")


def _is_new(tree: Tree, node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and _asks(tree, node.func)


def _asks(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a node names a function that never answers the same twice."""
    if not isinstance(node, (cst.Name, cst.Attribute)) or last_name(node) not in _ASKING:
        return False
    return qualified_name(tree, node).startswith(_MODULES)


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


def _told(methods: Methods, name: str) -> str | None:
    """Where a method answers with an attribute, or decides by it; sending or logging it is none."""
    for tree, method in methods.serving():
        for node in descendants(method.body):
            if dotted(node) == f"self.{name}" and not _is_passed_on(tree, node):
                return f"line {tree.line(node)} of {tree.path}"
    return None


def _is_passed_on(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether it goes to another method, or to a log."""
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.BaseStatement):
            return False
        call = tree.parent(outer) if isinstance(outer, cst.Arg) else None
        if isinstance(call, cst.Call) and (
            dotted(call.func).startswith("self.") or last_name(call) in _LOGGING
        ):
            return True
    return False
