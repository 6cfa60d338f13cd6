"""Following statements: each says how the block may be left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reloadlint.effects.definitions import Definitions
from reloadlint.effects.frames import Flow, Scope
from reloadlint.effects.imports import ImportFails, Never
from reloadlint.facts import records as r
from reloadlint.facts.records import Stmt


class Statements(Definitions):
    """Follows blocks of statements."""

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

    def _expression(self, node: r.ExprStatement, scope: Scope) -> int:
        self.evaluate(node.value, scope)
        return Flow.FALLS


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
