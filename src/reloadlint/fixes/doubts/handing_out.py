"""Where an object that is made gives itself, or a number, to what outlives it."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import ComprehensionScope

from reloadlint.fixes.reading.functions import class_of
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

AT_EXIT = frozenset({"atexit.register", "os.register_at_fork", "weakref.finalize"})
_KEEPING = (
    "add", "append", "attach", "connect", "insert", "listen", "on", "push", "put", "regist",
    "setdefault", "subscrib", "update",
)  # fmt: skip
"""How the names of methods begin that keep what they are given."""
_GROWING = frozenset({"append", "appendleft", "insert", "extend", "pop", "popleft", "popitem"})


def handed_out(tree: Tree, function: cst.FunctionDef, node: cst.CSTNode) -> str | None:
    """Where a method gives its object, or a method of that, to something that outlives it."""
    if isinstance(node, cst.Call) and any(_is_own(tree, function, a.value) for a in node.args):
        keeps = last_name(node).lower().startswith(_KEEPING) and dotted(node.func) not in AT_EXIT
        if keeps and isinstance(node.func, cst.Attribute) and is_outer(tree, node.func.value):
            return f"hands it to `{dotted(node.func) or last_name(node)}()`"
    if isinstance(node, cst.Assign) and _is_own(tree, function, node.value):
        for target in node.targets:
            if not isinstance(target.target, cst.Name) and is_outer(tree, target.target):
                return f"keeps it in `{tree.source(target.target)}`"
    return None


def counted(tree: Tree, node: cst.CSTNode) -> str | None:
    """Where making one changes what the next one gets."""
    if isinstance(node, cst.AugAssign) and is_outer(tree, node.target):
        return f"counts in `{tree.source(node.target)}`"
    if isinstance(node, cst.Assign) and len(node.targets) == 1:
        target = node.targets[0].target
        again = {dotted(n) for n in descendants(node.value)} - {""}
        if dotted(target) in again and is_outer(tree, target):
            return f"counts in `{tree.source(target)}`"
    if isinstance(node, cst.Call) and dotted(node.func) == "next" and node.args:
        counter = node.args[0].value
        return f"takes from `{tree.source(counter)}`" if is_outer(tree, counter) else None
    if isinstance(node, cst.Call) and last_name(node) in _GROWING:
        owner = node.func.value if isinstance(node.func, cst.Attribute) else None
        if owner is not None and is_outer(tree, owner) and not _is_module(tree, owner):
            return f"changes `{tree.source(owner)}`"
    return None


def _is_own(tree: Tree, function: cst.FunctionDef, value: cst.BaseExpression) -> bool:
    """Whether an expression is the method's object, or one of its methods."""
    cls = class_of(tree, function)
    if cls is None or not function.params.params:
        return False
    name = function.params.params[0].name.value
    if isinstance(value, cst.Attribute) and dotted(value.value) == name:
        return value.attr.value in {
            item.name.value for item in cls.body.body if isinstance(item, cst.FunctionDef)
        }
    return dotted(value) == name


def is_outer(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether an expression begins with a name from around its function."""
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    if not isinstance(node, cst.Name):
        return False
    bound, own = tree.bound(node, node.value), tree.scope(node)
    while isinstance(own, ComprehensionScope):
        own = own.parent
    return bool(bound) and all(a.scope is not own and hasattr(a, "node") for a in bound)


def _is_module(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether an expression is no more than an imported name, whose `pop` is no container's."""
    bound = tree.bound(node, node.value) if isinstance(node, cst.Name) else []
    return any(isinstance(getattr(a, "node", None), cst.Import) for a in bound)
