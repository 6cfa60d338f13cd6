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
    """See that a thing, or what is made from it, is used by more than what makes and configures it.

    Raises:
        Refusal: it isn't, and works in the background.
    """
    if hazard.role not in _WORKING:
        return
    if not is_asked_for(thing, found):
        what = f"`{thing.made.name}`" if thing is not found[0] else "it"
        raise Refusal(f"nothing asks for {what}, so behind an accessor it would never be started")


def is_asked_for(thing: Thing, found: Sequence[Thing]) -> bool:
    """Whether an accessor of a thing, or of one that is made from it, would be called."""
    moving = [line for other in found for line in other.statements]
    if any(use.tree.statement_of(use.node) not in moving for use in thing.found.uses):
        return True
    made_from = (other for other in found if other.source in thing.found.uses)
    return any(is_asked_for(other, found) for other in made_from)
