"""Attributes: where `value.name` is found, and what setting it does."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Any

from reloadlint.effects.frames import Site
from reloadlint.effects.models.application_contexts import METHODS_OF_G
from reloadlint.effects.models.methods import method_of_builtin
from reloadlint.effects.runs import is_application, set_debug
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    FALSE,
    UNKNOWN,
    Alternatives,
    Builtin,
    Class,
    ContextGlobals,
    EnvironmentValue,
    External,
    ExternalMethod,
    Function,
    G,
    Instance,
    LazyImport,
    Literal,
    Mapping,
    Method,
    ModuleValue,
    ReloaderTest,
    Sequence,
    Super,
    Suspended,
    Value,
    either,
)
from reloadlint.project.modules import Module

OF_THE_CONTEXT = (*G, External("flask.session"))
"""What is put there goes when the context ends."""

_WELL_KNOWN = ("flask", "quart")
"""Whatever isn't known otherwise below `from flask import *` is taken for Flask's."""

_BUILTINS = frozenset(dir(builtins))

CONSTANTS = {"typing.TYPE_CHECKING": FALSE, "typing_extensions.TYPE_CHECKING": FALSE}
"""Values of libraries' names that a type checker and a running program see differently."""


class Attributes(State):
    """Looks up and sets attributes."""

    def attribute(self, value: Value, name: str, site: Site | None = None) -> Value:
        """`value.name`; a property runs at `site`."""
        handler = _GETTERS.get(type(value))
        return UNKNOWN if handler is None else handler(self, value, name, site)

    def _of_alternatives(self, value: Alternatives, name: str, site: Site | None) -> Value:
        return either(*[self.attribute(option, name, site) for option in value.values])

    def _of_external(self, value: External, name: str, _site: Site | None) -> Value:
        if name == "__class__":
            return UNKNOWN
        full = f"{value.name}.{name}"
        return CONSTANTS.get(full, External(full))

    def _of_module(self, value: ModuleValue, name: str, site: Site | None) -> Value:
        if name in value.names:
            return self.held_by(value, name)
        inner = self.submodule_of(value, name)
        if inner is not None and self._is_loaded(inner):
            return self.module_value(inner)
        getter = value.names.get("__getattr__")
        if isinstance(getter, Function):
            return self._run_at(site, getter, Arguments([Literal(name)]), UNKNOWN)
        return self.starred(value, name) or UNKNOWN

    def held_by(self, module: ModuleValue, name: str) -> Value:
        """What a module's name stands for; what it imports lazily is loaded now."""
        found = module.names[name]
        if isinstance(found, LazyImport):
            module.names[name] = UNKNOWN  # a circle of imports ends here
            module.names[name] = found = found.load()
        return found

    def starred(self, module: ModuleValue, name: str) -> Value | None:
        """A name that a module has from a library by `import *`, if the library is known for it."""
        for library in reversed(module.stars):
            full = f"{library}.{name}"
            if self.catalogue.knows(full) or (library in _WELL_KNOWN and name not in _BUILTINS):
                return CONSTANTS.get(full, External(full))
        return None

    def submodule_of(self, value: ModuleValue, name: str) -> Module | str | None:
        """The module `name` inside a package of the project or of a library."""
        package = value.module or value.folder
        return self.index_of(value.module).submodule(package, name)

    def _is_loaded(self, module: Module | str) -> bool:
        return isinstance(module, str) or module.installed or module.path in self.modules

    def module_value(self, module: Module | str) -> ModuleValue:
        """The loaded module, or one that stands for a namespace package's folder."""
        if isinstance(module, str):
            return ModuleValue(None, module)
        return self.library_module(module) if module.installed else self.load(module)

    def _of_class(self, value: Class, name: str, _site: Site | None) -> Value:
        found = value.lookup(name)
        if found is not None:
            if isinstance(found, Function) and found.wrapper == "class":
                return Method(found, value)
            return found
        if isinstance(value.metaclass, Class):
            inherited = value.metaclass.lookup(name)
            if inherited is not None:
                return Method(inherited, value) if isinstance(inherited, Function) else inherited
        if name == "__name__":
            return Literal(value.definition.name)
        return next((External(f"{base.name}.{name}") for base in value.external_bases()), UNKNOWN)

    def _of_instance(self, value: Instance, name: str, site: Site | None) -> Value:
        if name in value.attributes:
            return value.attributes[name]
        if isinstance(value.cls, External):
            return ExternalMethod(f"{value.cls.name}.{name}", value)
        if name == "__class__":
            return value.cls
        found = value.cls.lookup(name)
        if found is not None:
            return self._bound(found, value, site)
        if any(value.cls.external_bases()) or site is None or name.startswith("__"):
            return self._inherited(value, value.cls.mro, name)
        getter = value.cls.lookup("__getattr__")
        if not isinstance(getter, Function):
            return UNKNOWN
        return self._run_at(site, getter, Arguments([Literal(name)]), value)

    def _of_g(self, value: ContextGlobals, name: str, _site: Site | None) -> Value:
        if name in value.attributes:
            return value.attributes[name]
        method = METHODS_OF_G.get(name)
        if method is None:
            return UNKNOWN
        return Builtin(name, lambda state, args: method(state, args.after(value)))

    def _inherited(self, value: Instance, order: Iterable[Value], name: str) -> Value:
        bases = [base for base in order if isinstance(base, External)]
        known = (f"{base.name}.{name}" for base in bases)
        chosen = next((n for n in known if self.catalogue.lookup(n)), None)
        if chosen is None and bases:
            chosen = f"{bases[0].name}.{name}"
        return UNKNOWN if chosen is None else ExternalMethod(chosen, value)

    def _bound(self, found: Value, receiver: Instance, site: Site | None) -> Value:
        if isinstance(found, Function):
            return self._bound_function(found, receiver, site)
        if isinstance(found, Instance) and isinstance(found.cls, Class):
            getter = found.cls.lookup("__get__")
            if isinstance(getter, Function) and isinstance(receiver.cls, Class):
                return self._run_at(site, getter, Arguments([receiver, receiver.cls]), found)
        return found

    def _bound_function(self, found: Function, receiver: Instance, site: Site | None) -> Value:
        if found.wrapper == "static":
            return found
        if found.wrapper == "class" and isinstance(receiver.cls, Class):
            return Method(found, receiver.cls)
        if found.wrapper in ("property", "cached"):
            value = self._run_at(site, found, Arguments(), receiver)
            if found.wrapper == "cached":
                receiver.attributes[found.definition.name] = value
            return value
        return Method(found, receiver)

    def _run_at(
        self, site: Site | None, function: Function, args: Arguments, receiver: Value
    ) -> Value:
        if site is None:
            return self.call_function(function, args, receiver)
        with self.at(site):
            return self.call_function(function, args, receiver)

    def _of_super(self, value: Super, name: str, site: Site | None) -> Value:
        receiver = value.receiver
        cls = receiver.cls if isinstance(receiver, Instance) else receiver
        if not isinstance(cls, Class):
            return UNKNOWN
        order = cls.mro[cls.mro.index(value.cls) + 1 :] if value.cls in cls.mro else []
        for base in order:
            if isinstance(base, Class) and name in base.names:
                found = base.names[name]
                if isinstance(receiver, Instance):
                    return self._bound(found, receiver, site)
                return Method(found, receiver) if isinstance(found, Function) else found
        if name == "__new__":
            return Builtin("super().__new__", lambda state, args: _new(state, cls, args))
        if name == "__call__" and isinstance(receiver, Class):
            return Builtin("type.__call__", lambda state, args: state.instantiate(receiver, args))
        if name == "__init__" and isinstance(receiver, Instance):
            return self._external_init(receiver, order)
        return self._inherited(receiver, order, name) if isinstance(receiver, Instance) else UNKNOWN

    def _external_init(self, receiver: Instance, order: list[Value]) -> Value:
        bases = [base for base in order if isinstance(base, External)]

        def run(state: State, args: Arguments) -> Value:
            for base in bases[:1]:
                entry = state.catalogue.lookup(base.name)
                state.construct_external(base.name, receiver, args, entry)
            return UNKNOWN

        return Builtin("super().__init__", run)

    def _of_function(self, value: Function, name: str, _site: Site | None) -> Value:
        if name in ("setter", "getter", "deleter") and value.wrapper == "property":
            return Builtin(name, lambda _state, args: _with_setter(value, name, args))
        if name == "__name__":
            return Literal(value.definition.name)
        return value.attributes.get(name, UNKNOWN)

    def _of_literal(self, value: Literal, name: str, _site: Site | None) -> Value:
        return method_of_builtin(value, name)

    def _of_collection(self, value: Value, name: str, _site: Site | None) -> Value:
        return method_of_builtin(value, name)

    def _of_itself(self, value: Value, _name: str, _site: Site | None) -> Value:
        return value

    def _of_external_method(self, value: ExternalMethod, name: str, _site: Site | None) -> Value:
        return ExternalMethod(f"{value.name}.{name}", value.receiver)

    # Setting

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """`value.name = new`."""
        if isinstance(value, Instance):
            self._set_on_instance(value, name, new)
        elif isinstance(value, (Class, ModuleValue)):
            self.assign(value.names, name, new)
        elif isinstance(value, Function):
            self.assign(value.attributes, name, new)
        elif isinstance(value, ExternalMethod):
            value.receiver.keeps.append(new)
        elif value not in OF_THE_CONTEXT:
            self.escaped.append(new)

    def _set_on_instance(self, value: Instance, name: str, new: Value) -> None:
        found = value.cls.lookup(name) if isinstance(value.cls, Class) else None
        setter = found.attributes.get("setter: ") if isinstance(found, Function) else None
        if isinstance(found, Instance) and isinstance(found.cls, Class):
            descriptor = found.cls.lookup("__set__")
            if isinstance(descriptor, Function):
                self.call_function(descriptor, Arguments([value, new]), found)
                return
        if isinstance(setter, Function):
            self.call_function(setter, Arguments([new]), value)
        elif name == "debug" and is_application(value):
            set_debug(self, value, new)
        else:
            self.assign(value.attributes, name, new)


def _with_setter(function: Function, name: str, args: Arguments) -> Value:
    if args.positional and name == "setter":
        function.attributes["setter: "] = args.positional[0]
    return function


def _new(state: State, cls: Class, args: Arguments) -> Value:
    """`super().__new__(cls, …)`: a new object; in a metaclass, the class that is being made."""
    made = state.being_made[-1] if state.being_made else None
    if made is None or made.metaclass is not cls:
        return Instance(cls)
    namespace = args.get("namespace", 3)
    for key, value in namespace.items.items() if isinstance(namespace, Mapping) else ():
        if isinstance(key, Literal) and isinstance(key.value, str):
            made.names.setdefault(key.value, value)
    return made


_X = Attributes
_GETTERS: dict[type, Callable[[Any, Any, str, Site | None], Value]] = {
    Alternatives: _X._of_alternatives,
    External: _X._of_external,
    ModuleValue: _X._of_module,
    Class: _X._of_class,
    Instance: _X._of_instance,
    ContextGlobals: _X._of_g,
    Super: _X._of_super,
    Function: _X._of_function,
    Literal: _X._of_literal,
    Sequence: _X._of_collection,
    Mapping: _X._of_collection,
    Suspended: _X._of_collection,
    ReloaderTest: _X._of_itself,
    EnvironmentValue: _X._of_itself,
    ExternalMethod: _X._of_external_method,
}
