"""Which code runs while modules are loaded, or in a main guard, as far as the source shows."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.reading.applications import applications
from reloadlint.fixes.reading.callbacks import CALLING, LAZY
from reloadlint.fixes.reading.functions import naming, referring
from reloadlint.fixes.reading.guards import in_main_guard
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.setting_up import RECORDING, is_recorded, registers
from reloadlint.fixes.reading.tree import FunctionNode, Tree, last_name
from reloadlint.fixes.reading.troubles import line_in

_RUNNING = frozenset({"run", "run_simple"})


class Loaded(NamedTuple):
    """Where code is run by loading a module (or by its main guard, before or after the run)."""

    where: str
    in_guard: bool = False
    before_run: bool = False


class Loading:
    """Answers for the code of a project whether something runs it before there is a request.

    `own` is the module that makes what is asked about: it is loaded, though it be a test.
    """

    def __init__(self, project: Project, own: str) -> None:
        self._project = project
        self._own = own
        self._known: dict[FunctionNode, Loaded | None] = {}

    def at(self, tree: Tree, node: cst.CSTNode) -> Loaded | None:
        """Where the code at a node is run from; None if a request (or nothing) runs it."""
        function = tree.function_of(node)
        if function is not None:
            return self._of_function(tree, function)
        if in_main_guard(tree, node):
            return Loaded(line_in(tree, node), True, _runs_below(tree, node))
        is_loaded = tree.path in self._project.flask_modules
        if tree.path != self._own and (self._project.is_test(tree.path) or not is_loaded):
            return None
        return Loaded(line_in(tree, node))

    def _of_function(self, tree: Tree, function: FunctionNode) -> Loaded | None:
        # Flask or a server calls what makes an application, while it is loaded.
        made = applications(self._project, {tree.path})
        if any(app.function is function for app in made) or is_recorded(function):
            return Loaded(line_in(tree, function))
        if function not in self._known:
            self._known[function] = None  # of a recursion, the other callers decide
            places = self._calls(tree, function)
            if not places and registers(function):
                self._known[function] = Loaded(line_in(tree, function))
                return self._known[function]
            found = (self.at(where, node) for where, node in places)
            self._known[function] = _worst([place for place in found if place is not None])
        return self._known[function]

    def _calls(self, tree: Tree, function: FunctionNode) -> list[tuple[Tree, cst.CSTNode]]:
        """Where a function is called, or put to use as a decorator."""
        if isinstance(function, cst.FunctionDef):
            mentions = list(referring(self._project, tree, function))
        else:
            mentions = [(tree, function)]
        for where, node in list(mentions):
            target = _other_name(where, node)
            mentions += naming(self._project, where, target) if target is not None else []
        return [(where, node) for where, node in mentions if _is_called(where, node)]


def _worst(places: list[Loaded]) -> Loaded | None:
    return min(places, key=lambda place: (place.in_guard, not place.before_run), default=None)


def _other_name(tree: Tree, node: cst.CSTNode) -> cst.Name | None:
    """The name that a function is given by an assignment."""
    assign = tree.parent(node)
    if isinstance(assign, cst.Assign) and len(assign.targets) == 1:
        target = assign.targets[0].target
        return target if isinstance(target, cst.Name) else None
    return None


def _is_called(tree: Tree, node: cst.CSTNode) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.Arg):
        return last_name(tree.parent(parent)) in CALLING | LAZY | RECORDING
    return isinstance(parent, cst.Decorator) or (
        isinstance(parent, cst.Call) and parent.func is node
    )


def _runs_below(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether the main guard runs the application further down."""
    start = tree.span(node)[0]
    return any(
        tree.span(call)[0] > start and in_main_guard(tree, call)
        for call in tree.every(cst.Call)
        if last_name(call) in _RUNNING
    )
