"""The functions that a program asks Flask to call around each request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.frames import Scope, Site
from reloadlint.effects.requests import RequestObserver
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    ExternalMethod,
    Function,
    Instance,
    ModuleValue,
    Value,
)
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

if TYPE_CHECKING:
    from reloadlint.effects.solver import Solver
    from reloadlint.facts.records import Expr, Stmt

TEARDOWN = ("teardown_appcontext", "teardown_request", "teardown_app_request")
BEFORE = ("before_request", "before_app_request")
AFTER = ("after_request", "after_app_request", "after_this_request", "call_on_close")
REMOVED = ("before_first_request", "before_app_first_request")

NAMES = frozenset({*TEARDOWN, *BEFORE, *AFTER, *REMOVED})


class Hook(msgspec.Struct, frozen=True):
    """A function that is registered; `site` is the decorator or the call that does it.

    `certain` is False where a branch that isn't known decides.
    """

    kind: str
    value: Value
    site: Site
    certain: bool


class _Collector(RequestObserver):
    """Follows code that registers functions, and notes them."""

    def __init__(self, solver: Solver) -> None:
        super().__init__(solver)
        self.hooks: list[Hook] = []

    def evaluate(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression; `app.teardown_request(function)` is noted."""
        if isinstance(node, r.Call) and node.args:
            kind = self._kind(node.func, scope)
            if kind is not None:
                site = Site(self.module_of(scope), node.span, node.text)
                self._note(kind, self.evaluate(node.args[0], scope), site)
        return super().evaluate(node, scope)

    def decorated(self, item: r.Decorator, decorator: Value, target: Value, scope: Scope) -> Value:
        """What a decorator makes of a function; `@app.teardown_request` is noted."""
        func = item.value.func if isinstance(item.value, r.Call) else item.value
        kind = self._kind(func, scope)
        if kind is None:
            return super().decorated(item, decorator, target, scope)
        site = Site(self.module_of(scope), item.span, f"@{item.text}", "decorator")
        self._note(kind, target, site)
        return target

    def _kind(self, func: Expr, scope: Scope) -> str | None:
        """The hook that a method registers for, unless the method is the project's own."""
        if isinstance(func, r.Name) and func.id == "after_this_request":
            return func.id
        if not (isinstance(func, r.Attribute) and func.attr in NAMES):
            return None
        method = super().evaluate(func, scope)
        return func.attr if method is UNKNOWN or isinstance(method, ExternalMethod) else None

    def _note(self, kind: str, value: Value, site: Site) -> None:
        self.hooks.append(Hook(kind, value, site, not (self.doubts or self.guards)))


def hooks_of(solver: Solver, modules: Iterable[ModuleValue]) -> tuple[list[Hook], list[Function]]:
    """All hooks that these modules register, and the functions made inside of others there."""
    collector = _Collector(solver)
    for module in modules:
        _collect(collector, module)
    return collector.hooks, collector.functions


def _collect(collector: _Collector, module: ModuleValue) -> None:
    facts = collector.facts_of(module.module) if module.module is not None else None
    scope = Scope("function", module, Scope("module", module))
    for statement in facts.body if facts is not None else ():
        for part, always in _registering(statement):
            collector.doubts += not always
            _follow(collector, part, scope)
            collector.doubts -= not always


def _registering(statement: Stmt) -> Iterator[tuple[Stmt, bool]]:
    """The parts of a top-level statement that may register a hook, and whether they always do."""
    if not any(_names_hook(node) for node in walk(statement)):
        return
    if not isinstance(statement, (r.If, r.With, r.Try)):
        yield statement, True
        return
    for name in ("body", "orelse", "final"):
        for inner in getattr(statement, name, ()):
            for part, always in _registering(inner):
                yield part, always and isinstance(statement, r.With)


def _names_hook(node: r.Record) -> bool:
    name = node.attr if isinstance(node, r.Attribute) else getattr(node, "id", None)
    return name in NAMES


def _follow(collector: _Collector, statement: Stmt, scope: Scope) -> None:
    """Follow a statement, and the body of the function or methods that it defines."""
    inside = any(_names_hook(node) for node in walk(getattr(statement, "body", ())))
    known = scope.module.names.get(getattr(statement, "name", ""))
    if not inside:
        collector.execute((statement,), scope)
    elif isinstance(known, Function) and isinstance(statement, r.FunctionDef):
        run_unknown(collector, known)
    elif isinstance(known, Class):
        for method in (m for m in known.names.values() if isinstance(m, Function)):
            if any(_names_hook(node) for node in walk(method.definition.body)):
                run_unknown(collector, method, Instance(known))


def run_unknown(observer: RequestObserver, function: Function, receiver: Value = UNKNOWN) -> None:
    """Follow a function whose arguments aren't known."""
    definition = function.definition
    site = Site(function.module, definition.span, definition.name)
    args = Arguments() if receiver is UNKNOWN else Arguments([receiver])
    observer.observe(function, args, site)
