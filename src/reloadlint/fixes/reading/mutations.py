"""Whether an object that a name stands for, or the environment, is changed later."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use, references
from reloadlint.fixes.reading.tree import Tree, assigned_values, dotted

MUTATORS = frozenset(
    {
        "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
        "popleft", "remove", "reverse", "setdefault", "sort", "update", "write", "read_file",
        "set", "from_object", "from_mapping", "from_pyfile", "__setitem__",
    }
)  # fmt: skip
"""Methods that change their object."""


def mutation(project: Project, tree: Tree, node: cst.Name, before: int) -> str | None:
    """Where what a module's name stands for is changed, other than before an offset at its level.

    Only what `node` reads of it counts: for `app.config[…]`, changes of `app.config`.
    """
    part = _first_attribute(tree, node)
    found = references(project, tree.path, node.value)
    for use in found.rebound:
        if use.tree is not tree or isinstance(tree.parent(use.node), cst.Del):
            return use.where
    for use in found.uses:
        early = use.tree is tree and tree.span(use.node)[0] < before
        if early and tree.function_of(use.node) is None:
            continue
        mine = _first_attribute(use.tree, use.node)
        if (part is None or mine is None or part == mine) and is_changed(use):
            return use.where
    return None


def is_changed(use: Use) -> bool:
    """Whether a use changes the object, or something that it holds."""
    tree, node = use.tree, use.node
    parent = tree.parent(node)
    while isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is node:
        node, parent = parent, tree.parent(parent)
    if node is use.node:
        return False
    if isinstance(parent, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)):
        return parent.target is node
    if isinstance(parent, cst.Del):
        return True
    called = isinstance(parent, cst.Call) and parent.func is node
    return called and isinstance(node, cst.Attribute) and node.attr.value in MUTATORS


def _first_attribute(tree: Tree, node: cst.CSTNode) -> str | None:
    parent = tree.parent(node)
    if isinstance(parent, cst.Attribute) and parent.value is node:
        return parent.attr.value
    return None


_SET = r"""environ(?:\[\s*["']{0}["']\s*\]\s*=[^=]|\.(?:pop|update|setdefault)\(.*?["']?{0})"""


def changed_environment(tree: Tree, part: cst.BaseExpression, before: int) -> Iterator[str]:
    """Where a variable of the environment that an expression reads is set after it was read."""
    source = tree.source(part)
    if "environ" not in source and "getenv" not in source:
        return
    for key in re.findall(r"(?:environ(?:\.get)?|getenv)\s*[\[(]\s*[\"'](\w+)", source):
        for match in re.finditer(_SET.format(re.escape(key)), tree.text):
            offset = len(tree.text[: match.start()].encode())
            if offset > before:
                line = tree.text[: match.start()].count("\n") + 1
                yield f"the argument from the variable `{key}` is changed in line {line}"


def written_out(tree: Tree, node: cst.BaseExpression) -> str | None:
    """The text that an expression is, written there or where its name is bound; else None."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    if isinstance(node, cst.Name):
        values = assigned_values(tree, node)
        texts = [value for value in values if isinstance(value, cst.SimpleString)]
        return written_out(tree, texts[0]) if texts else None
    return None


def is_attribute_target(use: Use) -> str | None:
    """`db.row_factory` where a use's attribute is assigned; None where it isn't."""
    parent = use.tree.parent(use.node)
    if not isinstance(parent, cst.Attribute):
        return None
    outer = use.tree.parent(parent)
    targets = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del)
    if isinstance(outer, targets) and getattr(outer, "target", parent) is parent:
        return dotted(parent)
    return None
