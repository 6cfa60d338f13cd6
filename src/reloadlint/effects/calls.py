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
