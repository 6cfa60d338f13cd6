"""Whether dotted names lead to something, by importing what is on their way.

Part of what runs beside a measured library, so it knows nothing but the standard library.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
from collections.abc import Iterable
from types import ModuleType


def import_longest(name: str) -> ModuleType | None:
    """Import as much of a dotted name as there are modules; the first package of it."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError as error:
            if error.name and ".".join(parts[:end]).startswith(error.name) and end > 1:
                continue
            raise
        return sys.modules[parts[0]]
    return None


def unresolved(names: Iterable[str]) -> list[str]:
    """Those of the names that lead to nothing."""
    return [name for name in names if not is_known(name)]


def is_known(name: str) -> bool:
    """Whether a dotted name leads to something; what only an instance has is believed."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        except Exception:
            return False
        return _has(module, parts[end:])
    return hasattr(builtins, parts[0])


def _has(value: object, attributes: Iterable[str]) -> bool:
    for attribute in attributes:
        if not inspect.ismodule(value) and not inspect.isclass(value):
            return True
        try:
            value = getattr(value, attribute)
        except AttributeError:
            return False
    return True
