"""Definitions of functions and classes, with their decorators."""

from __future__ import annotations

from reloadlint.effects.frames import Flow, Scope, Site
from reloadlint.effects.managers import Managers
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    External,
    ExternalMethod,
    Function,
    Instance,
    Method,
    Value,
)
from reloadlint.facts import records as r


class Definitions(Managers):
    """Follows `def` and `class`."""

    def _function(self, node: r.FunctionDef, scope: Scope) -> int:
        decorators = [self.evaluate(item.value, scope) for item in node.decorators]
        function: Value = self.make_function(node, scope)
        if isinstance(function, Function):
            function.owner = scope.cls
        for item, decorator in zip(reversed(node.decorators), reversed(decorators), strict=True):
            function = self.decorated(item, decorator, function, scope)
        scope.bind(node.name, function)
        return Flow.FALLS

    def _class(self, node: r.ClassDef, scope: Scope) -> int:
        decorators = [self.evaluate(item.value, scope) for item in node.decorators]
        made: Value = self.make_class(node, scope)
        for item, decorator in zip(reversed(node.decorators), reversed(decorators), strict=True):
            made = self.decorated(item, decorator, made, scope)
        scope.bind(node.name, made)
        return Flow.FALLS

    def decorated(self, item: r.Decorator, decorator: Value, target: Value, scope: Scope) -> Value:
        """What a decorator makes of a function or class; one that isn't known changes nothing."""
        site = Site(scope.module.module, item.span, f"@{item.text}", "decorator")  # type: ignore[arg-type]
        with self.at(site):
            if _of_library(decorator):
                self.call_inside(decorator, Arguments([target]))
                return target
            made = self.call(decorator, Arguments([target]))
        known = made is not UNKNOWN and not _from_outside(made)
        return made if known else target


def _of_library(value: Value) -> bool:
    """Whether a value is code of an installed library, which wraps what it decorates."""
    origin = value.cls if isinstance(value, Instance) else value
    origin = origin.function if isinstance(origin, Method) else origin
    return isinstance(origin, (Class, Function)) and origin.module.installed


def _from_outside(value: Value) -> bool:
    """Whether a decorator's result is only what some library returned."""
    return isinstance(value, (External, ExternalMethod)) or (
        isinstance(value, Instance) and isinstance(value.cls, External)
    )
