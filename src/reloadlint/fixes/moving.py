"""Statements at module level that go with an object: into its accessor, or away."""

from __future__ import annotations

import libcst as cst
import msgspec

from reloadlint.fixes.configuring import configures
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guards import in_main_guard
from reloadlint.fixes.object import Made
from reloadlint.fixes.references import References, Use
from reloadlint.fixes.tree import Tree


class Moving(msgspec.Struct):
    """What goes along with an assignment.

    `lines` configure the object and move into its accessor; `values` are the expressions that
    they evaluate; `doubts` say why that may not do.
    """

    lines: list[cst.SimpleStatementLine] = msgspec.field(default_factory=list)
    values: list[cst.BaseExpression] = msgspec.field(default_factory=list)
    doubts: list[str] = msgspec.field(default_factory=list)

    def takes(self, use: Use) -> bool:
        """Whether a use goes along."""
        return use.tree.statement_of(use.node) in self.lines


def moving_with(made: Made, found: References) -> Moving:
    """What goes along with the object that an assignment makes.

    Raises:
        Refusal: it is used while the module is loaded in a way that can't be moved, or rebound.
    """
    _no_rebinding(found)
    moving = Moving()
    for use in found.uses:
        if use.tree.function_of(use.node) is not None or in_main_guard(use.tree, use.node):
            continue
        line = configures(made, use)
        if line is None:
            raise Refusal(f"it is used at module level in {use.where}{_how(use.tree, use.node)}")
        if line not in moving.lines:
            moving.lines.append(line)
            moving.values += _values(line)
    return moving


def _no_rebinding(found: References) -> None:
    for use in found.rebound:
        deleted = isinstance(use.tree.parent(use.node), cst.Del)
        raise Refusal(f"the name is {'deleted' if deleted else 'rebound'} in {use.where}")
    for obstacle in found.obstacles:
        raise Refusal(obstacle)


def _values(line: cst.SimpleStatementLine) -> list[cst.BaseExpression]:
    small = line.body[0]
    if isinstance(small, cst.Assign):
        return [small.value]
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
        return [arg.value for arg in small.value.args]
    return []


def _how(tree: Tree, node: cst.CSTNode) -> str:
    """What kind of code at module level it is, where that isn't plain."""
    inner = node
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.Decorator):
            return ", in a decorator"
        if isinstance(outer, cst.Param) and inner is outer.default:
            return ", as a default argument"
        if isinstance(outer, cst.ClassDef):
            return ", in a class body"
        if isinstance(outer, cst.Arg):
            return ", where it is passed on and kept"
        if isinstance(outer, cst.Assign) and inner is outer.value:
            return ", where it is kept"
        inner = outer
    return ""
