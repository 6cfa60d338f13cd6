"""Calls of anything."""

from __future__ import annotations

from reloadlint.effects.known_calls import KnownCalls
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    Alternatives,
    Builtin,
    Class,
    EnvironmentValue,
    External,
    ExternalMethod,
    Function,
    Instance,
    Method,
    Partial,
    ReloaderTest,
    Value,
    either,
)


class Calls(KnownCalls):
    """Calls whatever can be called."""

    def call(self, callee: Value, args: Arguments) -> Value:
        """Call something; the call's site is on top of the stack."""
        if self.catalogue.own and (name := self._own_entry(callee)):
            return self._call_external(name, args)
        if isinstance(callee, Function):
            return self.call_function(callee, args, UNKNOWN)
        if isinstance(callee, Method):
            return self.call_function(callee.function, args, callee.receiver)
        if isinstance(callee, Class):
            return self.call_class(callee, args)
        if isinstance(callee, External):
            return self._call_external(callee.name, args)
        if isinstance(callee, ExternalMethod):
            return self._call_external_method(callee, args)
        if isinstance(callee, Builtin):
            return callee.call(self, args)
        return self._call_other(callee, args)

    def _own_entry(self, callee: Value) -> str | None:
        """The name of a class or function of the project for which the user has an entry."""
        if isinstance(callee, Function) and callee.owner is None:
            name = f"{callee.module.name}.{callee.definition.name}"
        elif isinstance(callee, Class):
            name = callee.name
        else:
            return None
        return name if name in self.catalogue.own else None

    def _call_other(self, callee: Value, args: Arguments) -> Value:
        if isinstance(callee, Partial):
            keywords = {**callee.keywords, **args.keywords}
            positional = [*callee.args, *args.positional]
            return self.call(callee.function, Arguments(positional, keywords, is_open=args.open))
        if isinstance(callee, Alternatives):
            with self.doubting():
                return either(*[self.call(option, args) for option in callee.values])
        if isinstance(callee, Instance):
            caller = self.attribute(callee, "__call__")
            if isinstance(caller, Method):
                return self.call(caller, args)
            callee.keeps += args.all()
            made = Instance(External(f"{callee.class_name}.__call__"))
            made.keeps.append(callee)
            return made
        if isinstance(callee, (ReloaderTest, EnvironmentValue)):
            return callee
        return UNKNOWN
