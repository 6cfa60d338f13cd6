"""Which code runs while modules are loaded, or in a main guard, as far as the source shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.reading.applications import applications
from reloadlint.fixes.reading.callbacks import CALLING, LAZY
from reloadlint.fixes.reading.functions import MOST_FUNCTIONS, mentions_of, naming
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
        self._called: dict[FunctionNode, list[tuple[Tree, cst.CSTNode]]] = {}

    def at(self, tree: Tree, node: cst.CSTNode) -> Loaded | None:
        """Where the code at a node is run from; None if a request (or nothing) runs it."""
        function = tree.function_of(node)
        if function is None:
            return self._outside(tree, node)
        if function not in self._known:
            self._known[function] = _worst(self._reaching(tree, function))
        return self._known[function]

    def _outside(self, tree: Tree, node: cst.CSTNode) -> Loaded | None:
        """For code that stands in no function."""
        if in_main_guard(tree, node):
            return Loaded(line_in(tree, node), True, _runs_below(tree, node))
        is_loaded = tree.path in self._project.flask_modules
        if tree.path != self._own and (self._project.is_test(tree.path) or not is_loaded):
            return None
        return Loaded(line_in(tree, node))

    def _reaching(self, tree: Tree, function: FunctionNode) -> Iterator[Loaded]:
        """Where a function is run from: by its callers first, then by theirs."""
        pending, seen = deque([(tree, function)]), {function}
        while pending and len(seen) <= MOST_FUNCTIONS:
            where, called = pending.popleft()
            if self._is_run(where, called):
                yield Loaded(line_in(where, called))
                continue
            for other, node in self._places(where, called):
                outer = other.function_of(node)
                if outer is None:
                    yield from filter(None, [self._outside(other, node)])
                elif outer not in seen:
                    seen.add(outer)
                    pending.append((other, outer))

    def _is_run(self, tree: Tree, function: FunctionNode) -> bool:
        """Whether Flask or a server runs a function while it loads or registers something."""
        made = applications(self._project, {tree.path})
        if any(app.function is function for app in made) or is_recorded(function):
            return True
        return registers(function) and not self._places(tree, function)

    def _places(self, tree: Tree, function: FunctionNode) -> list[tuple[Tree, cst.CSTNode]]:
        if function not in self._called:
            self._called[function] = self._calls(tree, function)
        return self._called[function]

    def _calls(self, tree: Tree, function: FunctionNode) -> list[tuple[Tree, cst.CSTNode]]:
        """Where a function is called, or put to use as a decorator."""
        mentions = list(mentions_of(self._project, tree, function))
        for where, node in list(mentions):
            target = _other_name(where, node)
            mentions += naming(self._project, where, target) if target is not None else []
        return [(where, node) for where, node in mentions if _is_called(where, node)]


def _worst(places: Iterator[Loaded]) -> Loaded | None:
    """The first that is run by loading; else one in a main guard, above the run if there is one."""
    guarded: list[Loaded] = []
    for place in places:
        if not place.in_guard:
            return place
        guarded.append(place)
    return min(guarded, key=lambda place: not place.before_run, default=None)


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
