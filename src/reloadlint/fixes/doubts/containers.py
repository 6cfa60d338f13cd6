"""What requests put into an object: it would be gone with the one that the request has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from reloadlint.fixes.reading.mutations import MUTATORS
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.tree import descendants, dotted, last_name

_KINDS = frozenset(
    {
        "dict", "list", "set", "defaultdict", "OrderedDict", "Counter", "ChainMap", "deque",
        "UserDict", "UserList", "Queue", "SimpleQueue", "LifoQueue", "PriorityQueue",
    }
)  # fmt: skip
_PUTTING = (MUTATORS | {"put", "put_nowait", "subtract", "__delitem__"}) - {"write", "read_file"}
_TARGETS = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del)


def put_into(uses: Iterable[Use], methods: Methods) -> Iterator[str]:
    """Where code that uses the object, or a method of it, changes what it holds."""
    own = {method.name.value for _, _, method in methods.defined}
    kind, held = _kind(methods), held_by(methods)
    for use in uses:
        name = _changed(use, own, held, is_one=kind is not None)
        if name is not None:
            yield f"what {use.where} puts into `{name}` would last for one request only"
    for tree, method in methods.serving() if kind is not None else ():
        for node in descendants(method.body):
            if _is_put_by_method(node):
                where = f"line {tree.line(node)} of {tree.path}"
                yield f"what {where} puts into the `{kind}` would last for one request only"


def _changed(use: Use, own: set[str], held: set[str], *, is_one: bool) -> str | None:
    tree, node, parent = use.tree, use.node, use.tree.parent(use.node)
    is_item = _is_item(parent, node, tree.parent(parent)) and "__setitem__" not in own
    if is_one and (is_item or _puts(use, node, own)):
        return tree.source(node)
    if isinstance(parent, cst.Attribute) and parent.value is node and parent.attr.value in held:
        outer = tree.parent(parent)
        if _is_item(outer, parent, tree.parent(outer)) or _puts(use, parent, set()):
            return tree.source(parent)
    return None


def _is_item(item: cst.CSTNode, owner: cst.CSTNode, around: cst.CSTNode) -> bool:
    """Whether `owner[…]` is assigned or deleted."""
    return isinstance(item, cst.Subscript) and item.value is owner and isinstance(around, _TARGETS)


def _puts(use: Use, owner: cst.CSTNode, own: set[str]) -> bool:
    """Whether a method of the owner is called that changes it, and is none of the class's own."""
    method = use.tree.parent(owner)
    if not isinstance(method, cst.Attribute) or method.value is not owner:
        return False
    call = use.tree.parent(method)
    name = method.attr.value
    return isinstance(call, cst.Call) and call.func is method and name in _PUTTING - own


def _is_put_by_method(node: cst.CSTNode) -> bool:
    """`self[…] = …` and `super().append(…)`."""
    if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.Del)):
        target = node.target
        return isinstance(target, cst.Subscript) and dotted(target.value) == "self"
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        inherited = isinstance(node.func.value, cst.Call) and last_name(node.func.value) == "super"
        return inherited and node.func.attr.value in _PUTTING
    return False


def _kind(methods: Methods) -> str | None:
    """The container that the class is made from."""
    for _, cls, _ in methods.defined:
        for base in cls.bases:
            plain = base.value.value if isinstance(base.value, cst.Subscript) else base.value
            if last_name(plain) in _KINDS:
                return last_name(plain)
    return None


def held_by(methods: Methods) -> set[str]:
    """The attributes that a constructor makes containers."""
    held = set()
    for _, method in methods.constructing():
        for node in descendants(method.body):
            value = node.value if isinstance(node, (cst.Assign, cst.AnnAssign)) else None
            if not isinstance(value, (cst.List, cst.Dict, cst.Set)) and not _is_made(value):
                continue
            targets = [t.target for t in node.targets] if isinstance(node, cst.Assign) else []
            targets += [node.target] if isinstance(node, cst.AnnAssign) else []
            held |= {last_name(t) for t in targets if dotted(t).startswith("self.")}
    return held


def _is_made(value: cst.BaseExpression | None) -> bool:
    return isinstance(value, cst.Call) and last_name(value) in _KINDS
