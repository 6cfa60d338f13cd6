"""The functions that are given an object by others: returned, yielded, or as an argument."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from reloadlint.fixes.reading.functions import definition_of, naming, referring
from reloadlint.fixes.reading.parameters import parameters_for
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.tree import FunctionNode, Tree, last_name

_CURSORS = frozenset({"cursor", "channel"})
_PASSING = frozenset({"closing", "enter_context", "nullcontext"})


def takers(project: Project, uses: Iterable[Use]) -> dict[FunctionNode, Tree]:
    """The functions that work with an object, or a cursor of it, that others have named."""
    followed = _Followed(project)
    for use in uses:
        followed.follow(use.tree, use.node)
    return followed.found


class _Followed:
    """Where an object goes."""

    def __init__(self, project: Project) -> None:
        self.found: dict[FunctionNode, Tree] = {}
        self._project = project
        self._seen: set[cst.CSTNode] = set()

    def follow(self, tree: Tree, node: cst.CSTNode) -> None:
        """See to whom the object goes from an expression that is it."""
        if node in self._seen:
            return
        self._seen.add(node)
        value = _worked_on(tree, node)
        parent, function = tree.parent(value), tree.function_of(node)
        if isinstance(parent, cst.Arg):
            self._handed(tree, parent)
        elif isinstance(parent, (cst.Return, cst.Yield)) and isinstance(function, cst.FunctionDef):
            self._given_back(tree, function)
        elif function is not None:
            for target in _named(parent, value):
                for where, place in naming(self._project, tree, target):
                    self.follow(where, place)

    def _given_back(self, tree: Tree, function: cst.FunctionDef) -> None:
        for where, place in referring(self._project, tree, function):
            caller = where.function_of(place)
            if caller is not None:
                self.found.setdefault(caller, where)
            self.follow(where, place)

    def _handed(self, tree: Tree, arg: cst.Arg) -> None:
        call = tree.parent(arg)
        assert isinstance(call, cst.Call)
        known = definition_of(self._project, tree, call.func)
        if known is not None and isinstance(known[1], cst.ClassDef):
            methods = (item for item in known[1].body.body if isinstance(item, cst.FunctionDef))
            self.found.update(dict.fromkeys(methods, known[0]))
        for where, function, name in parameters_for(self._project, tree, call, arg):
            self.found.setdefault(function, where)
            for other, place in naming(self._project, where, name):
                self.follow(other, place)


def _named(parent: cst.CSTNode, value: cst.CSTNode) -> list[cst.Name]:
    """The names that an expression is given there."""
    targets: list[cst.BaseExpression] = []
    if isinstance(parent, cst.Assign) and parent.value is value:
        targets = [target.target for target in parent.targets]
    elif isinstance(parent, cst.WithItem) and parent.asname is not None:
        targets = [parent.asname.name]
    return [target for target in targets if isinstance(target, cst.Name)]


def _worked_on(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The expression around a use that is still the object, or a cursor of it."""
    while True:
        parent = tree.parent(node)
        outer = tree.parent(parent)
        called = isinstance(parent, cst.Call) and parent.func is node
        if called or (isinstance(parent, cst.Attribute) and parent.attr.value in _CURSORS):
            node = parent
        elif isinstance(parent, cst.Arg) and last_name(outer) in _PASSING:
            node = outer
        else:
            return node
