"""Uses of an object while modules are loaded, which go on under an application context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Refusal, Waiting
from reloadlint.fixes.reading.configuring import setting_in
from reloadlint.fixes.reading.exits import closed_at_exit, closed_by_hand
from reloadlint.fixes.reading.functions import definition_of, naming
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.parameters import parameters_for
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use, references
from reloadlint.fixes.reading.things import Thing, at_module_level
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name
from reloadlint.fixes.reading.wrapping import wrapper_of

_READING = frozenset({"read_sql", "read_sql_query", "read_sql_table", "isinstance", "print", "str"})
_DATA = frozenset(
    {
        "callproc", "commit", "cursor", "execute", "executemany", "executescript", "fetchall",
        "fetchmany", "fetchone", "lastrowid", "query", "rollback", "rowcount", "sql",
    }
)  # fmt: skip
"""What works on the database behind a connection, and leaves nothing at the connection."""

_DEEPEST = 5
_TRANSIENT = frozenset({"dbfile", "socket"})
"""Effects that end with the context; a thread would be seen to go on."""


class Place(NamedTuple):
    """Code that needs a context, and why there is none.

    `aside` says that it is in a function that runs whenever a thread or a scheduler wants.
    """

    tree: Tree
    node: cst.CSTNode
    reason: str
    aside: bool = False


def handed_on(project: Project, use: Use) -> bool:
    """Whether a use gives the object, or a method of it, to something that may keep it."""
    node = _chosen(use.tree, use.node)
    parent = use.tree.parent(node)
    if isinstance(parent, cst.Attribute) and parent.value is node:
        outer = use.tree.parent(_chosen(use.tree, parent))
        called = isinstance(outer, cst.Call) and outer.func is parent
        return not called and isinstance(outer, (cst.Arg, cst.Assign, cst.Element, cst.DictElement))
    if not isinstance(parent, cst.Arg):
        return isinstance(parent, (cst.Assign, cst.Element, cst.DictElement))
    call = use.tree.parent(parent)
    found = definition_of(project, use.tree, call.func) if isinstance(call, cst.Call) else None
    if found is None or not isinstance(found[1], cst.FunctionDef):
        return last_name(call) not in _READING
    assert isinstance(call, cst.Call)
    return _kept_inside(project, use.tree, call, parent)


def _kept_inside(
    project: Project, tree: Tree, call: cst.Call, arg: cst.Arg, depth: int = 0
) -> bool:
    """Whether a function that is defined inside of the one that is called has the argument."""
    for where, function, name in parameters_for(project, tree, call, arg):
        for _, node in naming(project, where, name):
            if where.function_of(node) is not function:
                return True
            given = where.parent(node)
            if depth == _DEEPEST or not isinstance(given, cst.Arg):
                continue
            further = where.parent(given)
            assert isinstance(further, cst.Call)
            if _kept_inside(project, where, further, given, depth + 1):
                return True
    return False


def _chosen(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The expression that may give what a node gives: `given or node`, `node if x else None`."""
    parent = tree.parent(node)
    while isinstance(parent, cst.BooleanOperation) or (
        isinstance(parent, cst.IfExp) and parent.test is not node
    ):
        node, parent = parent, tree.parent(parent)
    return node


def sets_up(use: Use, methods: Methods | None) -> bool:
    """Whether a use may do something to this one connection that the next would lack."""
    parent = use.tree.parent(use.node)
    if not isinstance(parent, cst.Attribute) or parent.value is not use.node:
        return False
    if parent.attr.value in _DATA:
        return _sets(use.tree.function_of(use.node) or use.tree.statement_of(use.node))
    return methods is None or not _works_on_data(methods, parent.attr.value)


def _works_on_data(methods: Methods, name: str, depth: int = 0) -> bool:
    """Whether all that a method does with the object's own connection is to execute statements."""
    found = [method for _, _, method in methods.defined if method.name.value == name][:1]
    calls = [n for method in found for n in descendants(method.body) if isinstance(n, cst.Call)]
    own = [last_name(c) for c in calls if dotted(c.func).startswith("self.")]
    if not any(last_name(call) in _DATA for call in calls) and not own:
        return False
    others = [name for name in own if name not in _DATA]
    return (
        bool(found)
        and depth < _DEEPEST
        and not any(_sets(method) for method in found)
        and all(_works_on_data(methods, other, depth + 1) for other in others)
    )


def _sets(node: cst.CSTNode) -> bool:
    texts = (inner for inner in descendants(node) if isinstance(inner, cst.SimpleString))
    return any(setting_in(text) for text in texts)


class AtLoad:
    """Settles uses at module level for `things`; `places` are those that need a context.

    `wrapping` are the assignments of what is made anew for each request along with it.
    """

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.wrapping: list[Made] = []

    def __call__(self, thing: Thing, use: Use, hazard: Hazard, project: Project) -> Iterator[Thing]:
        """Settle one use.

        Raises:
            Refusal: it can't be moved, and a context around it wouldn't help.
            Waiting: it goes into an object whose own cure comes first.
        """
        line = closed_at_exit(use, hazard.closers) or closed_by_hand(use, hazard.closers)
        if line is not None and use.tree is thing.made.tree:
            thing.dropped.append(line)
            return
        try:
            yield from at_module_level(thing, use, hazard, project)
        except Waiting:
            raise
        except Refusal as refusal:
            made = wrapper_of(project, use) if use.tree is thing.made.tree else None
            if made is None:
                self.note(Place(use.tree, use.node, str(refusal)), hazard)
            elif made not in self.wrapping:
                self.wrapping.append(made)
                yield Thing(made, references(project, use.tree.path, made.name), use)

    @staticmethod
    def helps(hazard: Hazard) -> bool:
        """Whether a context would take away what the object does while a module is loaded."""
        return set(hazard.effects) <= _TRANSIENT

    def note(self, place: Place, hazard: Hazard) -> None:
        """Note a place that needs a context; `Refusal` if it wouldn't do."""
        if not self.helps(hazard):
            raise Refusal(place.reason)
        self.places.append(place)
