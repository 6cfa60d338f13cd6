"""Following statements: one method per kind, each says how the block may be left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from reloadlint.effects.classes import Classes
from reloadlint.effects.expressions import Expressions, put
from reloadlint.effects.frames import Flow, Scope, Site
from reloadlint.effects.imports import ImportFails, Imports, Never
from reloadlint.effects.state import Arguments
from reloadlint.effects.truth import compare, truth
from reloadlint.effects.values import (
    NONE,
    TRUE,
    UNKNOWN,
    Class,
    Context,
    External,
    ExternalMethod,
    Function,
    Instance,
    Mapping,
    Method,
    ReloaderTest,
    Sequence,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r

if TYPE_CHECKING:
    from reloadlint.facts.records import Expr, Stmt

MOST_ROUNDS = 32
"""Items of a known collection for which a loop's body is followed one by one."""


class Statements(Expressions, Classes, Imports):
    """Follows statements."""

    def execute(self, body: tuple[Stmt, ...], scope: Scope) -> int:
        """Follow a block. What comes after a statement that may leave it is in doubt."""
        left = 0
        doubts, guards = self.doubts, self.guards
        try:
            for statement in body:
                self.steps += 1
                flow = self._step(statement, scope)
                left |= flow & ~Flow.FALLS
                if not flow & Flow.FALLS:
                    return left
                if flow & Flow.GUARDED:
                    self.guards += 1
                elif flow & (Flow.LEAVES | Flow.JUMPS):
                    self.doubts += 1
            return left | Flow.FALLS
        finally:
            self.doubts, self.guards = doubts, guards

    def _step(self, statement: Stmt, scope: Scope) -> int:
        try:
            return _KINDS[type(statement)](self, statement, scope)
        except ImportFails:
            self.import_failed = True
            return 0
        except Never:
            return 0

    # Simple statements

    def _expression(self, node: r.ExprStatement, scope: Scope) -> int:
        self.evaluate(node.value, scope)
        return Flow.FALLS

    def _assign(self, node: r.Assign, scope: Scope) -> int:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.store(target, value, scope)
        return Flow.FALLS

    def _aug_assign(self, node: r.AugAssign, scope: Scope) -> int:
        old = self.evaluate(node.target, scope)
        value = self.evaluate(node.value, scope)
        if isinstance(old, Sequence):
            items, exact = self.items_of(value)
            old.items.extend(items)
            old.exact = old.exact and exact and not self.doubts
        else:
            self.store(node.target, UNKNOWN, scope)
        return Flow.FALLS

    def _ann_assign(self, node: r.AnnAssign, scope: Scope) -> int:
        value = None if node.value is None else self.evaluate(node.value, scope)
        if node.evaluated:
            self.evaluate(node.annotation, scope)
        if value is not None:
            self.store(node.target, self.typed(value, node.annotation, scope), scope)
        if scope.cls is not None and isinstance(node.target, r.Name):
            scope.cls.names.setdefault(f"{node.target.id}: annotated", UNKNOWN)
        return Flow.FALLS

    def store(self, target: Expr, value: Value, scope: Scope) -> None:
        """Assign to a target: a name, attribute, item, or several."""
        if isinstance(target, r.Name):
            if (self.doubts or self.guards) and not scope.is_own(target.id):
                value = either(scope.find(target.id), value)
            scope.bind(target.id, value)
        elif isinstance(target, r.Attribute):
            owner = self.evaluate(target.value, scope)
            with self.at(self._implicit(scope, target.span, target.attr)):
                for option in alternatives(owner):
                    self.set_attribute(option, target.attr, value)
        elif isinstance(target, r.Subscript):
            owner = self.evaluate(target.value, scope)
            index = self.evaluate(target.index, scope)
            with self.at(self._implicit(scope, target.span, "[…]")):
                for option in alternatives(owner):
                    self._store_item(option, index, value)
        elif isinstance(target, r.Display):
            self._unpack(target.items, value, scope)
        elif isinstance(target, r.Starred):
            self.store(target.value, value, scope)

    def _implicit(self, scope: Scope, span: r.Span, text: str) -> Site:
        return Site(self._module(scope), span, text, "implicit")

    def _store_item(self, owner: Value, index: Value, value: Value) -> None:
        if isinstance(owner, Mapping):
            put(owner, index, either(owner.items.get(index), value) if self.doubts else value)
        elif isinstance(owner, Sequence):
            owner.items.append(value)
            owner.exact = False
        elif isinstance(owner, ExternalMethod):
            owner.receiver.keeps.append(value)
            self.note_setting(owner, index, value)
        elif isinstance(owner, Instance):
            setter = self.attribute(owner, "__setitem__")
            if isinstance(setter, ExternalMethod):
                owner.keeps.append(value)
            else:
                self.call(setter, Arguments([index, value]))
        else:
            self.escaped.append(value)

    def _unpack(self, targets: tuple[Expr, ...], value: Value, scope: Scope) -> None:
        items, exact = self.items_of(value)
        starred = any(isinstance(target, r.Starred) for target in targets)
        if exact and len(items) == len(targets) and not starred:
            for target, item in zip(targets, items, strict=True):
                self.store(target, item, scope)
            return
        for target in targets:
            rest = Sequence("list", items, exact=False) if isinstance(target, r.Starred) else None
            self.store(target, rest or (either(*items) if items else UNKNOWN), scope)

    def _delete(self, node: r.Delete, scope: Scope) -> int:
        for target in node.targets:
            if isinstance(target, r.Name):
                scope.unbind(target.id)
            elif isinstance(target, r.Attribute):
                owner = self.evaluate(target.value, scope)
                if isinstance(owner, Instance):
                    owner.attributes.pop(target.attr, None)
        return Flow.FALLS

    def _global(self, node: r.Global, scope: Scope) -> int:
        scope.global_names.update(node.names)
        return Flow.FALLS

    def _nonlocal(self, node: r.Nonlocal, scope: Scope) -> int:
        scope.nonlocal_names.update(node.names)
        return Flow.FALLS

    # Leaving

    def _return(self, node: r.Return, scope: Scope) -> int:
        scope.returns.append(NONE if node.value is None else self.evaluate(node.value, scope))
        return Flow.LEAVES

    def _raise(self, node: r.Raise, scope: Scope) -> int:
        """An exception's making is left aside, but for `raise SystemExit(main())`."""
        value = node.value
        if isinstance(value, r.Call) and value.func == r.Name("SystemExit"):
            self.evaluate(value, scope)
        return 0

    def _jump(self, _node: r.Break | r.Continue, scope: Scope) -> int:
        scope.jumped.append(dict(scope.names))
        return Flow.JUMPS

    # Branches

    def _if(self, node: r.If, scope: Scope) -> int:
        if scope.kind == "module" and self.is_main_guard(node, scope):
            return self.main_guard(node, scope)
        found = truth(self.evaluate(node.test, scope))
        if isinstance(found, bool):
            return self.execute(node.body if found else node.orelse, scope)
        guarded = isinstance(found, ReloaderTest)
        branches = [
            lambda: self.execute(node.body, scope),
            lambda: self.execute(node.orelse, scope),
        ]
        return self._one_of(branches, scope, guarded=guarded)

    def _one_of(
        self, branches: list[Callable[[], int]], scope: Scope, *, guarded: bool = False
    ) -> int:
        """Follow branches of which one is taken, and join what they leave behind."""
        before = dict(scope.names)
        flow = 0
        outcomes: list[dict[str, Value]] = []
        with self.doubting(guarded=guarded):
            for branch in branches:
                _replace(scope.names, before)
                left = branch()
                flow |= left
                if left & Flow.FALLS:
                    outcomes.append(dict(scope.names))
        _replace(scope.names, _joined(outcomes) if outcomes else before)
        decided = guarded and flow & (Flow.LEAVES | Flow.JUMPS)
        return flow | Flow.GUARDED if decided else flow

    def _match(self, node: r.Match, scope: Scope) -> int:
        subject = self.evaluate(node.subject, scope)
        possible: list[r.Case] = []
        for case in node.cases:
            fits = self._fits(case, subject, scope)
            if fits is not False:
                possible.append(case)
            if fits is True:
                if len(possible) == 1:
                    return self._case(case, subject, scope)
                break
        branches: list[Callable[[], int]] = [
            partial(self._case, case, subject, scope) for case in possible
        ]
        if not (possible and possible[-1].wildcard):
            branches.append(lambda: Flow.FALLS)
        return self._one_of(branches, scope)

    def _fits(self, case: r.Case, subject: Value, scope: Scope) -> bool | None:
        found: Any = True if case.wildcard else None
        if case.literal is not None:
            found = compare(subject, "Eq", self.evaluate(case.literal, scope))
        if found is not False and case.guard is not None:
            return None
        return found if isinstance(found, bool) else None

    def _case(self, case: r.Case, subject: Value, scope: Scope) -> int:
        for name in case.names:
            scope.bind(name, subject if case.wildcard else UNKNOWN)
        if case.guard is not None:
            self.evaluate(case.guard, scope)
        return self.execute(case.body, scope)

    # Loops

    def _for(self, node: r.For, scope: Scope) -> int:
        items, exact = self.iterated(node.iter, node.span, scope)
        if not exact or self.exhausted:
            items = [either(*items)]
        return self._loop(node, scope, lambda: self._rounds(node, items, scope, sure=exact))

    def _rounds(self, node: r.For, items: list[Value], scope: Scope, *, sure: bool) -> int:
        flow, doubts = Flow.FALLS, self.doubts
        try:
            for item in items[:MOST_ROUNDS]:
                left = self._round(node, item, scope, sure=sure)
                flow |= left
                if not left & Flow.FALLS:
                    return flow & ~Flow.FALLS
                self.doubts += bool(left & Flow.JUMPS)
            return flow
        finally:
            self.doubts = doubts

    def _round(self, node: r.For, item: Value, scope: Scope, *, sure: bool) -> int:
        self.store(node.target, item, scope)
        if sure:
            return self.execute(node.body, scope)
        return self._one_of([lambda: self.execute(node.body, scope), lambda: Flow.FALLS], scope)

    def _while(self, node: r.While, scope: Scope) -> int:
        found = truth(self.evaluate(node.test, scope))
        if found is False:
            return self.execute(node.orelse, scope)
        if found is True:
            return self._loop(node, scope, lambda: self.execute(node.body, scope))
        branches = [lambda: self.execute(node.body, scope), lambda: Flow.FALLS]
        guarded = isinstance(found, ReloaderTest)
        return self._loop(node, scope, lambda: self._one_of(branches, scope, guarded=guarded))

    def _loop(self, node: r.For | r.While, scope: Scope, body: Callable[[], int]) -> int:
        """Follow a loop: `break` and `continue` end here, only `return` goes on outwards."""
        outer, scope.jumped = scope.jumped, []
        flow = body()
        outcomes = scope.jumped
        scope.jumped = outer
        if flow & Flow.FALLS or not outcomes:
            outcomes = [dict(scope.names), *outcomes]
        _replace(scope.names, _joined(outcomes))
        if flow & Flow.JUMPS:
            flow = flow & ~Flow.JUMPS | Flow.FALLS
        if not flow & Flow.LEAVES:
            flow &= ~Flow.GUARDED
        if node.orelse and flow & Flow.FALLS:
            flow |= self.execute(node.orelse, scope)
        return flow

    # try and with

    def _try(self, node: r.Try, scope: Scope) -> int:
        self.import_failed = False
        flow = self.execute(node.body, scope)
        if not flow and self.import_failed and node.handlers:
            self.import_failed = False
            return self.execute((*node.handlers[0].body, *node.final), scope)
        if flow & Flow.FALLS and node.orelse:
            flow = flow & ~Flow.FALLS | self.execute(node.orelse, scope)
        if node.handlers:
            flow = self._handlers(node, flow, scope)
        if node.final:
            ended = self.execute(node.final, scope)
            flow = flow if ended & Flow.FALLS else ended
        return flow

    def _handlers(self, node: r.Try, flow: int, scope: Scope) -> int:
        """Handlers run in doubt, and what they leave with puts nothing else in doubt."""
        outcomes = [dict(scope.names)] if flow & Flow.FALLS else []
        after_body = dict(scope.names)
        for handler in node.handlers:
            _replace(scope.names, after_body)
            if handler.name:
                scope.bind(handler.name, UNKNOWN)
            with self.doubting():
                left = self.execute(handler.body, scope)
            if left & Flow.FALLS:
                outcomes.append(dict(scope.names))
                flow |= Flow.FALLS
        _replace(scope.names, _joined(outcomes) if outcomes else after_body)
        return flow

    def _with(self, node: r.With, scope: Scope) -> int:
        return self._with_items(node, 0, scope)

    def _with_items(self, node: r.With, depth: int, scope: Scope) -> int:
        if depth == len(node.items):
            return self.execute(node.body, scope)
        item = node.items[depth]
        manager = self.evaluate(item.value, scope)
        site = Site(scope.module.module, item.span, "with", "implicit")  # type: ignore[arg-type]
        if isinstance(manager, Context):
            return self._with_generator(node, depth, manager, scope)
        with self.at(site):
            entered = self.entered(manager)
        if item.target is not None:
            self.store(item.target, entered, scope)
        flow = self._with_items(node, depth + 1, scope)
        with self.at(site):
            self.left(manager)
        return flow

    def _with_generator(self, node: r.With, depth: int, manager: Context, scope: Scope) -> int:
        """A `@contextmanager` function: the block runs where it yields."""
        flows: list[int] = []
        stack = list(self.stack)
        item = node.items[depth]
        text = item.value.text if isinstance(item.value, r.Call) else "with"
        module: Any = scope.module.module

        def block(value: Value) -> Value:
            inner, self.stack[:] = list(self.stack), stack
            if item.target is not None:
                self.store(item.target, value, scope)
            flows.append(self._with_items(node, depth + 1, scope))
            self.stack[:] = inner
            return UNKNOWN

        with self.at(Site(module, item.span, text)):
            manager.run_with(block)
        return flows[0] if flows else self._with_items(node, depth + 1, scope)

    def entered(self, manager: Value) -> Value:
        """What `with manager as x` binds."""
        if isinstance(manager, Instance):
            enter = self.attribute(manager, "__enter__")
            if isinstance(enter, ExternalMethod) or enter is UNKNOWN:
                return manager
            return self.call(enter, Arguments())
        return manager

    def left(self, manager: Value) -> None:
        """What leaving `with manager` does."""
        for option in alternatives(manager):
            if not isinstance(option, Instance):
                continue
            leave = self.attribute(option, "__exit__")
            if not isinstance(leave, ExternalMethod):
                self.call(leave, Arguments([NONE, NONE, NONE]))
            elif self.closes_on_exit(option):
                self.release(option)

    def closes_on_exit(self, instance: Instance) -> bool:
        """Whether leaving a `with` on a library's object releases what it holds."""
        entry = instance.entry or self.catalogue.lookup(instance.class_name)
        return entry is None or entry.closes_on_exit

    # Definitions

    def _function(self, node: r.FunctionDef, scope: Scope) -> int:
        decorators = [self.evaluate(item.value, scope) for item in node.decorators]
        function: Value = self.make_function(node, scope)
        if isinstance(function, Function):
            function.owner = scope.cls
        for item, decorator in zip(reversed(node.decorators), reversed(decorators), strict=True):
            function = self.decorated(item, decorator, function, scope)
        scope.bind(node.name, function)
        return Flow.FALLS

    def _class(self, node: r.ClassDef, scope: Scope) -> int:
        decorators = [self.evaluate(item.value, scope) for item in node.decorators]
        made: Value = self.make_class(node, scope)
        for item, decorator in zip(reversed(node.decorators), reversed(decorators), strict=True):
            made = self.decorated(item, decorator, made, scope)
        scope.bind(node.name, made)
        return Flow.FALLS

    def decorated(self, item: r.Decorator, decorator: Value, target: Value, scope: Scope) -> Value:
        """What a decorator makes of a function or class; one that isn't known changes nothing."""
        site = Site(scope.module.module, item.span, f"@{item.text}", "decorator")  # type: ignore[arg-type]
        with self.at(site):
            if _of_library(decorator):
                self.call_inside(decorator, Arguments([target]))
                return target
            made = self.call(decorator, Arguments([target]))
        known = made is not UNKNOWN and not _from_outside(made)
        return made if known else target

    # Main guard, offered by the solver

    def is_main_guard(self, node: r.If, scope: Scope) -> bool:
        """Whether this is `if __name__ == "__main__":`."""
        test = node.test
        if not (isinstance(test, r.Compare) and test.ops == ("Eq",)):
            return False
        sides = (test.left, test.comparators[0])
        return r.Name("__name__") in sides and r.Constant("__main__") in sides

    def main_guard(self, node: r.If, scope: Scope) -> int:
        """What to do at a main guard while its module is being imported."""
        raise NotImplementedError

    def note_setting(self, owner: ExternalMethod, key: Value, value: Value) -> None:
        """A setting was stored in an application's configuration."""
        raise NotImplementedError

    def typed(self, value: Value, annotation: Expr, scope: Scope) -> Value:
        """A value that isn't known, as an object of the class its annotation names."""
        raise NotImplementedError


def _of_library(value: Value) -> bool:
    """Whether a value is code of an installed library, which wraps what it decorates."""
    origin = value.cls if isinstance(value, Instance) else value
    origin = origin.function if isinstance(origin, Method) else origin
    return isinstance(origin, (Class, Function)) and origin.module.installed


def _from_outside(value: Value) -> bool:
    """Whether a decorator's result is only what some library returned."""
    return isinstance(value, (External, ExternalMethod)) or (
        isinstance(value, Instance) and isinstance(value.cls, External)
    )


def _replace(names: dict[str, Value], by: dict[str, Value]) -> None:
    names.clear()
    names.update(by)


def _joined(outcomes: list[dict[str, Value]]) -> dict[str, Value]:
    if len(outcomes) == 1:
        return outcomes[0]
    joined = dict(outcomes[0])
    for outcome in outcomes[1:]:
        for name, value in outcome.items():
            known = joined.get(name)
            if known is not value:
                joined[name] = value if known is None else either(known, value)
    return joined


_X = Statements
_KINDS: dict[type, Callable[[Any, Any, Scope], int]] = {
    r.ExprStatement: _X._expression,
    r.Assign: _X._assign,
    r.AugAssign: _X._aug_assign,
    r.AnnAssign: _X._ann_assign,
    r.Return: _X._return,
    r.Raise: _X._raise,
    r.If: _X._if,
    r.For: _X._for,
    r.While: _X._while,
    r.With: _X._with,
    r.Try: _X._try,
    r.Match: _X._match,
    r.Import: _X.import_modules,
    r.ImportFrom: _X.import_names,
    r.Global: _X._global,
    r.Nonlocal: _X._nonlocal,
    r.Delete: _X._delete,
    r.Break: _X._jump,
    r.Continue: _X._jump,
    r.FunctionDef: _X._function,
    r.ClassDef: _X._class,
}

__all__ = ["TRUE", "Never", "Statements"]
