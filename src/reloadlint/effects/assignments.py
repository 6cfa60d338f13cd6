"""Assignments: to names, attributes, items and several at once."""

from __future__ import annotations

from reloadlint.effects.classes import Classes
from reloadlint.effects.expressions import Expressions
from reloadlint.effects.frames import Flow, Scope, Site
from reloadlint.effects.imports import Imports
from reloadlint.effects.parts import put
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    ExternalMethod,
    Instance,
    Mapping,
    Sequence,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r
from reloadlint.facts.records import Expr


class Assignments(Expressions, Classes, Imports):
    """Follows what binds and unbinds names."""

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
            old.add(items)
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
        return Site(self.module_of(scope), span, f"{text} = …", "implicit")

    def _store_item(self, owner: Value, index: Value, value: Value) -> None:
        if isinstance(owner, Mapping):
            put(owner, index, either(owner.items.get(index), value) if self.doubts else value)
        elif isinstance(owner, Sequence):
            owner.add([value])
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

    def note_setting(self, owner: ExternalMethod, key: Value, value: Value) -> None:
        """A setting was stored in an application's configuration."""
        raise NotImplementedError

    def typed(self, value: Value, annotation: Expr, scope: Scope) -> Value:
        """A value that isn't known, as an object of the class its annotation names."""
        raise NotImplementedError
