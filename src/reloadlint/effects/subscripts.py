"""Containers as they are written, and what subscripts give."""

from __future__ import annotations

from reloadlint.effects.frames import Scope, Site
from reloadlint.effects.parts import HANDLES, merge, part_of, put
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    External,
    ExternalMethod,
    Function,
    Instance,
    Literal,
    Mapping,
    Method,
    ReloaderTest,
    Sequence,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r


class Subscripts(State):
    """Evaluates displays and subscripts."""

    def _subscript(self, node: r.Subscript, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        index = self.evaluate(node.index, scope)
        with self.at(Site(self.module_of(scope), node.span, "[…]", "implicit")):
            return either(*[self.item(option, index) for option in alternatives(value)])

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`."""
        if isinstance(value, Sequence):
            return _sequence_item(value, index)
        if isinstance(value, Mapping):
            if index in value.items:
                return value.items[index]
            return either(*value.items.values(), *value.others)
        if isinstance(value, External):
            return self._external_item(value, index)
        if isinstance(value, Class):
            getter = value.lookup("__class_getitem__")
            if not isinstance(getter, Function):
                return value if getter is None else UNKNOWN
            return self.call(Method(getter, value), Arguments([index]))
        if isinstance(value, (Instance, ExternalMethod)):
            return self._item_of_instance(value, index)
        return value if isinstance(value, ReloaderTest) else UNKNOWN

    def _external_item(self, value: External, index: Value) -> Value:
        if value.name in ("os.environ", "environ"):
            return self.call(External("os.getenv"), Arguments([index]))
        return value

    def _item_of_instance(self, value: Instance | ExternalMethod, index: Value) -> Value:
        if isinstance(value, ExternalMethod):
            return part_of(value)
        if isinstance(value.cls, External):
            is_handle = value.entry is not None or value.class_name.endswith(("[]", *HANDLES))
            return part_of(value) if is_handle else UNKNOWN
        getter = self.attribute(value, "__getitem__")
        return self.call(getter, Arguments([index])) if isinstance(getter, Method) else UNKNOWN

    def _display(self, node: r.Display, scope: Scope) -> Value:
        made = Sequence(node.kind, [])
        for item in node.items:
            value = self.evaluate(item, scope)
            if isinstance(item, r.Starred):
                items, exact = self.items_of(value)
                made.add(items)
                made.exact = made.exact and exact
            else:
                made.add([value])
        return made

    def _dict(self, node: r.DictDisplay, scope: Scope) -> Value:
        made = Mapping()
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            key = None if key_node is None else self.evaluate(key_node, scope)
            value = self.evaluate(value_node, scope)
            if key is None:
                merge(made, value)
            else:
                put(made, key, value)
        return made


def _sequence_item(value: Sequence, index: Value) -> Value:
    if isinstance(index, Literal) and isinstance(index.value, int) and value.exact:
        if -len(value.items) <= index.value < len(value.items):
            return value.items[index.value]
        return UNKNOWN
    return either(*value.items)
