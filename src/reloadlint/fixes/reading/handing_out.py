"""Methods whose results still work on the object that they are called on."""

from __future__ import annotations

import libcst as cst

from reloadlint.effects.values import Class
from reloadlint.fixes.reading.functions import is_generator, own_nodes
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import FunctionNode, dotted, last_name

HANDLES = frozenset(
    {"aggregate", "channel", "cursor", "execute", "executemany", "find", "iterate", "query"}
)
"""Methods whose results still work on the connection."""


def handing_out(project: Project, cls: Class | None) -> frozenset[str]:
    """The methods of an own class that return what still works on its object."""
    if cls is None:
        return frozenset()
    defined = Methods(project, cls).defined
    return frozenset(method.name.value for _, _, method in defined if _hands_out(method))


def _hands_out(method: FunctionNode) -> bool:
    if is_generator(method):
        return True
    returned = [n.value for n in own_nodes(method.body) if isinstance(n, cst.Return)]
    return any(
        dotted(value) == "self" or (isinstance(value, cst.Call) and _is_handle(value))
        for value in returned
        if value is not None
    )


def _is_handle(call: cst.Call) -> bool:
    return last_name(call) in HANDLES or last_name(call)[:1].isupper()
