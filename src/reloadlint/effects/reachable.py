"""Which objects are still referred to: what is dropped, CPython closes at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from reloadlint.effects.frames import Scope
from reloadlint.effects.values import (
    Alternatives,
    Builtin,
    Class,
    ExternalMethod,
    Function,
    Instance,
    Mapping,
    Method,
    ModuleValue,
    Partial,
    Sequence,
    Super,
    Value,
)


def reachable(roots: Iterable[Value], scopes: Iterable[Scope] = ()) -> set[int]:
    """The identities of all values that can be reached from these."""
    return {id(value) for value in _walk(roots, scopes, globals_too=True)}


def holds(value: Value, wanted: Value) -> bool:
    """Whether an object has another in its attributes, its containers or its closures.

    What it could reach through the globals of its module doesn't count.
    """
    return any(part is wanted for part in _walk([value], (), globals_too=False))


def _walk(roots: Iterable[Value], scopes: Iterable[Scope], *, globals_too: bool) -> Iterator[Value]:
    seen: set[int] = set()
    seen_scopes: set[int] = set()
    pending = list(roots)
    for scope in scopes:
        pending.extend(_names(scope, seen_scopes, globals_too))
    while pending:
        value = pending.pop()
        if id(value) in seen or (isinstance(value, ModuleValue) and not globals_too):
            continue
        seen.add(id(value))
        yield value
        pending.extend(_parts(value))
        if isinstance(value, Function):
            pending.extend(_closed_over(value, seen_scopes, globals_too))


def _names(scope: Scope | None, seen: set[int], globals_too: bool) -> Iterator[Value]:
    while scope is not None and id(scope) not in seen:
        if scope.parent is None and not globals_too:
            return
        seen.add(id(scope))
        yield from scope.names.values()
        scope = scope.parent


def _closed_over(function: Function, seen: set[int], globals_too: bool) -> Iterator[Value]:
    """What a function refers to: the outer names that it mentions, and its module's."""
    scope: Scope | None = function.scope
    while scope is not None and scope.parent is not None:
        if scope.kind != "class" and id(scope) not in seen:  # methods don't see its names
            yield from _mentioned(scope, function.mentions)
        scope = scope.parent
    yield from _names(scope, seen, globals_too)


def _mentioned(scope: Scope, names: Collection[str]) -> Iterator[Value]:
    return (scope.names[name] for name in names if name in scope.names)


def _parts(value: Value) -> Iterable[Value]:
    if isinstance(value, Instance):
        return [*value.attributes.values(), *value.keeps, value.cls]
    if isinstance(value, (Class, ModuleValue)):
        return value.names.values()
    if isinstance(value, (Sequence, Alternatives)):
        return value.items if isinstance(value, Sequence) else value.values
    if isinstance(value, Mapping):
        return [*value.items, *value.items.values(), *value.others]
    if isinstance(value, Function):
        results = value.results.values() if value.results else ()
        return [*value.defaults.values(), *value.attributes.values(), *results]
    if isinstance(value, Method):
        return [value.function, value.receiver]
    if isinstance(value, (ExternalMethod, Super, Builtin)):
        return [value.receiver]
    if isinstance(value, Partial):
        return [value.function, *value.args, *value.keywords.values()]
    return ()
