"""The object that a hazard is about: the assignment that makes it, and what opens and closes it."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Instead, Refusal
from reloadlint.fixes.reading.applications import is_class
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, assigned_values, last_name


class Made(NamedTuple):
    """`name = value` at module level, and the line that it stands in.

    `owner` is the application of which the name is an attribute (`app.db = …`), if it is one.
    """

    tree: Tree
    name: str
    assignment: cst.Assign | cst.AnnAssign
    line: cst.SimpleStatementLine
    value: cst.BaseExpression
    owner: str = ""

    @property
    def piece(self) -> cst.SimpleStatementLine | cst.BaseSmallStatement:
        """What moves: the whole line, or the assignment alone where others share its line."""
        return self.line if len(self.line.body) == 1 else self.assignment

    @property
    def target(self) -> tuple[int, int]:
        """From the name to the end of its annotation, if it has one."""
        if isinstance(self.assignment, cst.AnnAssign):
            start, _ = self.tree.span(self.assignment.target)
            return start, self.tree.span(self.assignment.annotation.annotation)[1]
        return self.tree.span(self.assignment.targets[0].target)


def made_by(hazard: Hazard, project: Project) -> Made:
    """The assignment whose value is the call of a hazard.

    Raises:
        Refusal: it is no plain assignment of the call's result to a name of the module.
    """
    tree = project.tree(hazard.path)
    call = tree.call_at(hazard.span)
    if call is None:
        raise Refusal(f"no call stands there that could be moved: {_WHAT[hazard.kind]}")
    earlier = receiver_made(tree, call) if isinstance(tree.parent(call), cst.Expr) else None
    return made_at(project, tree, earlier or call)


def made_at(project: Project, tree: Tree, call: cst.Call) -> Made:
    """The assignment whose value is a call.

    Raises:
        Refusal: it is no plain assignment of the call's result to a name of the module.
    """
    assignment = tree.parent(call)
    if not isinstance(assignment, (cst.Assign, cst.AnnAssign)):
        raise _not_assigned(tree, call)
    target = assignment.target if isinstance(assignment, cst.AnnAssign) else _only(assignment)
    owner = _application(project, tree, target)
    if not isinstance(target, cst.Name) and not owner:
        raise Refusal("what the call returns is not assigned to a plain name")
    line = tree.parent(assignment)
    if not isinstance(line, cst.SimpleStatementLine) or tree.parent(line) is not tree.module:
        raise Refusal(f"the assignment stands in a block{_block(tree, line)}, not by itself")
    return Made(tree, last_name(target), assignment, line, call, owner)


def _application(project: Project, tree: Tree, target: cst.BaseExpression) -> str:
    """The application's name, where the target is an attribute of one."""
    owner = target.value if isinstance(target, cst.Attribute) else None
    if not isinstance(owner, cst.Name):
        return ""
    values = [value for value in assigned_values(tree, owner) if isinstance(value, cst.Call)]
    return owner.value if any(is_class(project, tree, value.func) for value in values) else ""


def receiver_made(tree: Tree, call: cst.Call) -> cst.Call | None:
    """The call that makes the object on which a call further down opens something."""
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    if not isinstance(owner, cst.Name):
        return None
    for value in assigned_values(tree, owner):
        if isinstance(tree.parent(value), cst.Assign) and isinstance(value, cst.Call):
            return value
    return None


_WHAT = {
    "decorator": "a decorator does it",
    "class": "making the class does it",
    "implicit": "entering a `with` or reading a property does it",
    "call": "the text is read in another way",
}
_BLOCKS: dict[type[cst.CSTNode], str] = {
    cst.If: "if",
    cst.Try: "try",
    cst.With: "with",
    cst.For: "for",
    cst.While: "while",
}


def _only(assignment: cst.Assign) -> cst.BaseExpression:
    if len(assignment.targets) > 1:
        raise Refusal("what the call returns is assigned to several names")
    return assignment.targets[0].target


def _not_assigned(tree: Tree, call: cst.Call) -> Refusal:
    if isinstance(tree.parent(call), cst.Expr):
        kept = "what the call returns is not kept, so there is nothing that could be closed"
        return Instead(kept, "guard")
    return Refusal(
        "the call is part of a larger expression, so what it returns has no name of its own"
    )


def _block(tree: Tree, line: cst.CSTNode) -> str:
    """The block that a statement stands in, in words."""
    for node in tree.ancestors(line):
        if isinstance(node, cst.ClassDef):
            return f" (the body of class `{node.name.value}`)"
        if isinstance(node, cst.FunctionDef):
            return f" (function `{node.name.value}`)"
        word = _BLOCKS.get(type(node))
        if word is not None:
            return f" (`{word}` in line {tree.line(node)})"
    return ""
