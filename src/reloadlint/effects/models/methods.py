"""Methods of Python's own objects: texts, lists, dicts, generators."""

from __future__ import annotations

from reloadlint.effects.models.arguments import Model, text_of
from reloadlint.effects.models.containers import new_dict
from reloadlint.effects.models.types import same
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    Builtin,
    Class,
    External,
    Literal,
    Mapping,
    Sequence,
    Suspended,
    Value,
    either,
)


def method_of_builtin(value: Value, name: str) -> Value:
    """The method of a text, list, dict or generator, as something that can be called."""
    for kind, methods in _METHODS:
        if isinstance(value, kind) and name in methods:
            return _bound(name, methods[name], value)
    return UNKNOWN


def _bound(name: str, method: Model, value: Value) -> Builtin:
    return Builtin(name, lambda state, args: method(state, args.after(value)))


def _append(state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if isinstance(owner, Sequence):
        owner.add(args.positional[-1:])
        owner.exact = owner.exact and not (state.doubts or state.guards)
    return NONE


def _extend(state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if isinstance(owner, Sequence) and len(args.positional) > 1:
        items, exact = state.items_of(args.positional[1])
        owner.add(items)
        owner.exact = owner.exact and exact and not (state.doubts or state.guards)
    return NONE


def _pop(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if isinstance(owner, Sequence):
        owner.exact = False
        return either(*owner.items)
    if isinstance(owner, Mapping):
        found = owner.items.pop(args.positional[1], None) if len(args.positional) > 1 else None
        if found is None and owner.exact and len(args.positional) > 2:
            return args.positional[2]
        return found or either(*owner.others, *args.positional[2:], UNKNOWN)
    return UNKNOWN


def _get(_state: State, args: Arguments) -> Value:
    owner, key = args.positional[0], args.positional[1] if len(args.positional) > 1 else UNKNOWN
    if not isinstance(owner, Mapping):
        return UNKNOWN
    if key in owner.items:
        return owner.items[key]
    default = args.positional[2] if len(args.positional) > 2 else NONE
    if owner.exact and isinstance(key, (Literal, Class, External)):
        return default
    return either(*owner.items.values(), *owner.others, default)


def _setdefault(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if not isinstance(owner, Mapping) or len(args.positional) < 3:
        return UNKNOWN
    return owner.items.setdefault(args.positional[1], args.positional[2])


def _update(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    other = args.positional[1] if len(args.positional) > 1 else None
    if isinstance(owner, Mapping):
        if isinstance(other, Mapping):
            owner.items.update(other.items)
            owner.others.extend(other.others)
        owner.exact = owner.exact and (other is None or isinstance(other, Mapping))
        owner.items.update({Literal(name): value for name, value in args.keywords.items()})
    return NONE


def _values(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if not isinstance(owner, Mapping):
        return UNKNOWN
    return Sequence("list", [*owner.items.values(), *owner.others], exact=owner.exact)


def _entries(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    if not isinstance(owner, Mapping):
        return UNKNOWN
    pairs = [Sequence("tuple", [key, value]) for key, value in owner.items.items()]
    pairs += [Sequence("tuple", [UNKNOWN, value]) for value in owner.others]
    return Sequence("list", pairs, exact=owner.exact)


def _keys(_state: State, args: Arguments) -> Value:
    owner = args.positional[0]
    return (
        Sequence("list", list(owner.items), exact=owner.exact)
        if isinstance(owner, Mapping)
        else UNKNOWN
    )


def _lowered(_state: State, args: Arguments) -> Value:
    text = text_of(args.positional[0])
    return UNKNOWN if text is None else Literal(text.lower())


def _advance(state: State, args: Arguments) -> Value:
    return either(*state.run_generator(args.positional[0]))


_METHODS: tuple[tuple[type[Value], dict[str, Model]], ...] = (
    (
        Sequence,
        {
            "append": _append,
            "add": _append,
            "appendleft": _append,
            "insert": _append,
            "extend": _extend,
            "pop": _pop,
            "copy": same,
        },
    ),
    (
        Mapping,
        {
            "get": _get,
            "pop": _pop,
            "setdefault": _setdefault,
            "update": _update,
            "values": _values,
            "items": _entries,
            "keys": _keys,
            "copy": new_dict,
        },
    ),
    (Literal, {"lower": _lowered}),
    (Suspended, {"send": _advance, "__next__": _advance}),
)
