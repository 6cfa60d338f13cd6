"""Which statements are started with, and where their guard is to stand."""

from __future__ import annotations

import builtins
from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.afterwards import after_the_run, segments_of
from reloadlint.fixes.guarding.blocks import Block, bound, mentions
from reloadlint.fixes.guarding.conditions import Condition, used_names
from reloadlint.fixes.guarding.started import dependent, started_by
from reloadlint.fixes.guarding.threads_between import NeededByThread, needed_by_thread
from reloadlint.fixes.guarding.users import used_meanwhile
from reloadlint.fixes.guarding.waiting import calls_in, doubts_about, waiting
from reloadlint.fixes.reading.tree import Tree, last_name


class Arrangement(NamedTuple):
    """What goes under a guard.

    `objects` are the names of what is started. `segments` are statements that follow each other,
    each to be guarded where it stands; with `moved`, there is one segment, and it is put directly
    before the run. `existing` is a guard that stands there already. `after` are the statements
    from the run on that use the objects: the parent gets there, too, when it is interrupted.
    `outer` is the statement around start and run to which some of these belong. `early` speaks
    against it all, unless what starts that thread is guarded first.
    """

    objects: set[str]
    segments: list[list[cst.BaseStatement]]
    moved: bool
    existing: cst.If | None
    after: list[list[cst.BaseStatement]]
    outer: cst.BaseStatement | None
    doubts: list[str]
    early: NeededByThread | None = None


def arranged(block: Block, start: cst.Call, condition: Condition, test: str) -> Arrangement:
    """Arrange a start and all that depends on it.

    Args:
        start: the call that starts something.
        test: the guard's test as it will be written.

    Raises:
        Refusal: something that both processes need depends on it.
    """
    tree, between = block.tree, block.between
    objects = started_by(block, start)
    members = dependent(tree, between, objects)
    rest = [statement for statement in between if statement not in members]
    _check_outside(block, objects)
    existing = existing_guard(tree, _before_run(block, rest), test)
    rest = [statement for statement in rest if statement is not existing]
    made = set[str]().union(*(bound(member) for member in members))
    doubts = [*doubts_about(tree, rest), *used_meanwhile(tree, rest, objects, made)]
    if block.inner is not None or not (rest or existing):
        moved = False
    else:
        moved = _independent(block, members, rest)
    if not moved and not stays(block, condition):
        if block.inner is not None:
            raise Refusal(f"`{condition.text}`, which decides on the reloader, is set further down")
        if rest:
            doubts.append("what stands between it and the run, and now comes first, may need it")
        moved = bool(rest)
    segments = [members] if moved else segments_of(between, members)
    after, outer = after_the_run(block, objects)
    if outer is not None and condition.value is not None and condition.needs - _constants(tree):
        doubts.append("what decides on the reloader isn't known yet where the end of it begins")
    kept = existing if moved else None
    early = needed_by_thread(tree, rest, made)
    return Arrangement(objects, segments, moved, kept, after, outer, doubts, early)


def _check_outside(block: Block, objects: set[str]) -> None:
    for statement in block.outside:
        if mentions(block.tree, statement, objects):
            line = block.tree.line(statement)
            raise Refusal(f"line {line} needs it too, outside of the block that it starts in")
    if mentions(block.tree, block.anchor, objects):
        raise Refusal("the run itself needs what it starts")


def _before_run(block: Block, rest: list[cst.BaseStatement]) -> cst.BaseStatement | None:
    """What stays directly before the run; or above the start, if nothing does."""
    if rest:
        return rest[-1]
    place = block.body.index(block.holder)
    return block.body[place - 1] if place and block.inner is None else None


def existing_guard(tree: Tree, before: cst.BaseStatement | None, test: str) -> cst.If | None:
    """The same guard, where it stands there already."""
    if not isinstance(before, cst.If) or before.orelse is not None:
        return None
    same = tree.source(before.test) == test and isinstance(before.body, cst.IndentedBlock)
    return before if same else None


def _independent(
    block: Block, members: list[cst.BaseStatement], rest: list[cst.BaseStatement]
) -> bool:
    """Whether statements may as well run before the start: they share nothing with it."""
    tree = block.tree
    own = set[str]().union(*(used_names(tree, member) for member in members))
    other = set[str]().union(*(used_names(tree, statement) for statement in rest))
    shared = (own & other) - set(dir(builtins)) - _constants(tree)
    return not shared and not any(True for _ in waiting(rest))


def _constants(tree: Tree) -> set[str]:
    """Names of a module that mean the same all the time: imports, functions and classes."""
    found = set()
    for assignment in tree.in_order(tree.global_scope.assignments):
        node = getattr(assignment, "node", None)
        if isinstance(node, (cst.Import, cst.ImportFrom, cst.FunctionDef, cst.ClassDef)):
            found.add(assignment.name)
    return found


def stays(block: Block, condition: Condition) -> bool:
    """Whether the condition reads at the start what it reads at the run."""
    place = block.body.index(block.holder)
    on_the_way = block.body[place : block.body.index(block.run) + 1]
    return not any(_changes(block.tree, statement, condition) for statement in on_the_way)


def _changes(tree: Tree, statement: cst.BaseStatement, condition: Condition) -> bool:
    names = {name.partition(".")[0] for name in bound(statement)}
    if names & condition.needs:
        return True
    inside = {name for name in condition.needs if condition.text != name and not condition.value}
    calls = {last_name(call.func) for call in calls_in(statement)} - {"run"}
    return bool(calls) and mentions(tree, statement, inside)
