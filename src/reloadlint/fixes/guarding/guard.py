"""Strategy `guard`: what works in the background is started only in the process that serves."""

from __future__ import annotations

import contextlib
from functools import partial

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Draft, Refusal, Waiting, Wishes
from reloadlint.fixes.guarding.arranging import Arrangement, arranged
from reloadlint.fixes.guarding.asking import asked
from reloadlint.fixes.guarding.blocks import Block, block_of, climbed, line_of
from reloadlint.fixes.guarding.conditions import Condition, decided_by
from reloadlint.fixes.guarding.ending import ended
from reloadlint.fixes.guarding.endless import say_that_it_hangs
from reloadlint.fixes.guarding.factories import draft_in_factory, start_in_factory
from reloadlint.fixes.guarding.first_request import draft_first_request
from reloadlint.fixes.guarding.making import maker_of
from reloadlint.fixes.guarding.missed import is_for_requests, is_worked_with, missed
from reloadlint.fixes.guarding.moving import NOT_SERVED, arranged_in_guard, block_of_run
from reloadlint.fixes.guarding.ran import Ran, call_at, ran_after, ran_by_script
from reloadlint.fixes.guarding.served import importers, serving_file
from reloadlint.fixes.guarding.threads_between import NeededByThread
from reloadlint.fixes.guarding.turns import in_turn, later_start
from reloadlint.fixes.guarding.writing_guard import Guarding
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree
from reloadlint.project.modules import is_program

_KINDS = {
    "decorator": "a decorator starts it",
    "class": "making the class starts it",
    "implicit": "entering a `with` or reading a property starts it",
    "call": "the call is read in another way",
}


def draft_guard(hazard: Hazard, project: Project, wishes: Wishes) -> Draft:
    """Write the cure for one hazard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    try:
        return _drafted(hazard, project, wishes)
    except NeededByThread as refusal:
        raise refusal.for_role(hazard) from None


def _drafted(hazard: Hazard, project: Project, wishes: Wishes) -> Draft:
    tree = project.tree(hazard.path)
    start = call_at(tree, hazard.span)
    if start is None:
        raise Refusal(f"no call stands there that could be guarded: {_KINDS[hazard.kind]}")
    inside = start_in_factory(hazard, project)
    if inside is not None:
        return draft_in_factory(hazard, project, *inside)
    if hazard.in_guard or is_program(hazard.path):
        return _in_place(hazard, project, wishes, tree, start)
    made = maker_of(project, hazard, tree, start)
    try:
        return _moved_in(hazard, project, wishes, tree, start, made)
    except Waiting:
        raise
    except Refusal as refusal:
        return _otherwise(hazard, project, tree, start, made, refusal)


def _otherwise(
    hazard: Hazard, project: Project, tree: Tree, start: cst.Call, made: cst.Call, refusal: Refusal
) -> Draft:
    """With the first request, where the main guard is no place for it."""
    try:
        return draft_first_request(hazard, project, tree, start, made)
    except Refusal as other:
        raise (
            refusal if refusal.args else other
        ) from None  # the guard's own reason, if it has one


def _in_place(
    hazard: Hazard, project: Project, wishes: Wishes, tree: Tree, start: cst.Call
) -> Draft:
    """Guard what a main guard starts before the run."""
    ran = ran_after(project, tree, start)
    block = block_of(tree, maker_of(project, hazard, tree, start), ran.anchor)
    if ran.call is not ran.anchor:
        line = tree.line(ran.anchor)
        raise Refusal(f"the run is in the function that line {line} calls; start it there")
    condition, test, draft = _condition(ran, block)
    found = arranged(block, start, condition, test)
    later = _later(hazard, project, wishes, found, test)
    return in_turn(
        later, lambda: _written(hazard, project, ran, block, condition, test, found, draft)
    )


def _moved_in(
    hazard: Hazard,
    project: Project,
    wishes: Wishes,
    tree: Tree,
    start: cst.Call,
    made: cst.Call,
) -> Draft:
    """Move what a script starts at module level into its main guard."""
    ran = ran_by_script(project, hazard.path)
    others = [path for path in importers(project, hazard.path) if not project.is_test(path)]
    if ran is None or others:
        raise Refusal
    maker = climbed(tree, line_of(tree, made), tree.module)
    if tree.parent(maker) is not tree.module:
        around = next((n for n in tree.ancestors(maker) if isinstance(n, cst.ClassDef)), None)
        where = "a block" if around is None else f"the body of `class {around.name.value}`"
        raise Refusal(f"it starts in {where}, not in a statement of the module by itself")
    block = block_of_run(ran, maker)
    condition, test, draft = _condition(ran, block)
    found = arranged_in_guard(block, start, test)
    missing = missed(tree, [member for segment in found.segments for member in segment])
    is_needed = missing is not None or ("device" in hazard.effects and is_worked_with(tree, found))
    if is_needed and found.early is None and is_for_requests(tree, found):
        with contextlib.suppress(Refusal):
            return draft_first_request(hazard, project, tree, start, made)
    if missing is not None:
        draft.doubt(missing)
    later = _later(hazard, project, wishes, found, test)
    for path in importers(project, hazard.path):
        draft.doubt(f"`{path}` imports the module, and would find it not started")
    file = serving_file(project, hazard.path)
    if file is not None:
        draft.doubt(f"`{file}` has a server load the module, and that would no longer start it")
    found.doubts.append(NOT_SERVED)
    return in_turn(
        later, lambda: _written(hazard, project, ran, block, condition, test, found, draft)
    )


def _later(
    hazard: Hazard, project: Project, wishes: Wishes, found: Arrangement, test: str
) -> Waiting | None:
    """The start that comes first; none where each goes directly before the run, in their order."""
    write = partial(draft_guard, project=project, wishes=wishes)
    return later_start(hazard, project, found, write, wishes) if test else None


def _condition(ran: Ran, block: Block) -> tuple[Condition, str, Draft]:
    """What decides on the reloader, the test for it, and a draft with what both need."""
    condition, draft = decided_by(ran), Draft()
    if ran.reloader is False and condition.value is not None:
        return condition._replace(value=None, edits=(), doubt=None), "", draft
    asking = asked(block)
    draft.add(block.tree.path, *asking.edits)
    return condition, f"not {condition.text} or {asking.expression}()", draft


def _written(
    hazard: Hazard,
    project: Project,
    ran: Ran,
    block: Block,
    condition: Condition,
    test: str,
    found: Arrangement,
    draft: Draft,
) -> Draft:
    """The draft, with the edits and all that speaks against them.

    Raises:
        NeededByThread: a thread that is not guarded, too, would find nothing there.
    """
    if found.early is not None:
        raise found.early
    for doubt in (*found.doubts, *([condition.doubt] if condition.doubt else [])):
        draft.doubt(doubt)
    imports = draft.edits.pop(hazard.path, [])
    stop = ended(hazard, project, block, found, draft)
    inside = [*condition.edits, *draft.edits.pop(hazard.path, ())]
    head = None if condition.value is None else f"{condition.text} = {condition.value}"
    guarding = Guarding(block, found, test, head, inside, stop)
    draft.add(hazard.path, *imports, *guarding.edits())
    draft.joins = guarding.joining if not imports and len(draft.edits) == 1 else None
    draft.note = _note(hazard, ran) + draft.note
    say_that_it_hangs(draft)
    return draft


def _note(hazard: Hazard, ran: Ran) -> str:
    ways = "`flask run` and gunicorn never run the main guard"
    if not hazard.in_guard:
        ways += ", and now don't start it"
    return (
        f"`{hazard.text}()` runs once now, in the process that serves: the reloader's child, or "
        f"the only one where `{ran.text}()` has no reloader; {ways}"
    )
