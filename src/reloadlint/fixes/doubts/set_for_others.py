"""What making an object sets for others, who may ask for it before there is a first use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from reloadlint.fixes.doubts.handing_out import is_outer
from reloadlint.fixes.reading.functions import own_nodes
from reloadlint.fixes.reading.making import Maker
from reloadlint.fixes.reading.mutations import MUTATORS
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, last_name

_BINDING = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NameItem, cst.ImportAlias, cst.Del)


def set_for_others(project: Project, makers: Sequence[Maker]) -> Iterator[str]:
    """What the functions that make an object set, with who reads it besides them."""
    bodies = {function for _, function in makers}
    for tree, function in makers:
        for node in own_nodes(function.body):
            part = _set(tree, node)
            reader = _reader(project, tree, part, bodies) if part is not None else None
            if part is not None and reader is not None:
                place = f"line {tree.line(node)} of {tree.path}"
                yield (
                    f"making it sets `{tree.source(part)}` ({place}), which {reader} may ask for "
                    "before there is a first use"
                )


def _set(tree: Tree, node: cst.CSTNode) -> cst.BaseExpression | None:
    """What outlives a function and is set or changed there."""
    target: cst.BaseExpression | None = None
    if isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign)):
        target = node.target
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        target = node.func.value if node.func.attr.value in MUTATORS else None
    return target if target is not None and is_outer(tree, target) else None


def _reader(
    project: Project, tree: Tree, part: cst.BaseExpression, makers: set[cst.FunctionDef]
) -> str | None:
    """Where something else reads what was set; the tests of a project don't count."""
    key, name = _key(part), last_name(part.value if isinstance(part, cst.Subscript) else part)
    if not name:
        return None
    paths = [tree.path, *project.importers_of(tree.path, name)]
    if _is_shared_by_all(name):
        paths = project.mentioning(name)
    for path in paths:
        if project.is_test(path) or key not in project.texts[path]:
            continue
        other = project.tree(path)
        for node in other.index.named(name):
            if _reads(other, node, makers) and key in (_asked(other, node) or key):
                return f"line {other.line(node)} of {path}"
    return None


def _is_shared_by_all(name: str) -> bool:
    """Whether every module reaches it by an import of its own."""
    return name == "environ"


def _key(part: cst.BaseExpression) -> str:
    """The literal key under which something is set or asked for; empty if there is none."""
    if not isinstance(part, cst.Subscript) or len(part.slice) != 1:
        return ""
    index = part.slice[0].slice
    return _literal(index.value) if isinstance(index, cst.Index) else ""


def _literal(value: cst.BaseExpression) -> str:
    return value.raw_value if isinstance(value, cst.SimpleString) else ""


def _asked(tree: Tree, node: cst.CSTNode) -> str:
    """The literal key that is asked for where a name stands: `names["x"]`, `names.get("x")`."""
    parent = tree.parent(node)
    if isinstance(parent, cst.Attribute) and parent.attr is node:
        parent = tree.parent(parent)
    if isinstance(parent, cst.Subscript):
        return _key(parent)
    call = tree.parent(parent) if isinstance(parent, cst.Attribute) else None
    if isinstance(call, cst.Call) and last_name(call) == "get" and call.args:
        return _literal(call.args[0].value)
    return ""


def _reads(tree: Tree, node: cst.CSTNode, makers: set[cst.FunctionDef]) -> bool:
    """Whether a name is read where it stands, outside of the functions that make the object."""
    parent = tree.parent(node)
    if isinstance(parent, cst.Attribute) and parent.attr is node:
        node, parent = parent, tree.parent(parent)
    elif not _is_of_module(tree, node):
        return False
    if isinstance(parent, cst.Subscript):
        node, parent = parent, tree.parent(parent)
    is_bound = isinstance(parent, _BINDING) and node is not getattr(parent, "value", None)
    is_keyword = isinstance(parent, cst.Arg) and node is parent.keyword
    inside = any(outer in makers for outer in tree.ancestors(node))
    return not (is_bound or is_keyword or inside)


def _is_of_module(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a plain name is one of the module's own."""
    bound = tree.bound(node, node.value) if isinstance(node, cst.Name) else []
    return any(each.scope is tree.global_scope for each in bound)
