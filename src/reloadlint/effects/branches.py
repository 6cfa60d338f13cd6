"""Branches: of which one is taken, and what they leave behind together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from reloadlint.effects.assignments import Assignments
from reloadlint.effects.frames import Flow, Scope
from reloadlint.effects.markers import is_decided_by_a_mark
from reloadlint.effects.truth import compare, truth
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    ReloaderTest,
    Value,
    either,
)
from reloadlint.facts import records as r
from reloadlint.facts.records import Stmt
from reloadlint.facts.walk import walk

_SCRIPT = r.Constant("__main__")


class Branches(Assignments):
    """Follows `if`, `match` and what leaves a block."""

    def _assign(self, node: r.Assign, scope: Scope) -> int:
        flow = super()._assign(node, scope)
        if scope.kind == "module":
            self._note_script_test(node, scope)
        return flow

    def _note_script_test(self, node: r.Assign, scope: Scope) -> None:
        """Remember the names that stand for `__name__ == "__main__"`."""
        asks = isinstance(node.value, (r.Compare, r.BoolOp)) and _asks_for_script(node.value, scope)
        for target in node.targets:
            if isinstance(target, r.Name):
                scope.module.script_tests.pop(target.id, None)
                if asks:
                    scope.module.script_tests[target.id] = node.value

    def _return(self, node: r.Return, scope: Scope) -> int:
        scope.returns.append(NONE if node.value is None else self.evaluate(node.value, scope))
        return Flow.LEAVES

    def _raise(self, node: r.Raise, scope: Scope) -> int:
        """An exception's making is left aside, but for `raise SystemExit(main())`."""
        value = node.value
        if isinstance(value, r.Call) and value.func == r.Name("SystemExit"):
            self.evaluate(value, scope)
        return 0

    def _if(self, node: r.If, scope: Scope) -> int:
        if scope.kind == "module" and self.is_main_guard(node):
            return self.main_guard(node, scope)
        found = truth(self.evaluate(node.test, scope))
        if isinstance(found, bool):
            if (
                scope.kind == "module"
                and self.phase == "import"
                and _asks_for_script(node.test, scope)
            ):
                other = r.If(node.test, () if found else node.body, node.orelse if found else ())
                self.note_guard((other,), scope)
            return self.execute(node.body if found else node.orelse, scope)
        branches = [node.body, *self._other_branches(node.orelse, scope)]
        follow: list[Callable[[], int]] = [partial(self.execute, b, scope) for b in branches]
        guarded = isinstance(found, ReloaderTest) or self._is_marked(node, scope)
        return self._one_of(follow, scope, guarded=guarded)

    def _is_marked(self, node: r.If, scope: Scope) -> bool:
        """Whether a mark in the environment keeps one of the reloader's processes out."""
        if id(node) not in self._marked:
            place = scope.function.definition.body if scope.function else node.orelse
            self._marked[id(node)] = node, is_decided_by_a_mark(node, place)
        return self._marked[id(node)][1]

    def _other_branches(self, orelse: tuple[Stmt, ...], scope: Scope) -> Iterator[tuple[Stmt, ...]]:
        """The branches of an `elif` chain that may be taken: one decision, and one doubt."""
        while len(orelse) == 1 and isinstance(orelse[0], r.If):
            link = orelse[0]
            with self.doubting():
                found = truth(self.evaluate(link.test, scope))
            if isinstance(found, ReloaderTest):
                break
            if found is not False:
                yield link.body
            if found is True:
                return
            orelse = link.orelse
        yield orelse

    def is_main_guard(self, node: r.If) -> bool:
        """Whether this is `if __name__ == "__main__":`."""
        test = node.test
        if not (isinstance(test, r.Compare) and test.ops == ("Eq",)):
            return False
        sides = (test.left, test.comparators[0])
        return r.Name("__name__") in sides and _SCRIPT in sides

    def main_guard(self, node: r.If, scope: Scope) -> int:
        """What to do at a main guard while its module is being imported."""
        raise NotImplementedError

    def note_guard(self, body: tuple[Stmt, ...], scope: Scope) -> None:
        """Have this followed when all is loaded, as when the module is the script."""
        raise NotImplementedError

    def _one_of(
        self, branches: list[Callable[[], int]], scope: Scope, *, guarded: bool = False
    ) -> int:
        """Follow branches of which one is taken, and join what they leave behind."""
        before = dict(scope.names)
        flow = 0
        outcomes: list[dict[str, Value]] = []
        with self.doubting(guarded=guarded):
            for branch in branches:
                restore(scope.names, before)
                left = branch()
                flow |= left
                if left & Flow.FALLS:
                    outcomes.append(dict(scope.names))
        restore(scope.names, joined(outcomes) if outcomes else before)
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


def _asks_for_script(test: r.Expr, scope: Scope) -> bool:
    """Whether a test says what a main guard does, and perhaps more.

    `__name__ == "__main__" and …`, or a name of the module that stands for it.
    """
    return any(
        (isinstance(part, r.Compare) and {r.Name("__name__"), _SCRIPT} <= set(walk(part)))
        or (isinstance(part, r.Name) and part.id in scope.module.script_tests)
        for part in walk(test)
    )


def restore(names: dict[str, Value], by: dict[str, Value]) -> None:
    """Make names what they were before."""
    names.clear()
    names.update(by)


def joined(outcomes: list[dict[str, Value]]) -> dict[str, Value]:
    if len(outcomes) == 1:
        return outcomes[0]
    joined = dict(outcomes[0])
    for outcome in outcomes[1:]:
        for name, value in outcome.items():
            known = joined.get(name)
            if known is not value:
                joined[name] = value if known is None else either(known, value)
    return joined
