"""Strategy `lazy`: one instance for each process, made at first use under a lock."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.doubts.arguments import argument_doubts
from reloadlint.fixes.doubts.background import ONLY_WAIT, check_asked_for
from reloadlint.fixes.doubts.lookups import lookup_doubts
from reloadlint.fixes.doubts.making import check_thread, put_off
from reloadlint.fixes.doubts.order import changed_too_late
from reloadlint.fixes.doubts.proxies import proxy_doubts
from reloadlint.fixes.doubts.read_in_making import changed_after_reading
from reloadlint.fixes.doubts.set_for_others import set_for_others
from reloadlint.fixes.doubts.state import other_directory
from reloadlint.fixes.doubts.threads import keeps_to_its_thread
from reloadlint.fixes.draft import Draft, Refusal, Wishes
from reloadlint.fixes.per_process.asked_for import check_set_up_for_use
from reloadlint.fixes.per_process.first_use import FirstUse, origin
from reloadlint.fixes.per_process.handing_back import handed_back
from reloadlint.fixes.per_process.interrupting import interrupting
from reloadlint.fixes.per_process.settling import settle_where_made
from reloadlint.fixes.per_process.singles import Once, class_called, singles_of
from reloadlint.fixes.per_process.writing_lazy import write
from reloadlint.fixes.reading.early_threads import started_early
from reloadlint.fixes.reading.loading import Loading
from reloadlint.fixes.reading.making import makers
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.release import Closer, closer_of, own_class
from reloadlint.fixes.reading.things import Thing, things
from reloadlint.fixes.writing.annotation import written_annotation

SHARED = frozenset({"client", "pool"})
"""Roles that are made to be used by several threads at once."""

_BY_PATH = frozenset({"dbfile", "process"})
"""Effects for which it matters where the process works."""

_LEFT = "exit would leave one"


def draft_lazy(hazard: Hazard, project: Project, wishes: Wishes) -> Draft:
    """Write the cure for one hazard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    draft, settle = Draft(), FirstUse()
    found = things(hazard, project, settle, origin(hazard, project))
    settle_where_made(hazard, project, found)
    by_proxy = wishes.access == "proxy"
    singles = once_each(hazard, project, found, by_proxy=by_proxy)
    forced = wishes.strategy == "lazy"
    for doubt in lazy_doubts(hazard, project, found, forced=forced, by_proxy=by_proxy):
        draft.doubt(doubt)
    for doubt in settle.doubts:
        draft.doubt(doubt)
    write(project, singles, draft, by_proxy=by_proxy)
    draft.note = note(singles[0])
    return draft


def once_each(
    hazard: Hazard, project: Project, found: list[Thing], *, by_proxy: bool
) -> list[Once]:
    """Each thing with its accessor and what closes it.

    Raises:
        Refusal: no name is free for one, or nothing would ever start one.
    """
    for thing in found:
        for started in (hazard,) if thing is found[0] else _hazards_in(thing, project):
            check_asked_for(started, thing, found)
    check_set_up_for_use(found)
    singles = singles_of(project, found, by_proxy=by_proxy)
    for single in singles:
        known = hazard if single is singles[0] else _hazard_at(single.thing, project)
        if known is None or (known == hazard and single is not singles[0]):
            continue  # what closes the first closes this
        closer, cls = _closer(known, project), own_class(known, project)
        single.release = closer.call if closer is not None else None
        thing = single.thing
        single.returns = written_annotation(thing.made, cls) or class_called(project, thing)
    return singles


def _hazards_in(thing: Thing, project: Project) -> Iterator[Hazard]:
    """What the statements of a thing start."""
    tree = thing.made.tree
    for hazard in project.hazards:
        call = tree.call_at(hazard.span) if hazard.path == tree.path else None
        if call is not None and tree.statement_of(call) in thing.statements:
            yield hazard


def _hazard_at(thing: Thing, project: Project) -> Hazard | None:
    tree, value = thing.made.tree, thing.made.value
    position = tree.position(value)
    found = (h for h in project.hazards if h.path == tree.path and h.span == position)
    return next(found, None)


def _closer(hazard: Hazard, project: Project) -> Closer | None:
    try:
        closer = closer_of(hazard, project, _LEFT)
    except Refusal:
        return None
    return None if closer.name in ONLY_WAIT else closer


def lazy_doubts(
    hazard: Hazard, project: Project, found: list[Thing], *, forced: bool, by_proxy: bool
) -> Iterator[str]:
    """Why the cure may not hold.

    Raises:
        Refusal: loading a module would make the object all the same.
    """
    loading = Loading(project, hazard.path)
    for thing in found:
        yield from _before_a_request(loading, thing, found)
        yield from _in_threads(project, loading, thing)
    yield from _nature(hazard, project, found[0], forced=forced)
    yield from _put_off(hazard, project, found[0])
    yield from changed_too_late(found)
    for thing in found:
        before = thing.made.tree.span(thing.made.line)[0]
        parts = [thing.made.value, *thing.values]
        yield from argument_doubts(project, thing, parts, before, "at first use")
        yield from proxy_doubts(project, thing) if by_proxy else lookup_doubts(project, thing.found)
    for thing in found:
        yield from handed_back(project, thing)
    yield from _closed_by_hand(found[0], hazard)
    for thing in found:
        yield from interrupting(project, thing)
    if _BY_PATH.intersection(hazard.effects):
        yield from other_directory(project, hazard.path)


def _put_off(hazard: Hazard, project: Project, thing: Thing) -> Iterator[str]:
    """What comes of making it later, and in another thread.

    Raises:
        Refusal: it can't be made there.
    """
    parts = [thing.made.value, *thing.lines]
    cls = own_class(hazard, project)
    functions = list(makers(hazard, project, thing.made.tree, parts, cls))
    check_thread(functions)
    if not project.repeated(hazard).takes_nothing:  # else it keeps it for itself
        yield from put_off(functions)
    yield from set_for_others(project, functions)
    yield from changed_after_reading(project, functions, thing.made)


def _before_a_request(loading: Loading, thing: Thing, found: list[Thing]) -> Iterator[str]:
    moving = [line for other in found for line in other.statements]
    for use in thing.found.uses:
        if use.tree.statement_of(use.node) in moving:
            continue
        place = loading.at(use.tree, use.node)
        if place is None:
            continue
        if not place.in_guard:
            raise Refusal(f"it is used while the module is loaded: {use.where}, from {place.where}")
        reason = f"the main guard uses it ({place.where})"
        if place.before_run:
            raise Refusal(f"{reason} before the run, in the reloader's parent too")
        yield f"{reason}, which would make one if there is none"


def _in_threads(project: Project, loading: Loading, thing: Thing) -> Iterator[str]:
    """Threads that are started while loading, and would make one before there is a request."""
    for use in thing.found.uses:
        place = started_early(project, loading, use.tree, use.node)
        if place is not None and not place.in_guard:
            yield (
                f"a thread that is started while the module is loaded ({place.where}) uses it "
                f"({use.where}), and makes one as soon as it runs"
            )


def _nature(hazard: Hazard, project: Project, first: Thing, *, forced: bool) -> Iterator[str]:
    """What the object is: shared by threads, closed at exit, bound to one thread."""
    if hazard.role == "device" and not forced:
        yield (
            "the request that opens it uses it at once, and some devices need time to get ready; "
            "all threads share it, as before: if it bears both, `--strategy lazy` says so"
        )
    elif hazard.role not in SHARED and not forced:
        yield (
            "all threads share it, as before, and it isn't known to bear that; if it does, "
            "`--strategy lazy` says so"
        )
    if "listen" in hazard.effects:
        yield "it binds a port, which every worker process would try again"
    if hazard.blocks_exit:
        yield (
            "its thread is no daemon: Python waits for it before `atexit` runs, so the process "
            "would not end"
        )
    try:
        closer = closer_of(hazard, project, _LEFT)
    except Refusal as refusal:
        yield str(refusal)
    else:
        if closer.doubt is not None:
            yield closer.doubt
    if hazard.call == "sqlite3.connect" and keeps_to_its_thread(first.made.tree, first.made.value):
        yield "only the thread that makes it may use it (`check_same_thread`)"


def _closed_by_hand(thing: Thing, hazard: Hazard) -> Iterator[str]:
    for use in thing.found.uses:
        method = use.tree.parent(use.node)
        call = use.tree.parent(method)
        named = isinstance(method, cst.Attribute) and method.attr.value in hazard.closers
        # `pool.release(connection)` does, `scheduler.shutdown(wait=False)` doesn't
        lends = isinstance(call, cst.Call) and any(arg.keyword is None for arg in call.args)
        moved = use.tree.statement_of(use.node) in thing.statements
        if named and not lends and not moved:
            yield (
                f"{use.where} closes it, for all that come later, and would make one to close "
                "where there is none"
            )


def note(single: Once) -> str:
    """What was done."""
    end = "closes it at exit" if single.release else "never closes it"
    return (
        f"`{single.accessor}()` makes it at first use, under a lock, and {end}; an error "
        "in making it now comes with that first use"
    )
