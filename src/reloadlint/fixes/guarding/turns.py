"""Starts that follow each other are guarded from the last to the first, so they stay in order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Draft, Refusal, Waiting, Wishes
from reloadlint.fixes.guarding.arranging import Arrangement
from reloadlint.fixes.guarding.moving import NOT_SERVED
from reloadlint.fixes.reading.project import Project


def later_start(
    hazard: Hazard,
    project: Project,
    found: Arrangement,
    write: Callable[[Hazard], Draft],
    wishes: Wishes,
) -> Waiting | None:
    """The start further down that is guarded first, if there is one that can be.

    Args:
        hazard: the start that may have to wait.
        found: what is guarded along with it.
        write: writes the cure for another one, or raises `Refusal`.
        wishes: what is asked for.
    """
    tree = project.tree(hazard.path)
    covered = [statement for segment in found.segments for statement in segment]
    later = [
        other
        for other in project.hazards
        if (other.in_guard, other.path) == (hazard.in_guard, hazard.path)
        and other.span > hazard.span
        and (other.in_guard or other.cure == "guard" or wishes.guards_all)
    ]
    for other in reversed(later):
        call = tree.call_at(other.span)
        if call is None or any(statement in covered for statement in tree.ancestors(call)):
            continue
        if tree.function_of(call) is not tree.function_of(covered[0]):
            continue
        if _is_written(other, project, write, unsafe=wishes.unsafe):
            return Waiting(f"`{other.text}()` in line {other.span[0]} is guarded first", other)
    return None


def _is_written(
    other: Hazard, project: Project, write: Callable[[Hazard], Draft], *, unsafe: bool
) -> bool:
    """Whether a start can be guarded, and nothing but the user's own choice speaks against it.

    Tried once for each: it asks the same of all that come after it.
    """
    tried = project.once(_tried)
    if other not in tried:
        try:
            tried[other] = set(write(other).doubts) <= {NOT_SERVED} or unsafe
        except Refusal:
            tried[other] = False
    return tried[other]


def _tried(_: Project) -> dict[Hazard, bool]:
    return {}


def in_turn(later: Waiting | None, write: Callable[[], Draft]) -> Draft:
    """What is written, if no other start comes first.

    Raises:
        Waiting: one does; with what can be written along with it.
    """
    if later is None:
        return write()
    with contextlib.suppress(Refusal):
        draft = write()
        later.doubts = draft.doubts
        later.joining = draft if draft.joins is not None else None
    raise later
