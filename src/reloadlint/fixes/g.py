"""Strategy `g`: an accessor that opens on `flask.g`, and a teardown that closes."""

from __future__ import annotations

from collections.abc import Iterator

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.arguments import argument_doubts
from reloadlint.fixes.contexts import Contexts
from reloadlint.fixes.draft import Draft, Refusal, Wishes
from reloadlint.fixes.flows import Flows
from reloadlint.fixes.lookups import lookup_doubts
from reloadlint.fixes.project import Project
from reloadlint.fixes.proxies import proxy_doubts
from reloadlint.fixes.release import Closer, closer_of, own_class
from reloadlint.fixes.state import state_doubts
from reloadlint.fixes.things import Thing, things
from reloadlint.fixes.writing_g import write


def draft_g(hazard: Hazard, project: Project, wishes: Wishes) -> Draft:
    """Write the cure for one hazard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    closer = closer_of(hazard, project)
    found = things(hazard, project)
    draft = Draft()
    by_proxy = wishes.access == "proxy"
    for doubt in _doubts(hazard, project, found, closer, by_proxy=by_proxy):
        draft.doubt(doubt)
    write(hazard, project, found, closer, draft, by_proxy=by_proxy)
    return draft


def _doubts(
    hazard: Hazard, project: Project, found: list[Thing], closer: Closer, *, by_proxy: bool
) -> Iterator[str]:
    """Why the cure may not hold.

    Raises:
        Refusal: it would break the loading of a module.
    """
    if closer.doubt is not None:
        yield closer.doubt
    for thing in found:
        yield from _outside_a_context(hazard, project, thing, found)
    for thing in found:
        before = thing.made.tree.span(thing.made.line)[0]
        parts = [thing.made.value, *thing.values]
        yield from argument_doubts(project, thing, parts, before)
    yield from state_doubts(project, found, own_class(hazard, project), closer.name)
    for thing in found:
        if by_proxy:
            yield from proxy_doubts(project, thing)
        else:
            yield from lookup_doubts(project, thing.found)


def _outside_a_context(
    hazard: Hazard, project: Project, thing: Thing, found: list[Thing]
) -> Iterator[str]:
    contexts = Contexts(project)
    cls = own_class(hazard, project) if thing.source is None else None
    flows = Flows(project, contexts, cls, closes_on_exit="__exit__" in hazard.closers)
    moving = [line for other in found for line in other.statements]
    for use in thing.found.uses:
        if use.tree.statement_of(use.node) in moving:
            continue
        for trouble in contexts.troubles(use):
            if trouble.fatal:
                raise Refusal(f"it is used while the module is loaded: {trouble.reason}")
            yield f"it is used in {use.where}, and {trouble.reason}"
        yield from flows.doubts(use)
