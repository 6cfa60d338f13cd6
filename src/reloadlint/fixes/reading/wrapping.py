"""Objects of the project that do nothing but work on another: `users = Users(connection)`."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.functions import definition_of
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.tree import descendants, dotted, last_name

_PLAIN_BASES = frozenset({"ABC", "Generic", "Protocol", "object"})
_OF_ITS_OWN = frozenset({"__new__", "__del__", "__enter__", "__exit__", "__init_subclass__"})


def wrapper_of(project: Project, use: Use) -> Made | None:
    """The assignment at module level of an object that is given another and keeps it."""
    tree = use.tree
    line = tree.statement_of(use.node)
    if not isinstance(line, cst.SimpleStatementLine) or tree.parent(line) is not tree.module:
        return None
    assignment = line.body[0]
    if len(line.body) > 1 or not isinstance(assignment, (cst.Assign, cst.AnnAssign)):
        return None
    targets = assignment.targets if isinstance(assignment, cst.Assign) else [assignment]
    target, call = targets[0].target, assignment.value
    if len(targets) > 1 or not isinstance(target, cst.Name) or not isinstance(call, cst.Call):
        return None
    if not any(arg.value is use.node for arg in call.args) or _is_reported(project, use, call):
        return None
    found = definition_of(project, tree, call.func)
    plain = found is not None and isinstance(found[1], cst.ClassDef) and _is_plain(found[1])
    return Made(tree, target.value, assignment, line, call) if plain else None


def _is_reported(project: Project, use: Use, call: cst.Call) -> bool:
    position = use.tree.position(call)
    return any(h.path == use.tree.path and h.span == position for h in project.hazards)


def _is_plain(cls: cst.ClassDef) -> bool:
    """Whether making an object only notes what is given, and nothing is noted later."""
    bases = {last_name(base.value) for base in cls.bases}
    if cls.decorators or cls.keywords or not bases <= _PLAIN_BASES:
        return False
    methods = [item for item in cls.body.body if isinstance(item, cst.FunctionDef)]
    return all(
        method.name.value not in _OF_ITS_OWN
        and (_only_notes(method) if method.name.value == "__init__" else _notes_nothing(method))
        for method in methods
    )


def _only_notes(method: cst.FunctionDef) -> bool:
    inside = list(descendants(method.body))
    calls = (node for node in inside if isinstance(node, cst.Call))
    return all(last_name(call) in ("super", "__init__") for call in calls) and not any(
        isinstance(node, (cst.Dict, cst.List, cst.Set)) for node in inside
    )


def _notes_nothing(method: cst.FunctionDef) -> bool:
    changed = (
        node.target
        for node in descendants(method.body)
        if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign))
    )
    roots = (dotted(_root(target)).partition(".")[0] for target in changed)
    return all(root not in ("self", "cls") for root in roots)


def _root(node: cst.BaseExpression) -> cst.BaseExpression:
    while isinstance(node, (cst.Subscript, cst.Attribute)):
        node = node.value
    return node
