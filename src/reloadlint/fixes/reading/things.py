"""An object with all that is made from it at module level: what a cure has to move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import libcst as cst
import msgspec

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class
from reloadlint.fixes.draft import Refusal, Waiting
from reloadlint.fixes.reading.attributes import attribute_references
from reloadlint.fixes.reading.configuring import configures
from reloadlint.fixes.reading.exits import closed_at_exit
from reloadlint.fixes.reading.object import Made, made_by
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import References, Use, references
from reloadlint.fixes.reading.release import check_no_application, own_class
from reloadlint.fixes.reading.removed_hooks import no_removed_hook
from reloadlint.fixes.reading.tree import Tree, descendants, last_name

HANDLES = frozenset({"cursor", "channel"})
"""Methods of libraries' connections that return what works on the connection."""


class Thing(msgspec.Struct):
    """One name at module level whose object moves into an accessor.

    `lines` configure it and move along; `values` are the expressions that they evaluate.
    `source` is the use of another thing that this one is made from, None for the first.
    `dropped` are lines that do what the cure does itself. `doc` is the accessor's docstring, where
    the name had one.
    """

    made: Made
    found: References
    source: Use | None = None
    lines: list[cst.SimpleStatementLine] = msgspec.field(default_factory=list)
    values: list[cst.BaseExpression] = msgspec.field(default_factory=list)
    dropped: list[cst.SimpleStatementLine] = msgspec.field(default_factory=list)
    doc: list[str] = msgspec.field(default_factory=list)

    @property
    def statements(self) -> list[cst.SimpleStatementLine]:
        """The statements at module level that move, or go."""
        return [self.made.line, *self.lines, *self.dropped]


Settle: TypeAlias = Callable[[Thing, Use, Hazard, Project], Iterator[Thing]]
"""Settles a use at module level; what it makes there, if it makes something."""


def things(
    hazard: Hazard, project: Project, settle: Settle | None = None, made: Made | None = None
) -> list[Thing]:
    """The object that a hazard makes, and those that are made from it.

    `settle` says what becomes of uses at module level; by default as one object for each request
    needs it. `made` is where the object is made, if it isn't what the hazard's call returns.

    Raises:
        Refusal: it is used while the module is loaded in a way that can't be moved, or rebound.
        Waiting: see there.
    """
    check_no_application(hazard, project)
    made = made or made_by(hazard, project)
    uses = attribute_references if made.owner else references
    first = Thing(made, uses(project, hazard.path, f"{made.owner}.{made.name}".lstrip(".")))
    found = [first]
    for thing in found:
        _no_rebinding(thing.found)
        no_removed_hook(project, thing.found.uses)
        for use in thing.found.uses:
            at_exit = closed_at_exit(use, hazard.closers)  # `lambda: db.close()`, it may be
            if at_exit or use.tree.function_of(use.node) is None:
                _not_beside(thing.made, use)
                found += (settle or at_module_level)(thing, use, hazard, project)
    return found


def at_module_level(thing: Thing, use: Use, hazard: Hazard, project: Project) -> Iterator[Thing]:
    """Settle a use at module level; what it makes there, if it makes something.

    Raises:
        Refusal: it can't be moved.
        Waiting: it goes into an object whose own cure comes first.
    """
    line = configures(thing.made, use) or reported(use, hazard)
    if line is not None:
        if line not in thing.lines:
            thing.lines.append(line)
            thing.values += values_of(line)
        return
    derived = _derived(use, own_class(hazard, project), project)
    if derived is not None and use.tree is thing.made.tree:
        yield Thing(derived, references(project, use.tree.path, derived.name), use)
        return
    for other in project.hazards:
        if other != hazard and _goes_into(use, other, project):
            raise Waiting("it goes into another object, whose fix comes first", other)
    raise Refusal(f"it is used while the module is loaded, in {use.where}{how(use.tree, use.node)}")


def reported(use: Use, hazard: Hazard) -> cst.SimpleStatementLine | None:
    """The statement that is reported itself: `connection.open()`, on an object made above it."""
    tree = use.tree
    line = tree.statement_of(use.node)
    if tree.path != hazard.path or not isinstance(line, cst.SimpleStatementLine):
        return None
    small = line.body[0]
    value = small.value if isinstance(small, cst.Expr) else None
    plain = len(line.body) == 1 and tree.parent(line) is tree.module
    return line if value and plain and tree.position(value) == hazard.span else None


def _goes_into(use: Use, hazard: Hazard, project: Project) -> bool:
    """Whether a use is an argument of another object that a cure moves."""
    if hazard.path != use.tree.path or hazard.cure != "g":
        return False
    try:
        made = made_by(hazard, project)
    except Refusal:
        return False
    start, end = use.tree.span(made.value)
    return start <= use.tree.span(use.node)[0] < end


def _not_beside(made: Made, use: Use) -> None:
    """See that no statement on the same line uses the object."""
    if use.tree.statement_of(use.node) is made.line and len(made.line.body) > 1:
        raise Refusal(f"{use.where} makes it and uses it; a line for each could be moved")


def _no_rebinding(found: References) -> None:
    for use in found.rebound:
        again = "deleted" if isinstance(use.tree.parent(use.node), cst.Del) else "bound again"
        raise Refusal(f"the name is {again} in {use.where}")
    for obstacle in found.obstacles:
        raise Refusal(obstacle)


def values_of(line: cst.SimpleStatementLine) -> list[cst.BaseExpression]:
    """What a line that configures an object evaluates."""
    small = line.body[0]
    if isinstance(small, cst.Assign):
        return [small.value]
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
        return [arg.value for arg in small.value.args]
    return []


def _derived(use: Use, cls: Class | None, project: Project) -> Made | None:
    """`cursor = connection.cursor()`: a name for what is made from the object."""
    tree = use.tree
    call = tree.parent(tree.parent(use.node))
    assignment = tree.parent(call)
    if not (isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute)):
        return None
    if call.func.value is not use.node or not isinstance(assignment, cst.Assign):
        return None
    line, target = tree.parent(assignment), assignment.targets[0].target
    if not (isinstance(line, cst.SimpleStatementLine) and isinstance(target, cst.Name)):
        return None
    plain = len(line.body) == len(assignment.targets) == 1 and tree.parent(line) is tree.module
    method = call.func.attr.value
    if not plain or not (method in HANDLES or _returns_object(cls, method, project)):
        return None
    return Made(tree, target.value, assignment, line, call)


def _returns_object(cls: Class | None, name: str, project: Project) -> bool:
    """Whether a method returns a new object of some class, and no plain data."""
    if cls is None:
        return False
    defined = [node for _, _, node in Methods(project, cls).defined if node.name.value == name]
    returned = [
        node.value
        for method in defined[:1]
        for node in descendants(method.body)
        if isinstance(node, cst.Return)
    ]
    return bool(returned) and all(
        isinstance(value, cst.Call) and last_name(value)[:1].isupper() for value in returned
    )


def how(tree: Tree, node: cst.CSTNode) -> str:
    """What kind of code at module level it is, where that isn't plain."""
    inner = node
    for outer in tree.ancestors(node):
        if isinstance(outer, cst.Decorator):
            return " (in a decorator)"
        if isinstance(outer, cst.Param) and inner is outer.default:
            return " (as a default argument)"
        if isinstance(outer, cst.ClassDef):
            return " (in a class body)"
        inner = outer
    return ""
