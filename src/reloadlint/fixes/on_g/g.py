"""Strategy `g`: an accessor that opens on `flask.g`, and a teardown that closes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class
from reloadlint.fixes.doubts.arguments import argument_doubts
from reloadlint.fixes.doubts.background import check_asked_for
from reloadlint.fixes.doubts.identity import own_identity
from reloadlint.fixes.doubts.lookups import lookup_doubts, patched
from reloadlint.fixes.doubts.making import check_own_state, check_thread, repeated
from reloadlint.fixes.doubts.order import changed_too_late
from reloadlint.fixes.doubts.proxies import proxy_doubts
from reloadlint.fixes.doubts.read_in_making import changed_after_reading
from reloadlint.fixes.doubts.set_for_others import set_for_others
from reloadlint.fixes.doubts.state import state_doubts
from reloadlint.fixes.doubts.transactions import (
    commits_by_itself,
    ddl_is_committed,
    uncommitted_at_load,
)
from reloadlint.fixes.draft import Draft, Refusal, Wishes
from reloadlint.fixes.on_g.at_load import AtLoad
from reloadlint.fixes.on_g.load_blocks import LoadBlock, load_blocks
from reloadlint.fixes.on_g.outside import outside_a_context
from reloadlint.fixes.on_g.writing_g import write
from reloadlint.fixes.reading.making import makers
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.release import (
    Closer,
    check_made_anew,
    check_no_application,
    closer_of,
    library_behind,
    own_class,
)
from reloadlint.fixes.reading.things import Thing, things
from reloadlint.fixes.reading.tree import last_name


def draft_g(hazard: Hazard, project: Project, wishes: Wishes) -> Draft:
    """Write the cure for one hazard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    check_no_application(hazard, project)
    closer = closer_of(hazard, project)
    check_made_anew(hazard, project)
    at_load = AtLoad()
    found = things(hazard, project, at_load)
    check_asked_for(hazard, found[0], found)
    draft = Draft()
    by_proxy = wishes.access == "proxy"
    for doubt in _doubts(hazard, project, found, closer, at_load, by_proxy=by_proxy):
        draft.doubt(doubt)
    if closer.doubt is not None and not all(place.aside for place in at_load.places):
        raise Refusal(closer.doubt)  # it would be left open where it is used while loading
    for made in at_load.wrapping:
        draft.doubt(f"`{made.name}` works on it, and each request would make one of its own")
    blocks = load_blocks(project, at_load.places, found[0].made)
    for doubt in _open_at_load(hazard, project, found[0], blocks):
        draft.doubt(doubt)
    write(
        hazard,
        project,
        found,
        closer,
        draft,
        by_proxy=by_proxy,
        before_request=wishes.before_request,
        blocks=blocks,
    )
    return draft


def _open_at_load(
    hazard: Hazard, project: Project, thing: Thing, blocks: Sequence[LoadBlock]
) -> Iterator[str]:
    if commits_by_itself(thing.made.tree, thing.statements):
        return
    committed = ddl_is_committed(library_behind(hazard, project))
    for block in blocks:
        call = uncommitted_at_load(block.tree, block.statements, ddl_commits=committed)
        if call is not None:
            where = f"line {block.tree.line(call)} of {block.tree.path}"
            yield f"`{last_name(call)}` in {where} writes without a commit below it"


def _doubts(
    hazard: Hazard,
    project: Project,
    found: list[Thing],
    closer: Closer,
    at_load: AtLoad,
    *,
    by_proxy: bool,
) -> Iterator[str]:
    """Why the cure may not hold.

    Raises:
        Refusal: it would break the loading of a module, or each request.
    """
    if closer.doubt is not None:
        yield closer.doubt
    keeper = project.repeated(hazard).kept_in
    if keeper is not None:
        yield f"`{keeper}` keeps each one that is made, so every request would leave one there"
    if closer.name == "join":
        if not hazard.blocks_exit:
            raise Refusal("`join()` only waits, and a daemon works as long as its process")
        yield "`join()` only waits until it ends by itself, which every request would do"
    yield from changed_too_late(found)
    for thing in found:
        yield from outside_a_context(hazard, project, thing, found, at_load)
    for thing in found:
        before = thing.made.tree.span(thing.made.line)[0]
        parts = [thing.made.value, *thing.values]
        yield from argument_doubts(project, thing, parts, before)
    committed = ddl_is_committed(library_behind(hazard, project))
    cls = own_class(hazard, project)
    yield from _making(hazard, project, found[0], cls)
    yield from state_doubts(hazard, project, found, cls, closer.name, ddl_commits=committed)
    for thing in found:
        if by_proxy:
            yield from proxy_doubts(project, thing)
            yield from patched(project, thing.found)
        else:
            yield from lookup_doubts(project, thing.found)


def _making(hazard: Hazard, project: Project, thing: Thing, cls: Class | None) -> Iterator[str]:
    """Why one for each request may be more than each needs.

    Raises:
        Refusal: a request can't make one at all.
    """
    parts = [thing.made.value, *thing.lines]
    functions = list(makers(hazard, project, thing.made.tree, parts, cls))
    check_thread(functions)
    check_own_state(functions)
    if "process" in hazard.effects:
        yield "every request would start a process, which knows nothing of what others were told"
    yield from repeated(functions)
    yield from own_identity(project, functions, Methods(project, cls) if cls else None)
    yield from set_for_others(project, functions)
    yield from changed_after_reading(project, functions, thing.made)
