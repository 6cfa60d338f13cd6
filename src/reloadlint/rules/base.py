"""What every rule has. A rule's docstring is its documentation page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class Rule:
    """A rule: its code, its name in words, and whether it is on unless deselected."""

    code: ClassVar[str]
    name: ClassVar[str]
    default: ClassVar[bool] = True
    shared: ClassVar[Mapping[str, str]] = {}
    """Sections that its page has in common with others': Markdown by heading."""
    rewritten: ClassVar[bool] = False
    """Whether `fix` rewrites what a rule about the whole program reports."""
