"""Decorators and wrappers: `partial`, `lru_cache`, `dataclass`."""

from __future__ import annotations

from reloadlint.effects.models.arguments import Model, first
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    TRUE,
    UNKNOWN,
    Builtin,
    Class,
    External,
    Function,
    Instance,
    Partial,
    Value,
)


def wrapped_as(kind: str) -> Model:
    """The model of a decorator that changes how a class hands a function out."""

    def decorate(_state: State, args: Arguments) -> Value:
        target = first(args)
        if isinstance(target, Function):
            target.wrapper = kind
        return target

    return decorate


def new_partial(_state: State, args: Arguments) -> Value:
    """`functools.partial(…)`."""
    if not args.positional:
        return UNKNOWN
    return Partial(args.positional[0], args.positional[1:], dict(args.keywords))


def caching(_state: State, args: Arguments) -> Value:
    """`@lru_cache` and `@lru_cache(maxsize=None)`."""
    target = first(args)
    if isinstance(target, (Function, Class)):
        return _cached(target)
    return Builtin("decorator", lambda _state, inner: _cached(first(inner)))


def _cached(target: Value) -> Value:
    """A function that remembers its results; of a class it isn't followed."""
    if isinstance(target, Function):
        target.results = {}
    return target


def as_dataclass(_state: State, args: Arguments) -> Value:
    """`@dataclass`, with and without arguments."""
    target = first(args)
    if isinstance(target, Class):
        target.names["@dataclass"] = TRUE
        return target
    return Builtin("dataclass", as_dataclass)


def dataclass_field(_state: State, args: Arguments) -> Value:
    """`field(default_factory=…)`."""
    made = Instance(External("dataclasses.field"))
    factory = args.get("default_factory") or args.get("factory")
    if factory is not None:
        made.attributes["default_factory"] = factory
    default = args.get("default")
    if default is not None:
        made.attributes["default"] = default
    return made
