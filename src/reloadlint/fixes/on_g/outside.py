"""Uses that run outside of requests: those that can be given a context, and what of the others."""

from __future__ import annotations

from collections.abc import Iterator

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.doubts.threads import any_thread_may_close
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.on_g.at_load import AtLoad, Place, handed_on, sets_up
from reloadlint.fixes.on_g.load_blocks import load_blocks
from reloadlint.fixes.reading.contexts import Contexts, Trouble
from reloadlint.fixes.reading.flows import Flows
from reloadlint.fixes.reading.leaving import closes_when_left
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.release import own_class
from reloadlint.fixes.reading.things import Thing, how

_STREAMED = "after the request"
"""What the reasons say of code that a response runs when its request is over."""


def outside_a_context(
    hazard: Hazard, project: Project, thing: Thing, found: list[Thing], at_load: AtLoad
) -> Iterator[str]:
    """Why some uses of a thing would find no context; `at_load` notes those that can be given one.

    Raises:
        Refusal: a use can't do without, and can't be given one.
    """
    own = own_class(hazard, project)
    own_methods = Methods(project, own) if own is not None else None
    any_thread = any_thread_may_close(hazard, found[0].made, own_methods)
    contexts = Contexts(project, any_thread=any_thread)
    cls, methods = (own, own_methods) if thing.source is None else (None, None)
    closes = "__exit__" in hazard.closers and (methods is None or closes_when_left(methods))
    flows = Flows(project, contexts, cls, closes_on_exit=closes)
    moving = [line for other in found for line in other.statements]
    for use in thing.found.uses:
        if use.tree.statement_of(use.node) in moving:
            continue
        for trouble in contexts.troubles(use):
            if trouble.aside:
                yield _aside(hazard, project, use, trouble, at_load)
            else:
                yield from _during(hazard, project, use, trouble, at_load, methods)
        for doubt in flows.doubts(use):
            if use.tree.function_of(use.node) is None:
                raise Refusal(doubt)
            yield doubt


def _during(
    hazard: Hazard,
    project: Project,
    use: Use,
    trouble: Trouble,
    at_load: AtLoad,
    methods: Methods | None,
) -> Iterator[str]:
    """What to say of a use while a module is loaded, or wherever else no context is."""
    reason = _at_load(use, trouble)
    place = Place(*trouble.place, reason) if trouble.place is not None else None
    if place is not None and handed_on(project, use):
        raise Refusal(f"{reason}, where it is handed on")
    if place is not None and sets_up(use, methods):
        raise Refusal(f"{reason}, where it may be set up")
    if place is not None and (trouble.fatal or _can_be_put(project, place, hazard)):
        at_load.note(place, hazard)
    elif trouble.fatal:
        raise Refusal(reason)
    else:
        yield _unless_streamed(f"it is used in {use.where}, and {trouble.reason}")


def _aside(hazard: Hazard, project: Project, use: Use, trouble: Trouble, at_load: AtLoad) -> str:
    """What to say of a use in the background, which gets a context where one can be put.

    Raises:
        Refusal: it comes when the response has been sent.
    """
    doubt = _unless_streamed(f"it is used in {use.where}, and {trouble.reason}")
    place = Place(*trouble.place, doubt, aside=True) if trouble.place is not None else None
    if place is None or not _can_be_put(project, place, hazard):
        return doubt
    at_load.note(place, hazard)
    return f"{doubt}, where it now opens one of its own"


def _unless_streamed(doubt: str) -> str:
    """A doubt, unless it says that a response is still read from the object when `g` is gone.

    Raises:
        Refusal: it does, and each such response would break off.
    """
    if _STREAMED in doubt:
        raise Refusal(doubt)
    return doubt


def _at_load(use: Use, trouble: Trouble) -> str:
    """Where a use runs while a module is loaded, in words."""
    if trouble.place is not None and trouble.place[1] is use.node:
        where = f"{use.where}{how(use.tree, use.node)}"
        return f"it is used while the module is loaded, in {where}"
    return f"it is used while the module is loaded: {trouble.reason}"


def _can_be_put(project: Project, place: Place, hazard: Hazard) -> bool:
    """Whether a context can be put around a place."""
    try:
        return AtLoad.helps(hazard) and bool(load_blocks(project, [place]))
    except Refusal:
        return False
