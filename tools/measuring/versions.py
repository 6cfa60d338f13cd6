"""Versions: which Python is measured with, and which entries are of another."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Entry


def not_of_this_python(entry: Entry, version: str) -> str:
    """Why an entry of the standard library can't be measured with a version of Python."""
    if entry.library != "stdlib":
        return ""
    has = _numbers(version)
    if entry.since and has < _numbers(entry.since):
        return f"needs Python {entry.since}"
    return (
        f"needs Python before {entry.until}" if entry.until and has >= _numbers(entry.until) else ""
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def version_of(python: str) -> str:
    """The version of an interpreter."""
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()
