"""Whether code runs inside an application context, as far as the source shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.applications import qualified_name
from reloadlint.fixes.callbacks import (
    BACKGROUND,
    ENTRIES,
    IN_PLACE,
    THREADS,
    VIEW_METHODS,
    background,
)
from reloadlint.fixes.functions import (
    class_of,
    is_generator,
    referring,
    wrapped_by,
)
from reloadlint.fixes.guards import in_main_guard, opens_context
from reloadlint.fixes.project import Project
from reloadlint.fixes.references import Use
from reloadlint.fixes.tree import FunctionNode, Tree, dotted, last_name


class Trouble(NamedTuple):
    """Why code may run without an application context; `fatal` if it runs while loading."""

    reason: str
    fatal: bool = False


class Contexts:
    """Answers for the functions of a project how they come to run."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[FunctionNode, list[Trouble]] = {}

    def troubles(self, use: Use) -> list[Trouble]:
        """What speaks against a use in a function; the worst first."""
        found = list(self._at(use.tree, use.node))
        return sorted(dict.fromkeys(found), key=lambda trouble: not trouble.fatal)

    def _at(self, tree: Tree, node: cst.CSTNode) -> Iterator[Trouble]:
        """For code at a node: why it may run without a context."""
        if opens_context(tree, node):
            return
        lazy = _lazy(tree, node)
        if lazy is not None:
            yield Trouble(f"a generator in {_line(tree, lazy)} may go on after the request")
        function = tree.function_of(node)
        if function is not None:
            yield from self._function(tree, function)
        elif in_main_guard(tree, node):
            yield Trouble(f"it runs in the main guard ({_line(tree, node)}), without a context")
        elif self._is_outside(tree):
            yield Trouble(f"{_line(tree, node)} runs without an application context")
        else:
            yield Trouble(f"{_line(tree, node)} runs at module level, while loading", fatal=True)

    def _function(self, tree: Tree, function: FunctionNode) -> list[Trouble]:
        """Why a function may run without a context."""
        if function not in self._known:
            self._known[function] = []  # of a recursion, the other callers decide
            self._known[function] = list(self._of_function(tree, function))
        return self._known[function]

    def _of_function(self, tree: Tree, function: FunctionNode) -> Iterator[Trouble]:
        if self._is_outside(tree):
            yield Trouble(f"{_line(tree, function)} runs without an application context")
            return
        if isinstance(function, cst.Lambda):
            yield from self._reference(tree, function, function)
            return
        yield from self._decorated(tree, function)
        cls = class_of(tree, function)
        if cls is not None:
            yield from _of_class(tree, cls, function)
            if _is_view(cls, function):
                return
        for where, node in referring(self._project, tree, function):
            yield from self._reference(where, node, function)

    def _is_outside(self, tree: Tree) -> bool:
        """Whether a module is a test or a script: no server loads it."""
        return self._project.is_test(tree.path) or tree.path not in self._project.flask_modules

    # Decorators

    def _decorated(self, tree: Tree, function: cst.FunctionDef) -> Iterator[Trouble]:
        names = [_callee(tree, decorator.decorator) for decorator in function.decorators]
        for name in names:
            last = name.rpartition(".")[2]
            if last == "command" and not self._has_context(tree, name, names):
                yield Trouble(
                    f"`{function.name.value}` is a command without an application context; "
                    "`with_appcontext` gives it one"
                )
            elif (handed := background(name)) is not None:
                yield Trouble(f"`{function.name.value}` is handed to {handed}")

    def _has_context(self, tree: Tree, name: str, names: list[str]) -> bool:
        if ".cli." in f".{name}" or any(n.endswith("with_appcontext") for n in names):
            return True
        group = name.rpartition(".")[0]
        made = [a.node for a in tree.global_scope[group] if hasattr(a, "node")] if group else []
        calls = [tree.parent(tree.parent(node)) for node in made if isinstance(node, cst.Name)]
        made_from = {last_name(getattr(call, "value", None)) for call in calls}
        return bool(made_from & {"AppGroup", "FlaskGroup"})

    # References

    def _reference(
        self, tree: Tree, node: cst.CSTNode, function: FunctionNode
    ) -> Iterator[Trouble]:
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
                yield Trouble(f"{_line(tree, node)} hands `{_name(node)}` to {handed}")
        elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.Element, cst.DictElement)):
            yield Trouble(f"`{_name(node)}` is kept in {_line(tree, node)}, to be called elsewhere")

    def _called(
        self, tree: Tree, call: cst.Call, function: FunctionNode
    ) -> Iterator[Trouble]:
        if is_generator(function) and not _is_context_manager(function):
            if not _consumed(tree, call):
                yield Trouble(
                    f"the generator `{_name(call.func)}` may go on after the request "
                    f"({_line(tree, call)})"
                )
                return
        for trouble in self._at(tree, call):
            if trouble.fatal and trouble.reason.startswith(_line(tree, call)):
                where = _line(tree, call)
                yield Trouble(f"`{_name(call.func)}` is called at module level in {where}", True)
            else:
                yield trouble

    def _handed_on(
        self, tree: Tree, arg: cst.Arg, node: cst.CSTNode, function: FunctionNode
    ) -> Iterator[Trouble]:
        call = tree.parent(arg)
        assert isinstance(call, cst.Call)
        name = _callee(tree, call)
        last = name.rpartition(".")[2]
        if (handed := background(name)) is not None:
            yield Trouble(f"{_line(tree, node)} hands `{_name(node)}` to {handed}")
        elif last in IN_PLACE or last == "partial":
            yield from self._at(tree, call)
        elif last not in ENTRIES:
            yield Trouble(
                f"{_line(tree, node)} hands `{_name(node)}` to `{last}`, which may call it "
                "outside a request"
            )

    def _decoration(self, tree: Tree, decorator: cst.Decorator) -> Iterator[Trouble]:
        """The function is used as a decorator: its body runs where it decorates."""
        for trouble in self._at(tree, decorator):
            reason = f"it decorates a function at module level in {_line(tree, decorator)}"
            yield Trouble(reason, True) if trouble.fatal else trouble

    def _returned(self, tree: Tree, node: cst.Return) -> Iterator[Trouble]:
        """The function is a decorator's wrapper: it runs when what is decorated does."""
        outer = tree.function_of(node)
        targets = list(wrapped_by(self._project, tree, outer)) if outer is not None else []
        for target in targets:
            if target is None:
                yield Trouble(f"{_line(tree, node)} returns a function that may run elsewhere")
            else:
                yield from self._function(*target)


def _line(tree: Tree, node: cst.CSTNode) -> str:
    return f"line {tree.line(node)} of {tree.path}"


def _name(node: cst.CSTNode) -> str:
    return dotted(node) or last_name(node) or "lambda"


def _callee(tree: Tree, node: cst.BaseExpression) -> str:
    """The dotted name of what is called, in full where it is imported."""
    func = node.func if isinstance(node, cst.Call) else node
    written = dotted(func) or last_name(func)
    return qualified_name(tree, func) or written


def _of_class(tree: Tree, cls: cst.ClassDef, function: cst.FunctionDef) -> Iterator[Trouble]:
    bases = {last_name(base.value) for base in cls.bases}
    if function.name.value == "run" and bases & THREADS:
        yield Trouble(f"`{cls.name.value}.run` is {BACKGROUND['Thread']}")


def _is_view(cls: cst.ClassDef, function: cst.FunctionDef) -> bool:
    bases = [last_name(base.value) for base in cls.bases]
    named = any(base.endswith(("View", "Resource")) for base in bases)
    return named and function.name.value in VIEW_METHODS


def _is_context_manager(function: FunctionNode) -> bool:
    decorators = function.decorators if isinstance(function, cst.FunctionDef) else ()
    names = {last_name(decorator.decorator) for decorator in decorators}
    return bool(names & {"contextmanager", "asynccontextmanager", "fixture", "stream_with_context"})


def _lazy(tree: Tree, node: cst.CSTNode) -> cst.GeneratorExp | None:
    """The generator expression that runs a node later than where it is written, if one does."""
    inner = node
    for outer in tree.ancestors(node):
        if isinstance(outer, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(outer, cst.GeneratorExp) and not _consumed(tree, outer):
            first = outer.for_in.iter
            if not (inner is outer.for_in and _within(tree, node, first)):
                return outer
        inner = outer
    return None


def _within(tree: Tree, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
    return node is outer or any(ancestor is outer for ancestor in tree.ancestors(node))


def _consumed(tree: Tree, generator: cst.BaseExpression) -> bool:
    """Whether what makes values one by one is run to its end at once, or keeps its context."""
    parent = tree.parent(generator)
    if isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is generator:
        return True
    if isinstance(parent, cst.From):
        return True
    if isinstance(parent, cst.Arg):
        call = tree.parent(parent)
        name = last_name(call)
        return name in IN_PLACE or name == "stream_with_context"
    return isinstance(parent, cst.StarredElement)
