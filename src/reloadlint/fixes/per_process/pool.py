"""Strategy `pool`: the pool once per process, its connections once per request."""

from __future__ import annotations

from collections.abc import Iterator

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Draft, Refusal, Wishes
from reloadlint.fixes.per_process.checkouts import Unclear, checkouts
from reloadlint.fixes.per_process.first_use import FirstUse, origin
from reloadlint.fixes.per_process.lazy import lazy_doubts, note, once_each
from reloadlint.fixes.per_process.sharing import one_is_enough
from reloadlint.fixes.per_process.singles import Once
from reloadlint.fixes.per_process.writing_lazy import write
from reloadlint.fixes.per_process.writing_pool import connections_through_g
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import things

_FOR_ONE_THREAD = frozenset({"psycopg2.pool.SimpleConnectionPool"})


def draft_pool(hazard: Hazard, project: Project, wishes: Wishes) -> Draft:
    """Write the cure for one hazard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    settle = FirstUse()
    found = things(hazard, project, settle, origin(hazard, project))
    by_proxy = wishes.access == "proxy"
    singles = once_each(hazard, project, found, by_proxy=by_proxy)
    draft = Draft()
    forced = wishes.strategy == "pool"
    for doubt in lazy_doubts(hazard, project, found, forced=forced, by_proxy=by_proxy):
        draft.doubt(doubt)
    for doubt in [*settle.doubts, *_one_thread(hazard)]:
        draft.doubt(doubt)
    try:
        if by_proxy or len(found) > 1:
            raise Unclear("more than its own module would have to be changed")
        return _with_connections(hazard, project, singles, draft)
    except (Unclear, Refusal) as unclear:
        reason = str(unclear)
    write(project, singles, draft, by_proxy=by_proxy)
    draft.note = f"{note(singles[0])}; its connections are taken as before ({reason})"
    return draft


def _with_connections(
    hazard: Hazard, project: Project, singles: list[Once], before: Draft
) -> Draft:
    """The draft with an accessor for connections, too.

    Raises:
        Unclear: the uses of the pool can't be told apart.
        Refusal: there is no place for a teardown, or no name.
    """
    (single,) = singles
    uses = checkouts(single.thing)
    one_is_enough(project, uses.each)
    draft = Draft(doubts=list(before.doubts))
    through = connections_through_g(hazard, project, single, uses, draft)
    write(project, singles, draft, by_proxy=False, below=through.text)
    draft.add_once(single.thing.made.tree.path, *through.imports)
    draft.note = (
        f"{note(single)}; `{through.accessor}()` takes a connection at first use in a "
        f"request, and `{through.teardown}()` gives it back"
    )
    return draft


def _one_thread(hazard: Hazard) -> Iterator[str]:
    if hazard.call in _FOR_ONE_THREAD:
        yield f"`{hazard.text}` is made for one thread; `ThreadedConnectionPool` is for several"
