"""What is known of truth values: tests, comparisons, `and`, `or`, `not`."""

from __future__ import annotations

import itertools
import operator
import sys
from collections.abc import Callable
from typing import Any

from reloadlint.effects.values import (
    FALSE,
    RELOADER_TEST,
    TRUE,
    UNKNOWN,
    Alternatives,
    Builtin,
    Class,
    ContextGlobals,
    External,
    ExternalMethod,
    Function,
    Instance,
    Literal,
    Mapping,
    Method,
    ModuleValue,
    Partial,
    ReloaderTest,
    Sequence,
    Suspended,
    Value,
    alternatives,
)

Truth = bool | None | ReloaderTest
"""True, False, None where it isn't known, or the test that tells the reloader's processes apart."""

RELOADER_VARIABLE = "WERKZEUG_RUN_MAIN"
"""Set to `true` by Werkzeug's reloader in the child process, and only there."""

_ENVIRONMENT = External("os.environ")
_ALWAYS_TRUE = (Class, Function, Method, ModuleValue, Builtin, Partial, Suspended)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}


def truth(value: Value) -> Truth:
    """The truth value of a value."""
    if not isinstance(value, Alternatives):
        return _truth(value)
    found = {_truth(option) for option in alternatives(value)}
    if RELOADER_TEST in found:
        return RELOADER_TEST
    return found.pop() if len(found) == 1 else None


def _truth(value: Value) -> Truth:
    if isinstance(value, Literal):
        return bool(value.value)
    if isinstance(value, ReloaderTest):
        return value
    if isinstance(value, _ALWAYS_TRUE):
        return True
    if isinstance(value, Instance):
        return _truth_of_instance(value)
    if isinstance(value, Sequence):
        return bool(value.items) if value.exact else None
    if isinstance(value, Mapping):
        return bool(value.items) if value.exact else None
    return None


def _truth_of_instance(value: Instance) -> bool | None:
    if isinstance(value.cls, Class):
        plain = value.cls.lookup("__bool__") is None and value.cls.lookup("__len__") is None
        return True if plain and not any(value.cls.external_bases()) else None
    return True if value.entry is not None else None


def as_value(found: Truth) -> Value:
    """A truth value as a value."""
    if isinstance(found, ReloaderTest):
        return found
    return UNKNOWN if found is None else (TRUE if found else FALSE)


def compare(left: Value, op: str, right: Value) -> Truth:
    """`left op right`; `op` is the name of the `ast` operator."""
    if isinstance(left, Literal) and isinstance(right, Literal):
        return _compare(left, op, right)
    lefts, rights = alternatives(left), alternatives(right)
    asks = any(isinstance(v, ReloaderTest) or v == _ENVIRONMENT for v in (*lefts, *rights))
    results: set[Truth] = set()
    for one, other in itertools.product(lefts, rights):
        results.add(_compare(one, op, other))
        if (None in results or len(results) > 1) and not asks:
            return None
    if RELOADER_TEST in results:
        return RELOADER_TEST
    return results.pop() if len(results) == 1 else None


def _compare(left: Value, op: str, right: Value) -> Truth:
    if isinstance(left, ReloaderTest) or isinstance(right, ReloaderTest):
        return RELOADER_TEST
    if op in ("In", "NotIn"):
        found = _contains(right, left)
        return not found if op == "NotIn" and isinstance(found, bool) else found
    if op in ("Is", "IsNot"):
        same = _identical(left, right)
        return same if same is None or op == "Is" else not same
    if isinstance(left, Literal) and isinstance(right, Literal):
        try:
            return _ORDER[op](left.value, right.value)
        except TypeError:
            return None
    same = _identical(left, right) if op in ("Eq", "NotEq") else None
    return None if same is None else same is (op == "Eq")


def _identical(left: Value, right: Value) -> bool | None:
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if isinstance(left, Literal) and isinstance(right, Literal):
        return left == right
    kinds = (Instance, ExternalMethod, *_ALWAYS_TRUE, Sequence, Mapping)
    if isinstance(left, kinds) and isinstance(right, kinds):
        return left is right if _is_ours(left) or _is_ours(right) else None
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Literal) and isinstance(other, kinds):
            return None if _may_be_none(other) else False
    return None


def _is_ours(value: Value) -> bool:
    """Whether an object's identity is known; libraries may return one and the same twice."""
    if isinstance(value, ExternalMethod):
        return False
    return (
        not isinstance(value, Instance) or isinstance(value.cls, Class) or value.entry is not None
    )


def _may_be_none(value: Value) -> bool:
    """What a library returned, or has as an attribute, may well be None if nothing is known of it.

    The standard library's attributes are mostly methods.
    """
    if isinstance(value, ExternalMethod):
        return value.name.partition(".")[0] not in sys.stdlib_module_names
    return isinstance(value, Instance) and not isinstance(value.cls, Class) and not value.entry


def _contains(container: Value, item: Value) -> Truth:
    if container == _ENVIRONMENT:
        return RELOADER_TEST if item == Literal(RELOADER_VARIABLE) else None
    if isinstance(container, ContextGlobals) and isinstance(item, Literal):
        return item.value in container.attributes
    if item is UNKNOWN or not isinstance(container, (Sequence, Mapping)):
        return None
    known = list(container.items)
    if not isinstance(item, Literal) and all(isinstance(entry, Literal) for entry in known):
        known = known[:1]  # to what is no literal all of them are alike
    if isinstance(item, Literal):  # a long list of literals is searched as Python does it
        if item.value in [entry.value for entry in known if isinstance(entry, Literal)]:
            return True
        known = [entry for entry in known if not isinstance(entry, Literal)]
    found = {compare(entry, "Eq", item) for entry in known}
    if True in found:
        return True
    certain = container.exact and found <= {False}
    return False if certain else None
