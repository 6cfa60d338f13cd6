"""Classes: making them, and making objects of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reloadlint.effects.attributes import Attributes
from reloadlint.effects.frames import Scope, Site
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Literal,
    Mapping,
    Sequence,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from reloadlint.facts.records import ClassDef

_GENERIC = ("object", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol")


class Classes(Attributes):
    """Makes classes and objects."""

    def make_class(self, node: ClassDef, scope: Scope) -> Value:
        """Run a `class` statement; the hooks of its bases and metaclass run at its line."""
        bases = [self._base(self.evaluate(base, scope)) for base in node.bases]
        keywords = {k.arg: self.evaluate(k.value, scope) for k in node.keywords}
        module = scope.module.module
        if module is None:
            return UNKNOWN
        cls = Class(node, module, [base for base in bases if base is not None])
        cls.metaclass = keywords.pop("metaclass", None) or self._metaclass(cls)
        inner = Scope("class", scope.module, scope)
        inner.names, inner.cls = cls.names, cls
        self.execute(node.body, inner)
        for value in cls.names.values():
            if isinstance(value, Function) and value.owner is None:
                value.owner = cls
        with self.at(Site(module, node.span, f"class {node.name}", "class")):
            self._run_hooks(cls, Arguments([], {k: v for k, v in keywords.items() if k}))
        return cls

    def _base(self, base: Value) -> Value | None:
        options = alternatives(base)
        chosen = next((v for v in options if isinstance(v, Class)), options[0])
        if isinstance(chosen, External) and chosen.name in _GENERIC:
            return None
        if isinstance(chosen, External):
            return self.library_value(chosen.name) or chosen
        return chosen if isinstance(chosen, Class) else UNKNOWN

    def _metaclass(self, cls: Class) -> Value | None:
        inherited = (base.metaclass for base in cls.mro[1:] if isinstance(base, Class))
        return next((meta for meta in inherited if meta is not None), None)

    def _run_hooks(self, cls: Class, keywords: Arguments) -> None:
        if isinstance(cls.metaclass, Class):
            for hook in ("__new__", "__init__"):
                function = cls.metaclass.lookup(hook)
                if isinstance(function, Function):
                    parts = [Literal(cls.definition.name), Sequence("tuple", cls.bases), Mapping()]
                    args = Arguments(parts, keywords.keywords)
                    receiver = cls.metaclass if hook == "__new__" else cls
                    with self._making(cls):
                        self.call_function(function, args, receiver)
        for name, value in list(cls.names.items()):
            if isinstance(value, Instance) and isinstance(value.cls, Class):
                hook_function = value.cls.lookup("__set_name__")
                if isinstance(hook_function, Function):
                    self.call_function(hook_function, Arguments([cls, Literal(name)]), value)
        for base in cls.mro[1:]:
            if isinstance(base, Class) and "__init_subclass__" in base.names:
                function = base.names["__init_subclass__"]
                if isinstance(function, Function):
                    self.call_function(function, keywords, cls)
                return

    @contextmanager
    def _making(self, cls: Class) -> Iterator[None]:
        """While its metaclass is at it."""
        self.being_made.append(cls)
        try:
            yield
        finally:
            self.being_made.pop()

    def call_class(self, cls: Class, args: Arguments) -> Value:
        """`cls(…)`."""
        if isinstance(cls.metaclass, Class):
            caller = cls.metaclass.lookup("__call__")
            if isinstance(caller, Function):
                return self.call_function(caller, args, cls)
        return self.instantiate(cls, args)

    def instantiate(self, cls: Class, args: Arguments) -> Value:
        """`cls(…)` without its metaclass."""
        maker = cls.lookup("__new__")
        made: Value = Instance(cls)
        if isinstance(maker, Function):
            made = self.call_function(maker, args, cls)
        for instance in alternatives(made):
            if isinstance(instance, Instance) and instance.cls is cls:
                self._initialise(cls, instance, args)
        return Instance(cls) if made is UNKNOWN else made

    def _initialise(self, cls: Class, instance: Instance, args: Arguments) -> None:
        initialiser = cls.lookup("__init__")
        if isinstance(initialiser, Function):
            self.call_function(initialiser, args, instance)
            return
        if "@dataclass" in cls.names:
            self._fill_fields(cls, instance, args)
            return
        for base in cls.external_bases():
            entry = self.catalogue.lookup(base.name)
            self.construct_external(base.name, instance, args, entry)
            return

    def _fill_fields(self, cls: Class, instance: Instance, args: Arguments) -> None:
        """What the `__init__` of a dataclass does: fields, then `__post_init__`."""
        for position, name in enumerate(_fields(cls)):
            passed = args.get(name, position)
            default = cls.lookup(name)
            if passed is None and isinstance(default, Instance):
                factory = default.attributes.get("default_factory")
                passed = None if factory is None else self.call(factory, Arguments())
                passed = passed or default.attributes.get("default")
            instance.attributes[name] = passed or default or UNKNOWN
        for hook in ("__post_init__", "__attrs_post_init__"):
            function = cls.lookup(hook)
            if isinstance(function, Function):
                self.call_function(function, Arguments(), instance)


def _fields(cls: Class) -> list[str]:
    """The names of a dataclass's fields: annotated ones, those of the bases first."""
    names: dict[str, None] = {}
    for base in reversed(cls.mro):
        if isinstance(base, Class):
            marked = (name for name in base.names if name.endswith(": annotated"))
            names.update(dict.fromkeys(name.removesuffix(": annotated") for name in marked))
    return list(names)
