"""Whether what is started is the server: a request can't be waited for by who answers it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.reading.guards import runs_application
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, assigned_values, descendants

_SERVING = frozenset({"run", "serve_forever"})
_SERVERS = frozenset({"Flask", "make_server", "create_app"})


def serves(hazard: Hazard, project: Project) -> bool:
    """Whether a thread that is started runs the application."""
    for step in hazard.steps:
        if step.path in project.texts:
            tree = project.tree(step.path)
            if any(_is_server(tree, target) for target in _targets(tree, step.line)):
                return True
    return False


def _targets(tree: Tree, line: int) -> Iterator[cst.BaseExpression]:
    """What the threads run that are made or started in a line."""
    for call in tree.every(cst.Call):
        if tree.line(call) != line:
            continue
        owner = call.func.value if isinstance(call.func, cst.Attribute) else None
        makers: list[cst.CSTNode] = [call]
        if isinstance(owner, cst.Name):
            makers += assigned_values(tree, owner)
        for maker in makers:
            for arg in maker.args if isinstance(maker, cst.Call) else ():
                yield arg.value


def _is_server(tree: Tree, target: cst.BaseExpression) -> bool:
    if isinstance(target, cst.Attribute):
        owner = target.value
        made = [*assigned_values(tree, owner)] if isinstance(owner, cst.Name) else []
        names = {n.value for value in made for n in descendants(value) if isinstance(n, cst.Name)}
        return target.attr.value in _SERVING and bool(
            names & {"Flask", "make_server", "create_app"}
        )
    if isinstance(target, cst.Lambda):
        return runs_application(target)
    if not isinstance(target, cst.Name):
        return False
    found = (getattr(a, "node", None) for a in tree.bound(target, target.value))
    return any(isinstance(node, cst.FunctionDef) and runs_application(node) for node in found)
