"""Loops: rounds over known items, and what `break` and `continue` lead to."""

from __future__ import annotations

from collections.abc import Callable

from reloadlint.effects.branches import Branches, joined, restore
from reloadlint.effects.frames import Flow, Scope
from reloadlint.effects.models.processes import is_output, note_exhausted
from reloadlint.effects.truth import truth
from reloadlint.effects.values import (
    ReloaderTest,
    Value,
    either,
)
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

MOST_ROUNDS = 32
"""Items of a known collection for which a loop's body is followed one by one."""

_EARLY = (r.Break, r.Return, r.Raise)
"""What ends a loop before it has gone through everything."""


class Looping(Branches):
    """Follows `for` and `while`."""

    def _jump(self, _node: r.Break | r.Continue, scope: Scope) -> int:
        scope.jumped.append(dict(scope.names))
        return Flow.JUMPS

    def _for(self, node: r.For, scope: Scope) -> int:
        value = self.evaluate(node.iter, scope)
        items, exact = self.iterated(value, node.span, scope)
        if not exact or self.exhausted:
            items = [either(*items)]
        flow = self._loop(node, scope, lambda: self._rounds(node, items, scope, sure=exact))
        if is_output(value) and not any(isinstance(part, _EARLY) for part in walk(node.body)):
            note_exhausted(self, value)
        return flow

    def _rounds(self, node: r.For, items: list[Value], scope: Scope, *, sure: bool) -> int:
        flow, doubts, guards = Flow.FALLS, self.doubts, self.guards
        try:
            for item in items[:MOST_ROUNDS]:
                if self.exhausted:
                    break
                left = self._round(node, item, scope, sure=sure)
                flow |= left
                if not left & Flow.FALLS:
                    return flow & ~Flow.FALLS
                if left & Flow.GUARDED:
                    self.guards += 1
                else:
                    self.doubts += bool(left & (Flow.JUMPS | Flow.LEAVES))
            return flow
        finally:
            self.doubts, self.guards = doubts, guards

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
        restore(scope.names, joined(outcomes))
        if flow & Flow.JUMPS:
            flow = flow & ~Flow.JUMPS | Flow.FALLS
        if not flow & Flow.LEAVES:
            flow &= ~Flow.GUARDED
        if node.orelse and flow & Flow.FALLS:
            flow |= self.execute(node.orelse, scope)
        return flow
