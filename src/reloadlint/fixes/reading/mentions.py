"""What a mention of a function says about when it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.callbacks import (
    CALLING,
    ENTRIES,
    LAZY,
    REQUEST_SIGNALS,
    VIEW_METHODS,
    background,
)
from reloadlint.fixes.reading.functions import naming, wrapped_by
from reloadlint.fixes.reading.laziness import consumed, runs_later
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.setting_up import RECORDING
from reloadlint.fixes.reading.tree import FunctionNode, Tree, dotted, last_name
from reloadlint.fixes.reading.troubles import (
    Trouble,
    after_teardown,
    callee_of,
    kept,
    line_in,
    name_of,
)

_INSIDE = REQUEST_SIGNALS | {"jinja_env"}
"""What calls functions in a context, by whichever of its methods they are handed to it."""


class Asked(Protocol):
    """Who knows of other places why they may run without a context."""

    def at(self, tree: Tree, node: cst.CSTNode) -> Iterable[Trouble]:
        """For code at a node."""

    def of_function(self, tree: Tree, function: FunctionNode) -> Iterable[Trouble]:
        """For the body of a function."""


class Mentions:
    """Follows the mentions of functions to the places from which they are called."""

    def __init__(self, project: Project, contexts: Asked) -> None:
        self._project = project
        self._contexts = contexts

    def of(self, tree: Tree, node: cst.CSTNode, function: FunctionNode) -> Iterator[Trouble]:
        """What a mention of a function says about when it runs."""
        parent = tree.parent(node)
        if isinstance(parent, cst.Call) and parent.func is node:
            yield from self._called(tree, parent, function)
        elif isinstance(parent, cst.Arg):
            yield from self._handed_on(tree, parent, node, function)
        elif isinstance(parent, cst.Decorator):
            yield from self._decoration(tree, parent)
        elif isinstance(parent, cst.Return):
            yield from self._returned(tree, parent)
        elif isinstance(parent, cst.Attribute) and parent.value is node:
            handed = background(parent.attr.value)
            if handed is not None:
                yield Trouble(f"{line_in(tree, node)} hands `{name_of(node)}` to {handed}")
        elif isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            yield from self._assigned(tree, parent, node, function)
        elif isinstance(parent, (cst.AnnAssign, cst.Element, cst.DictElement)):
            yield from self._in_table(tree, node)

    def _assigned(
        self, tree: Tree, assign: cst.Assign, node: cst.CSTNode, function: FunctionNode
    ) -> Iterator[Trouble]:
        """The function gets another name, or is kept in a table."""
        target = assign.targets[0].target
        if isinstance(target, cst.Name):
            for where, mention in naming(self._project, tree, target):
                yield from self.of(where, mention, function)
        elif "jinja_env" not in tree.source(target):
            yield kept(tree, node)._replace(aside=isinstance(target, cst.Attribute))

    def _in_table(self, tree: Tree, node: cst.CSTNode) -> Iterator[Trouble]:
        """The function is kept in a table; a context processor's is called by a template."""
        outer = tree.function_of(node)
        decorators = outer.decorators if isinstance(outer, cst.FunctionDef) else ()
        if not any("context_processor" in last_name(d.decorator) for d in decorators):
            yield kept(tree, node)

    def _called(self, tree: Tree, call: cst.Call, function: FunctionNode) -> Iterator[Trouble]:
        if runs_later(function) and not consumed(tree, call):
            yield Trouble(
                f"the generator `{name_of(call.func)}` may go on after the request "
                f"({line_in(tree, call)})"
            )
            return
        for trouble in self._contexts.at(tree, call):
            if trouble.fatal and trouble.reason.startswith(line_in(tree, call)):
                where = line_in(tree, call)
                reason = f"`{name_of(call.func)}` is called at module level in {where}"
                yield Trouble(reason, True, trouble.place)
            else:
                yield trouble

    def _handed_on(
        self, tree: Tree, arg: cst.Arg, node: cst.CSTNode, function: FunctionNode
    ) -> Iterator[Trouble]:
        call = tree.parent(arg)
        assert isinstance(call, cst.Call)
        name = callee_of(tree, call)
        last = name.rpartition(".")[2]
        if (handed := background(name)) is not None:
            reason = f"{line_in(tree, node)} hands `{name_of(node)}` to {handed}"
            yield Trouble(reason, aside=True)
        elif last == "partial":
            yield from self.of(tree, call, function)
        elif last in CALLING:
            yield from self._contexts.at(tree, call)
        elif last in LAZY and not name.startswith("."):
            yield from self._lazily(tree, call)
        elif "tearing_down" in name:
            yield after_teardown(node, name)
        elif last in RECORDING:
            reason = f"{line_in(tree, node)} has `{name_of(node)}` called where an application is"
            yield Trouble(f"{reason} set up", fatal=True)
        elif last not in ENTRIES - VIEW_METHODS and _INSIDE.isdisjoint(name.split(".")):
            yield Trouble(
                f"{line_in(tree, node)} hands `{name_of(node)}` to `{last}`, which may call it "
                "outside a request",
                aside=True,
            )

    def _lazily(self, tree: Tree, call: cst.Call) -> Iterator[Trouble]:
        """`map` and the like call when they are consumed; a pool's `map`, in its threads."""
        if isinstance(call.func, cst.Attribute) and not qualified_name(tree, call.func):
            reason = f"{line_in(tree, call)} hands it to an executor (`{dotted(call.func)}`)"
            yield Trouble(reason, aside=True)
        elif not consumed(tree, call):
            yield Trouble(f"the `{last_name(call)}` in {line_in(tree, call)} may go on later")
        else:
            yield from self._contexts.at(tree, call)

    def _decoration(self, tree: Tree, decorator: cst.Decorator) -> Iterator[Trouble]:
        """The function is used as a decorator: its body runs where it decorates."""
        for trouble in self._contexts.at(tree, decorator):
            reason = f"it decorates a function at module level in {line_in(tree, decorator)}"
            yield Trouble(reason, True) if trouble.fatal else trouble

    def _returned(self, tree: Tree, node: cst.Return) -> Iterator[Trouble]:
        """The function is a decorator's wrapper: it runs when what is decorated does."""
        outer = tree.function_of(node)
        targets = list(wrapped_by(self._project, tree, outer)) if outer is not None else []
        for target in targets:
            if target is None:
                yield Trouble(f"{line_in(tree, node)} returns a function that may run elsewhere")
            else:
                yield from self._contexts.of_function(*target)
