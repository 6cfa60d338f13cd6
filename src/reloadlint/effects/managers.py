"""`try` and `with`: what is entered, and what leaving does."""

from __future__ import annotations

from typing import Any

from reloadlint.effects.branches import joined, restore
from reloadlint.effects.contexts import Contexts
from reloadlint.effects.frames import Flow, Scope, Site
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    Context,
    ExternalMethod,
    Instance,
    Value,
    alternatives,
)
from reloadlint.facts import records as r


class Managers(Contexts):
    """Follows `try` and `with`."""

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
            restore(scope.names, after_body)
            if handler.name:
                scope.bind(handler.name, UNKNOWN)
            with self.doubting():
                left = self.execute(handler.body, scope)
            if left & Flow.FALLS:
                outcomes.append(dict(scope.names))
                flow |= Flow.FALLS
        restore(scope.names, joined(outcomes) if outcomes else after_body)
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
        with self.in_context(manager):
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
            if enter is UNKNOWN:  # `async with`, or not known
                enter = self.attribute(manager, "__aenter__")
            if isinstance(enter, ExternalMethod) or enter is UNKNOWN:
                return manager
            return self.awaited(self.call(enter, Arguments()))
        return manager

    def left(self, manager: Value) -> None:
        """What leaving `with manager` does."""
        for option in alternatives(manager):
            if not isinstance(option, Instance):
                continue
            leave = self.attribute(option, "__exit__")
            if leave is UNKNOWN:
                leave = self.attribute(option, "__aexit__")
            if not isinstance(leave, ExternalMethod):
                self.awaited(self.call(leave, Arguments([NONE, NONE, NONE])))
            elif self.closes_on_exit(option):
                self.release(option)

    def closes_on_exit(self, instance: Instance) -> bool:
        """Whether leaving a `with` on a library's object releases what it holds."""
        entry = instance.entry or self.catalogue.lookup(instance.class_name)
        return entry is None or entry.closes_on_exit
