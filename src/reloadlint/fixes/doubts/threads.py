"""Objects that only the thread may use, or close, that has made them."""

from __future__ import annotations

import re

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.tree import Tree, assigned_values, descendants, dotted

_NO_CHECK = re.compile(r"""\bcheck_same_thread["']?\s*[=:]\s*False\b""")


def keeps_to_its_thread(tree: Tree, call: cst.CSTNode) -> bool:
    """Whether SQLite is left with its check, as far as a call says, or what it is called with."""
    handed = (
        [arg.value for arg in call.args if arg.star == "**"] if isinstance(call, cst.Call) else ()
    )
    names = [value for value in handed if isinstance(value, cst.Name)]
    values = [value for name in names for value in assigned_values(tree, name)]
    return not any(_NO_CHECK.search(tree.source(node)) for node in (call, *values))


def any_thread_may_close(hazard: Hazard, made: Made, methods: Methods | None) -> bool:
    """Whether it is known that another thread than the one that opened an object may close it."""
    if set(hazard.effects) <= {"socket"}:
        return True
    making = [(made.tree, made.value), *(methods.constructing() if methods is not None else ())]
    calls = [
        (tree, node)
        for tree, part in making
        for node in (part, *descendants(part))
        if isinstance(node, cst.Call) and dotted(node.func) == "sqlite3.connect"
    ]
    return bool(calls) and not any(keeps_to_its_thread(tree, call) for tree, call in calls)
