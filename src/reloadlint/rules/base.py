"""What every rule has. A rule's docstring is its documentation page."""

from __future__ import annotations

from typing import ClassVar


class Rule:
    """A rule: its code, its name in words, and whether it is on unless deselected."""

    code: ClassVar[str]
    name: ClassVar[str]
    default: ClassVar[bool] = True
    rewritten: ClassVar[bool] = False
    """Whether `fix` rewrites what a rule about the whole program reports."""
