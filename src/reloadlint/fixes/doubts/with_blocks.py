"""Which `with` blocks end in a commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name

_LOCKS = frozenset({"BoundedSemaphore", "Condition", "Lock", "RLock", "Semaphore"})
_LOCK = re.compile(r"lock|mutex|semaphore", re.IGNORECASE)


def is_transaction(tree: Tree, node: cst.With) -> bool:
    """`with connection:` commits at its end; `with lock:` doesn't."""
    return any(
        last_name(item.item) == "begin"
        or (isinstance(item.item, (cst.Name, cst.Attribute)) and not _is_lock(tree, item.item))
        for item in node.items
    )


def commits_when_left(project: Project, node: cst.With) -> bool:
    """Whether a function of the project, a `@contextmanager`, commits at the end of the block."""
    for item in node.items:
        name = last_name(item.item) if isinstance(item.item, cst.Call) else ""
        found = list(_managers(project, name)) if name else []
        if found and all(_commits_after_its_yield(*manager) for manager in found):
            return True
    return False


def _managers(project: Project, name: str) -> Iterator[tuple[Tree, cst.FunctionDef]]:
    for path in project.mentioning(name, "contextmanager"):
        tree = project.tree(path)
        for function in tree.every(cst.FunctionDef):
            names = [last_name(decorator.decorator) for decorator in function.decorators]
            if function.name.value == name and "contextmanager" in names:
                yield tree, function


def _commits_after_its_yield(tree: Tree, function: cst.FunctionDef) -> bool:
    """Whether it does so whenever the block didn't raise."""
    yields = [tree.span(n)[0] for n in descendants(function.body) if isinstance(n, cst.Yield)]
    commits = (
        node
        for node in descendants(function.body)
        if isinstance(node, cst.Call) and last_name(node) == "commit"
    )
    return len(yields) == 1 and any(
        tree.span(node)[0] > yields[0] and not _is_conditional(tree, node) for node in commits
    )


def _is_conditional(tree: Tree, node: cst.CSTNode) -> bool:
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.FunctionDef):
            return False
        if isinstance(outer, (cst.If, cst.ExceptHandler, cst.For, cst.While, cst.Match)):
            return True
    return False


def _is_lock(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether a name says that it is a lock, or the module makes one under it."""
    if _LOCK.search(last_name(node)):
        return True
    return any(
        last_name(assignment.value) in _LOCKS
        and any(dotted(target.target) == dotted(node) for target in assignment.targets)
        for assignment in tree.every(cst.Assign)
    )
