"""What works in the background: somebody has to ask for it, and nobody to wait for its end."""

from __future__ import annotations

from collections.abc import Sequence

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.things import Thing

ONLY_WAIT = frozenset({"join", "wait"})
"""Closers that only wait until it ends by itself."""
_WORKING = frozenset({"service", "server"})


def check_asked_for(hazard: Hazard, thing: Thing, found: Sequence[Thing]) -> None:
    """See that a thing is used by more than the statements that make and configure things.

    Raises:
        Refusal: it isn't, and works in the background.
    """
    if hazard.role not in _WORKING:
        return
    moving = [line for other in found for line in other.statements]
    if all(use.tree.statement_of(use.node) in moving for use in thing.found.uses):
        what = f"`{thing.made.name}`" if thing is not found[0] else "it"
        raise Refusal(f"nothing asks for {what}, so behind an accessor it would never be started")
