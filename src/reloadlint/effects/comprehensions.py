"""Comprehensions, and going through what is iterated."""

from __future__ import annotations

from reloadlint.effects.frames import Scope, Site
from reloadlint.effects.models.processes import note_exhausted
from reloadlint.effects.operators import Operators
from reloadlint.effects.parts import merge, put
from reloadlint.effects.truth import truth
from reloadlint.effects.values import (
    Mapping,
    Sequence,
    Suspended,
    Value,
    either,
)
from reloadlint.facts import records as r


class Comprehensions(Operators):
    """Evaluates comprehensions."""

    def _comprehension(self, node: r.Comprehension, scope: Scope) -> Value:
        if node.kind == "generator":
            return Suspended("generator", lambda: self._run_comprehension(node, scope))
        return self._run_comprehension(node, scope)

    def _run_comprehension(self, node: r.Comprehension, scope: Scope) -> Value:
        inner = Scope("function", scope.module, scope)
        inner.function, inner.arguments = scope.function, scope.arguments
        made: Sequence | Mapping = Mapping() if node.kind == "dict" else Sequence(node.kind, [])
        self._run_generators(node, 0, inner, made)
        return made

    def _run_generators(
        self, node: r.Comprehension, depth: int, scope: Scope, made: Sequence | Mapping
    ) -> None:
        if depth == len(node.generators):
            self._add_element(node, scope, made)
            return
        generator = node.generators[depth]
        value = self.evaluate(generator.iter, scope)
        items, exact = self.iterated(value, generator.span, scope)
        made.exact = made.exact and exact
        for item in items if exact else [either(*items)]:
            self.steps += 1
            if self.exhausted:
                made.exact = False
                break
            self.store(generator.target, item, scope)
            tests = [truth(self.evaluate(test, scope)) for test in generator.ifs]
            if False in tests:
                continue
            sure = exact and all(test is True for test in tests)
            made.exact = made.exact and sure
            self.doubts += not sure
            self._run_generators(node, depth + 1, scope, made)
            self.doubts -= not sure
        note_exhausted(self, value)

    def iterated(self, value: Value, span: r.Span, scope: Scope) -> tuple[list[Value], bool]:
        """The items over which a loop goes, and whether they are exactly these."""
        with self.at(Site(self.module_of(scope), span, "for … in", "implicit")):
            return self.items_of(value)

    def _add_element(self, node: r.Comprehension, scope: Scope, made: Sequence | Mapping) -> None:
        key = None if node.key is None else self.evaluate(node.key, scope)
        value = self.evaluate(node.element, scope)
        if isinstance(made, Mapping):
            merge(made, value) if key is None else put(made, key, value)
        elif isinstance(node.element, r.Starred):  # since Python 3.15 (PEP 798)
            items, exact = self.items_of(value)
            made.add(items)
            made.exact = made.exact and exact
        else:
            made.add([value])
