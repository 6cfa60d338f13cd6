"""Statements inside of which a missing attribute does no harm."""

from __future__ import annotations

from reloadlint.facts import records as r

_HARMLESS = frozenset(
    {"AttributeError", "KeyError", "LookupError", "RuntimeError", "Exception", "BaseException"}
)


def shields_absence(statement: r.Stmt) -> bool:
    """Whether an attribute that isn't there does no harm inside a statement."""
    if isinstance(statement, r.With):
        return any(_is_suppress(item.value) for item in statement.items)
    if not isinstance(statement, r.Try):
        return False
    caught = [handler.exception for handler in statement.handlers]
    return any(exception is None or _names(exception) for exception in caught)


def _is_suppress(value: r.Expr) -> bool:
    return isinstance(value, r.Call) and value.text.endswith("suppress")


def _names(exception: r.Expr) -> bool:
    names = exception.items if isinstance(exception, r.Display) else (exception,)
    known = {name.id for name in names if isinstance(name, r.Name)}
    return bool(known & _HARMLESS)
