"""Parts of containers and of libraries' objects."""

from __future__ import annotations

from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    External,
    ExternalMethod,
    Instance,
    Literal,
    Mapping,
    Value,
)

HANDLES = ("cursor", "session", "channel", "get_database", "get_collection", "get_default_database")
"""Methods of libraries whose result refers to the object; others are taken to give plain data."""


def put(mapping: Mapping, key: Value, value: Value) -> None:
    """`mapping[key] = value`; a key that isn't known may be any."""
    if key is UNKNOWN or not isinstance(key, (Literal, Class, External, Instance)):
        mapping.others.append(value)
        mapping.exact = False
    else:
        mapping.items[key] = value


def merge(mapping: Mapping, other: Value) -> None:
    """`mapping.update(other)`."""
    if isinstance(other, Mapping):
        mapping.items.update(other.items)
        mapping.others.extend(other.others)
        mapping.exact = mapping.exact and other.exact
    else:
        mapping.exact = False


def part_of(value: Instance | ExternalMethod) -> Instance:
    """Something that a library's object hands out, and that refers to it."""
    name = value.class_name if isinstance(value, Instance) else value.name
    part = Instance(External(f"{name}[]"))
    part.keeps.append(value)
    source = value.receiver if isinstance(value, ExternalMethod) else value
    part.origin = source.origin or source
    return part
