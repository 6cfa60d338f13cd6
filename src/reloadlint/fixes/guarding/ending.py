"""How what is guarded ends: a reload has to get past it, and the parent has none of it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.roles import closers_of
from reloadlint.effects.values import Instance
from reloadlint.fixes.draft import Draft
from reloadlint.fixes.guarding.arranging import Arrangement
from reloadlint.fixes.guarding.at_exit import exit_doubts
from reloadlint.fixes.guarding.blocks import Block, mentioned
from reloadlint.fixes.guarding.endless import HANGS, as_daemon, stop_of
from reloadlint.fixes.guarding.ran import call_at
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import dotted


def ended(
    hazard: Hazard, project: Project, block: Block, found: Arrangement, draft: Draft
) -> str | None:
    """See to the end of what is started: the call that stops it around the run, if it needs one.

    Adds the edits that make a daemon of it, or the doubt that nothing ends it; the note says so.
    """
    statements = [s for segment in (*found.segments, *found.after) for s in segment]
    for doubt in exit_doubts(block.tree, found.objects, statements):
        draft.doubt(doubt)
    if not hazard.blocks_exit:
        draft.note = _what_goes_on(hazard, found)
        return None
    daemon = as_daemon(hazard, project)
    if daemon is not None:
        draft.add(daemon.path, *daemon.edits)
        draft.note = "; its loop never ends, so it is a daemon now and a reload gets past it"
        return None
    if any("join" in _stops_at_the_end(block, name) for name in found.objects if name):
        return None  # the `finally` waits for its end, as before
    stop = stop_of(hazard, project)
    owner = _receiver(hazard, project, stop) or _owner(block, found)
    if stop is None or owner is None:
        draft.doubt(HANGS)
        return None
    if stop in _stops_at_the_end(block, owner):
        return None
    if found.after or not _is_plain(block):
        draft.doubt(HANGS)
        return None
    draft.note = f"; `{owner}.{stop}()` ends it with the process, so that a reload gets past it"
    return f"{owner}.{stop}()"


def _what_goes_on(hazard: Hazard, found: Arrangement) -> str:
    """A note on a program that outlives the process, as nothing has a name for it."""
    if hazard.subject != "Popen" or found.objects - {""}:
        return ""
    return "; nothing stops it when that ends, so each reload starts another one, as before"


def _owner(block: Block, found: Arrangement) -> str | None:
    """The name of what has the closer."""
    names = [name for name in found.objects if name]
    return names[0] if len(names) == 1 and not isinstance(block.start, cst.For) else None


def _receiver(hazard: Hazard, project: Project, stop: str | None) -> str:
    """The name of what the start is called on, where that has the closer: `executor.submit()`."""
    outcome = project.outcomes.get((hazard.path, hazard.span))
    call = call_at(project.tree(hazard.path), hazard.span)
    if outcome is None or call is None or not isinstance(call.func, cst.Attribute):
        return ""
    if isinstance(outcome.result, Instance) and stop in closers_of(outcome.result):
        return ""
    has_it = isinstance(outcome.receiver, Instance) and stop in closers_of(outcome.receiver)
    return dotted(call.func.value) if has_it else ""


def _stops_at_the_end(block: Block, owner: str) -> Iterator[str]:
    """The methods of an object that a `finally` around the run calls."""
    tree = block.tree
    for outer in tree.ancestors(block.anchor):
        if isinstance(outer, cst.Try) and outer.finalbody is not None:
            for node in mentioned(tree, outer.finalbody, {owner}):
                parent = tree.parent(node)
                if isinstance(parent, cst.Attribute) and isinstance(tree.parent(parent), cst.Call):
                    yield parent.attr.value


def _is_plain(block: Block) -> bool:
    """Whether the run is a statement by itself."""
    line = block.run
    return (
        isinstance(line, cst.SimpleStatementLine)
        and len(line.body) == 1
        and block.tree.parent(block.anchor) is line.body[0]
    )
