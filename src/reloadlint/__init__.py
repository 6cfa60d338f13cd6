"""Finds what a Flask module starts while it is loaded, before the reloader does it twice.

Example:
    >>> import reloadlint
    >>> result = reloadlint.check("examples/clean")
    >>> [finding.code for finding in result.findings]
    []
"""

# Nothing is imported here that isn't there already: see `__main__`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from reloadlint.api import check, fix, load_settings
    from reloadlint.errors import UsageError
    from reloadlint.findings import (
        Confidence,
        Evidence,
        Finding,
        Fix,
        Result,
        Rewrite,
        Severity,
        Summary,
    )
    from reloadlint.fixer import Repair
    from reloadlint.settings import Settings

__version__ = "0.1.0"

# Imported when they are asked for: who only wants the version waits for nothing.
_HOMES = {
    "check": "api",
    "fix": "api",
    "load_settings": "api",
    "Confidence": "findings",
    "Evidence": "findings",
    "Finding": "findings",
    "Fix": "findings",
    "Repair": "fixer",
    "Result": "findings",
    "Rewrite": "findings",
    "Settings": "settings",
    "Severity": "findings",
    "Summary": "findings",
    "UsageError": "errors",
}

__all__ = [
    "Confidence",
    "Evidence",
    "Finding",
    "Fix",
    "Repair",
    "Result",
    "Rewrite",
    "Settings",
    "Severity",
    "Summary",
    "UsageError",
    "__version__",
    "check",
    "fix",
    "load_settings",
]


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
