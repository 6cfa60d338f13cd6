"""Whether what an object is made from evaluates to the same later as it did while loading."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst.metadata import BaseAssignment, BuiltinAssignment, ImportAssignment

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.mutations import changed_environment, mutation
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

PURE = frozenset(
    {
        "abspath", "bool", "bytes", "decode", "dict", "dirname", "encode", "expanduser",
        "expandvars", "float", "format", "fspath", "get", "getenv", "int", "join", "joinpath",
        "list", "lower", "lstrip", "normpath", "partial", "quote", "quote_plus", "realpath",
        "replace", "resolve", "rstrip", "set", "split", "str", "strip", "tuple", "upper",
        "with_name", "with_suffix", "create_default_context", "urlparse", "make_dsn", "len",
    }
)  # fmt: skip
"""Functions and methods that give the same for the same, or copy a setting."""

_ASKING = frozenset({"input", "getpass"})


def argument_doubts(
    project: Project,
    thing: Thing,
    parts: list[cst.BaseExpression],
    before: int,
    when: str = "anew for every request",
) -> Iterator[str]:
    """Why expressions may evaluate to something else later than they did at `before`.

    `when` says how often, or when, they are evaluated then.

    Raises:
        Refusal: they can be evaluated only once, or only there.
    """
    tree = thing.made.tree
    source = thing.source.node if thing.source is not None else None
    for part in parts:
        for node in _evaluated(part):
            if node is source:
                continue
            if isinstance(node, (cst.Await, cst.Yield)):
                raise Refusal("what it is made from is awaited")
            if isinstance(node, cst.Call) and node is not part:
                yield from _called(tree, node, when)
            elif isinstance(node, cst.Name) and _is_read(tree, node):
                yield from _named(project, tree, node, before)
        yield from changed_environment(tree, part, before)


def _evaluated(part: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What an expression evaluates itself: not the bodies of its functions."""
    if isinstance(part, cst.Lambda):
        return
    yield part
    for child in part.children:
        yield from _evaluated(child)


def _called(tree: Tree, call: cst.Call, when: str) -> Iterator[str]:
    name = last_name(call)
    if name in _ASKING:
        raise Refusal(f"an argument asks the user (`{name}()`)")
    full = qualified_name(tree, call.func)
    outside = bool(full) and not full.startswith(".") and name[:1].isupper()
    if name not in PURE and not outside:
        yield f"the argument `{tree.source(call)}` would be worked out {when}"


def _is_read(tree: Tree, node: cst.Name) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.Attribute):
        return parent.value is node
    if isinstance(parent, (cst.Arg, cst.Param, cst.AssignTarget)):
        return getattr(parent, "keyword", None) is not node and isinstance(parent, cst.Arg)
    return True


def _named(project: Project, tree: Tree, node: cst.Name, before: int) -> Iterator[str]:
    name = node.value
    bound = list(tree.bound(node, name))
    if not bound or any(isinstance(b, BuiltinAssignment) for b in bound):
        return
    nodes = [n for b in bound if isinstance(n := getattr(b, "node", None), cst.CSTNode)]
    later = [n for n in nodes if tree.span(n)[0] > before]
    if (deleted := _deleted(tree, name)) is not None:
        yield f"the argument `{name}` is deleted in line {tree.line(deleted)} of {tree.path}"
    elif len(bound) > 1 and later:
        yield f"the argument `{name}` is bound again in line {tree.line(later[0])} of {tree.path}"
    elif len(bound) > 1 and not all(isinstance(b, ImportAssignment) for b in bound):
        yield f"the argument `{name}` is bound more than once"
    elif (block := _bound_by_block(tree, nodes[0])) is not None:
        yield f"the argument `{name}` is bound by {block}"
    elif not isinstance(bound[0], ImportAssignment) or _of_project(project, tree, bound[0]):
        where = mutation(project, tree, node, before)
        if where is not None:
            yield f"the argument `{name}` is changed in {where}"


def _deleted(tree: Tree, name: str) -> cst.Del | None:
    """The statement that deletes a name of the module."""
    for node in tree.every(cst.Del):
        named = {n.value for n in descendants(node.target) if isinstance(n, cst.Name)}
        if name in named and tree.function_of(node) is None:
            return node
    return None


def _of_project(project: Project, tree: Tree, bound: BaseAssignment) -> bool:
    node = getattr(bound, "node", None)
    if not isinstance(node, cst.ImportFrom):
        return False
    return project.resolve(tree.path, dotted(node.module), len(node.relative)) is not None


def _bound_by_block(tree: Tree, node: cst.CSTNode) -> str | None:
    """The block that binds a name and may take it away again, in words."""
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.For):
            return f"the loop in line {tree.line(outer)}"
        if isinstance(outer, cst.WithItem):
            return f"the `with` in line {tree.line(outer)}, which closes it"
        if isinstance(outer, cst.ExceptHandler):
            return f"the `except` in line {tree.line(outer)}"
    return None
