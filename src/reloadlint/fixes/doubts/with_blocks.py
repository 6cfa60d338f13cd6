"""Which `with` blocks end in a commit."""

from __future__ import annotations

import re

import libcst as cst

from reloadlint.fixes.reading.tree import Tree, dotted, last_name

_LOCKS = frozenset({"BoundedSemaphore", "Condition", "Lock", "RLock", "Semaphore"})
_LOCK = re.compile(r"lock|mutex|semaphore", re.IGNORECASE)


def is_transaction(tree: Tree, node: cst.With) -> bool:
    """`with connection:` commits at its end; `with lock:` doesn't."""
    return any(
        last_name(item.item) == "begin"
        or (isinstance(item.item, (cst.Name, cst.Attribute)) and not _is_lock(tree, item.item))
        for item in node.items
    )


def _is_lock(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether a name says that it is a lock, or the module makes one under it."""
    if _LOCK.search(last_name(node)):
        return True
    return any(
        last_name(assignment.value) in _LOCKS
        and any(dotted(target.target) == dotted(node) for target in assignment.targets)
        for assignment in tree.every(cst.Assign)
    )
