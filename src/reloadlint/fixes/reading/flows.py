"""Where the object goes from a use: whether anything has it after the request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst
from libcst.metadata import GlobalScope

from reloadlint.effects.values import Class
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.callbacks import CONSUMING, CONTEXT_KEEPING, KEEPING, LAZY, background
from reloadlint.fixes.reading.contexts import Contexts
from reloadlint.fixes.reading.functions import definition_of, naming, referring
from reloadlint.fixes.reading.handing_out import HANDLES, handing_out
from reloadlint.fixes.reading.laziness import consumed, runs_later
from reloadlint.fixes.reading.parameters import parameters_for
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.tree import Tree, dotted, last_name

_STREAMING = frozenset(
    {"Response", "make_response", "response_class", "stream_template", "stream_template_string"}
)
_CACHES = frozenset({"cache", "cached", "lru_cache", "memoize", "cached_property", "ttl_cache"})
_VIEWS = frozenset({"route", "get", "post", "put", "delete", "patch"})
_WRAPPING = (cst.BooleanOperation, cst.IfExp, cst.Await, cst.Tuple, cst.List, cst.Set, cst.Dict)
_ELEMENTS = (cst.Element, cst.DictElement, cst.StarredElement)


class Flows:
    """Follows an object through one project.

    Args:
        cls: the object's class, if it is one of the project's.
        closes_on_exit: leaving a `with` block closes the object.
    """

    def __init__(
        self, project: Project, contexts: Contexts, cls: Class | None, *, closes_on_exit: bool
    ) -> None:
        self._project = project
        self._contexts = contexts
        self._handing_out = handing_out(project, cls) | HANDLES
        self._closes_on_exit = closes_on_exit
        self._seen: set[cst.CSTNode] = set()

    def ignore(self, nodes: Iterable[cst.CSTNode]) -> None:
        """Don't follow these expressions."""
        self._seen.update(nodes)

    def doubts(self, use: Use) -> Iterator[str]:
        """Why something may have the object after the request that it was opened for."""
        parent = use.tree.parent(use.node)
        if isinstance(parent, cst.WithItem) and parent.item is use.node and self._closes_on_exit:
            yield f"the `with` in {use.where} closes it, and the teardown would do so again"
        yield from self._follow(use.tree, use.node)

    def _follow(self, tree: Tree, node: cst.CSTNode) -> Iterator[str]:
        """For an expression that gives the object, or what still works on it."""
        if node in self._seen:
            return
        self._seen.add(node)
        parent = tree.parent(node)
        if isinstance(parent, cst.Attribute) and parent.value is node:
            yield from self._attribute(tree, parent)
        elif isinstance(parent, cst.Arg):
            yield from self._argument(tree, parent)
        elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
            yield from self._assigned(tree, parent)
        elif isinstance(parent, cst.Return):
            yield from self._returned(tree, parent)
        elif isinstance(parent, (*_WRAPPING, *_ELEMENTS)) and not _is_test(parent, node):
            yield from self._follow(tree, parent)
        elif isinstance(parent, cst.CompFor) and parent.iter is node:
            yield from self._iterated(tree, parent)
        elif isinstance(parent, cst.WithItem) and parent.asname is not None:
            yield from self._named(tree, parent.asname.name)

    def _attribute(self, tree: Tree, node: cst.Attribute) -> Iterator[str]:
        outer = tree.parent(node)
        if isinstance(outer, cst.Call) and outer.func is node:
            if node.attr.value in self._handing_out:
                yield from self._follow(tree, outer)
        elif isinstance(outer, cst.Attribute):
            yield from self._attribute(tree, outer)
        elif isinstance(outer, cst.Arg):
            call = tree.parent(outer)
            assert isinstance(call, cst.Call)
            if background(_callee(tree, call)) or last_name(call) in {*LAZY, "partial"}:
                yield from self._argument(tree, outer)
        elif isinstance(outer, cst.Assign) and node.attr.value in self._handing_out:
            yield from self._assigned(tree, outer)

    def _argument(self, tree: Tree, arg: cst.Arg) -> Iterator[str]:
        call = tree.parent(arg)
        assert isinstance(call, cst.Call)
        name, last = _callee(tree, call), last_name(call)
        where = _where(tree, call)
        handed = background(name)
        if handed is not None:
            yield f"{where} hands it to {handed}"
        elif last in _STREAMING:
            source = tree.source(arg.value)
            what = f"`{source}`" if len(source) < 50 and "\n" not in source else "it"
            yield f"the `{last}` in {where} may still read from {what} after the request"
        elif (last in KEEPING and not self._is_own(tree, call)) or (
            last == "update" and arg.keyword is not None
        ):
            yield f"it is kept by `{last}` in {where}"
        elif last == "closing" and last_name(arg.value) not in HANDLES:
            yield f"`closing` in {where} closes it, and the teardown would do so again"
        elif last in LAZY | CONTEXT_KEEPING | {"partial", "closing"} or last[:1].isupper():
            yield from self._follow(tree, call)
        elif last not in CONSUMING:
            yield from self._parameter(tree, call, arg)

    def _is_own(self, tree: Tree, call: cst.Call) -> bool:
        """Whether a function of the project is called, whatever its name says."""
        return definition_of(self._project, tree, call.func) is not None

    def _parameter(self, tree: Tree, call: cst.Call, arg: cst.Arg) -> Iterator[str]:
        """A function of the project gets it: what becomes of the parameter."""
        for where, function, name in parameters_for(self._project, tree, call, arg):
            if runs_later(function) and not consumed(tree, call, at_once=True):
                what = function.name.value
                yield f"the generator `{what}` has it ({_where(tree, call)}) after the request"
            yield from self._named(where, name)

    def _assigned(
        self, tree: Tree, node: cst.Assign | cst.AnnAssign | cst.NamedExpr
    ) -> Iterator[str]:
        targets = (
            [t.target for t in node.targets] if isinstance(node, cst.Assign) else [node.target]
        )
        for target in targets:
            if isinstance(target, cst.Name) and not isinstance(_owner(tree, target), GlobalScope):
                yield from self._named(tree, target)
            elif not dotted(target).startswith(("g.", "flask.g.", "self.")):
                yield f"it is kept in `{tree.source(target)}` in {_where(tree, target)}"
            elif dotted(target).startswith("self."):
                yield f"it is kept on an object in {_where(tree, target)}"

    def _named(self, tree: Tree, target: cst.BaseExpression) -> Iterator[str]:
        """A local name: where that goes, and whether a function that stays has it."""
        if not isinstance(target, cst.Name) or target in self._seen:
            return
        self._seen.add(target)
        for where, node in naming(self._project, tree, target):
            if not isinstance(node, cst.Name):
                continue
            for trouble in self._contexts.leaving(Use(where, node)):
                yield f"`{target.value}`, which comes from it, is used later: {trouble.reason}"
            yield from self._follow(where, node)

    def _returned(self, tree: Tree, node: cst.Return) -> Iterator[str]:
        function = tree.function_of(node)
        if not isinstance(function, cst.FunctionDef):
            return
        names = {last_name(decorator.decorator) for decorator in function.decorators}
        if names & _CACHES:
            yield f"a cache keeps what `{function.name.value}` returns ({_where(tree, node)})"
        elif names & _VIEWS:
            yield f"what {_where(tree, node)} returns may be read from after the request"
        else:
            yield from self._called(tree, function)

    def _called(self, tree: Tree, function: cst.FunctionDef) -> Iterator[str]:
        for where, node in referring(self._project, tree, function):
            call = where.parent(node)
            if isinstance(call, cst.Call) and call.func is node:
                yield from self._follow(where, call)

    def _iterated(self, tree: Tree, node: cst.CompFor) -> Iterator[str]:
        generator = next(n for n in tree.ancestors(node) if not isinstance(n, cst.CompFor))
        if isinstance(generator, cst.GeneratorExp):
            yield from self._follow(tree, generator)


def _is_test(parent: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether an expression only asks whether there is an object: `… if db else …`, `db and …`."""
    if isinstance(parent, cst.IfExp):
        return parent.test is node
    if isinstance(parent, cst.BooleanOperation):
        return isinstance(parent.operator, cst.And) and parent.left is node
    return False


def _owner(tree: Tree, target: cst.Name) -> object:
    bound = {assignment.scope for assignment in tree.bound(target, target.value)}
    scope = tree.scope(target)
    return scope if scope in bound else next(iter(bound), scope)


def _callee(tree: Tree, call: cst.Call) -> str:
    return qualified_name(tree, call.func) or dotted(call.func) or last_name(call)


def _where(tree: Tree, node: cst.CSTNode) -> str:
    return f"line {tree.line(node)} of {tree.path}"
