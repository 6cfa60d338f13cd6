"""Attributes and types: `getattr`, `isinstance`, `type` and the like."""

from __future__ import annotations

from reloadlint.effects.models.arguments import first, text_of
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.truth import as_value, truth
from reloadlint.effects.values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Builtin,
    Class,
    ContextGlobals,
    Function,
    Instance,
    Literal,
    Mapping,
    Partial,
    Sequence,
    Value,
    alternatives,
    either,
)


def get_attribute(state: State, args: Arguments) -> Value:
    """`getattr(x, name, default)`."""
    name = text_of(args.get("name", 1))
    owner = first(args)
    if isinstance(owner, ContextGlobals) and name not in owner.attributes:
        return args.positional[2] if len(args.positional) > 2 and name else UNKNOWN
    found = UNKNOWN if name is None else state.attribute(owner, name)
    return either(found, args.positional[2]) if len(args.positional) > 2 else found


def set_attribute(state: State, args: Arguments) -> Value:
    """`setattr(x, name, value)`."""
    name = text_of(args.get("name", 1))
    if name is not None and len(args.positional) == 3:
        state.set_attribute(args.positional[0], name, args.positional[2])
    return NONE


def has_attribute(_state: State, args: Arguments) -> Value:
    """`hasattr(x, name)`; False only where the whole class is known."""
    owner, name = first(args), text_of(args.get("name", 1))
    if name is None:
        return UNKNOWN
    if isinstance(owner, Instance) and name in owner.attributes:
        return TRUE
    if isinstance(owner, ContextGlobals):
        return FALSE
    cls = owner.cls if isinstance(owner, Instance) else owner
    if not isinstance(cls, Class):
        return UNKNOWN
    if cls.lookup(name) is not None:
        return TRUE
    known = cls.fully_known and not any(cls.external_bases()) and not cls.lookup("__getattr__")
    return FALSE if known else UNKNOWN


def is_instance(_state: State, args: Arguments) -> Value:
    """`isinstance(x, kinds)`."""
    if len(args.positional) != 2:
        return UNKNOWN
    value, kind = args.positional
    kinds = kind.items if isinstance(kind, Sequence) else [kind]
    answers = {_is_a(option, one) for option in alternatives(value) for one in kinds}
    if answers == {False}:
        return FALSE
    return TRUE if answers == {True} or (True in answers and _is_one(value)) else UNKNOWN


def _is_one(value: Value) -> bool:
    return len(alternatives(value)) == 1


def _is_a(value: Value, kind: Value) -> bool | None:
    """Whether a value is an instance of a class; None where one of them isn't known."""
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        if isinstance(kind, Class):
            return kind in value.cls.mro
        return False if isinstance(kind, Builtin) else None
    own = _type_name(value)
    if own is None or isinstance(kind, Class):
        return None if own is None else False
    name = getattr(kind, "name", None)
    if name is None:
        return None
    return name == own or (name == "int" and own == "bool")


def _type_name(value: Value) -> str | None:
    if isinstance(value, Literal):
        return type(value.value).__name__
    if isinstance(value, Mapping):
        return "dict"
    return value.kind if isinstance(value, Sequence) else None


def type_of(_state: State, args: Arguments) -> Value:
    """`type(x)`."""
    owner = first(args)
    return owner.cls if isinstance(owner, Instance) and len(args.positional) == 1 else UNKNOWN


def new_object(_state: State, args: Arguments) -> Value:
    """`object.__new__(cls)`."""
    cls = first(args)
    return Instance(cls) if isinstance(cls, Class) else UNKNOWN


def as_bool(_state: State, args: Arguments) -> Value:
    """`bool(x)`."""
    return as_value(truth(first(args)))


def is_callable(_state: State, args: Arguments) -> Value:
    """`callable(x)`."""
    return TRUE if isinstance(first(args), (Function, Class, Partial, Builtin)) else UNKNOWN


def same(_state: State, args: Arguments) -> Value:
    """A function that gives its argument back: `iter`, `copy`."""
    return first(args)


def second(_state: State, args: Arguments) -> Value:
    """A function that gives its second argument back: `typing.cast`."""
    return args.positional[1] if len(args.positional) > 1 else UNKNOWN
