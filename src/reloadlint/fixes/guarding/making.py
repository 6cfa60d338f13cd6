"""The call to guard: the start itself, or the constructor that starts something already."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Refusal, Waiting
from reloadlint.fixes.reading.guards import in_main_guard
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, assigned_values


def maker_of(project: Project, hazard: Hazard, tree: Tree, start: cst.Call) -> cst.Call:
    """What has to be guarded: the start, or the constructor where that starts something already.

    Raises:
        Refusal: it is made while the module is loaded.
    """
    for value in _made_before(project, tree, start):
        at_module_level = tree.function_of(value) is None and not in_main_guard(tree, value)
        if hazard.in_guard and at_module_level:
            reason = (
                f"`{tree.source(value.func)}()` in line {tree.line(value)} starts something itself"
            )
            other = _hazard_at(project, tree, value)
            if other is not None:
                raise Waiting(f"{reason}; what is done about that comes first", other)
            raise Refusal(reason)
        if tree.function_of(value) is tree.function_of(start):
            return value
    return start


def _made_before(project: Project, tree: Tree, start: cst.Call) -> Iterator[cst.Call]:
    """The calls with an effect of their own that make what is started.

    That of an argument counts if no report names it, because this one stands for both.
    """
    owner = start.func.value if isinstance(start.func, cst.Attribute) else None
    for node in (owner, *(arg.value for arg in start.args)):
        for value in assigned_values(tree, node) if isinstance(node, cst.Name) else ():
            known = (tree.path, tree.position(value)) in project.outcomes
            if not isinstance(value, cst.Call) or not known:
                continue
            if node is owner or _hazard_at(project, tree, value) is None:
                yield value


def _hazard_at(project: Project, tree: Tree, call: cst.Call) -> Hazard | None:
    place = (tree.path, tree.position(call))
    return next((other for other in project.hazards if (other.path, other.span) == place), None)
