"""What iterating over a value gives."""

from __future__ import annotations

from reloadlint.effects.functions import Functions
from reloadlint.effects.parts import part_of
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    Alternatives,
    Class,
    External,
    Instance,
    Literal,
    Mapping,
    Method,
    Sequence,
    Suspended,
    Value,
)


class Iterables(Functions):
    """Goes through iterables."""

    def items_of(self, value: Value) -> tuple[list[Value], bool]:
        """The items that iterating gives, and whether it gives exactly these."""
        if isinstance(value, Sequence):
            return list(value.items), value.exact
        if isinstance(value, Mapping):
            return list(value.items), value.exact
        if isinstance(value, Suspended) and value.kind == "generator":
            return self.run_generator(value), False
        if isinstance(value, Alternatives):
            return [item for v in value.values for item in self.items_of(v)[0]], False
        if isinstance(value, Class):
            return [v for k, v in value.names.items() if not k.startswith("_")], False
        if isinstance(value, Instance):
            return self._items_of_instance(value)
        if isinstance(value, Literal) and isinstance(value.value, str):
            return [Literal(character) for character in value.value], True
        return [UNKNOWN], False

    def _items_of_instance(self, value: Instance) -> tuple[list[Value], bool]:
        if isinstance(value.cls, External):
            return [part_of(value) if value.entry else UNKNOWN], False
        iterator = self.attribute(value, "__iter__")
        if not isinstance(iterator, Method):
            return [UNKNOWN], False
        made = self.call(iterator, Arguments())
        return ([UNKNOWN], False) if made is value else self.items_of(made)

    def run_generator(self, value: Value) -> list[Value]:
        """Run a generator to its end; what it yields."""
        if not isinstance(value, Suspended) or value.kind != "generator":
            return []
        made = value.run()
        return list(made.items) if isinstance(made, (Sequence, Mapping)) else []
