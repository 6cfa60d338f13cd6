"""A start at module level that is moved into the main guard, directly before the run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.afterwards import after_the_run
from reloadlint.fixes.guarding.arranging import Arrangement, existing_guard
from reloadlint.fixes.guarding.blocks import Block, bound, mentioned
from reloadlint.fixes.guarding.conditions import used_names
from reloadlint.fixes.guarding.ran import Ran
from reloadlint.fixes.guarding.started import dependent, is_deferred, ready_by, started_by
from reloadlint.fixes.guarding.threads_between import needed_by_thread
from reloadlint.fixes.guarding.users import run_where_it_stands, users
from reloadlint.fixes.guarding.waiting import calls_in, doubts_about
from reloadlint.fixes.reading.guards import is_main_test
from reloadlint.fixes.reading.tree import Tree, dotted

NOT_SERVED = "`flask run` and gunicorn never run the main guard, and would no longer start it"
"""Why a move there is the user's to decide: no source says by what a script is served."""

_DEFINITIONS = (cst.FunctionDef, cst.ClassDef)


def block_of_run(ran: Ran, start: cst.BaseStatement) -> Block:
    """The block in which a script runs the application.

    Raises:
        Refusal: the run depends on more than the main guard.
    """
    tree = ran.tree
    run = tree.statement_of(ran.call)
    holder = tree.parent(run)
    while isinstance(holder, cst.IndentedBlock):
        owner = tree.parent(holder)
        if not isinstance(owner, (cst.Try, cst.With)):
            break
        run, holder = owner, tree.parent(owner)
    if not isinstance(holder, cst.IndentedBlock):
        raise Refusal(f"the run in line {tree.line(run)} stands by itself or in the line above")
    if not isinstance(owner, cst.FunctionDef) and not _is_main_guard(tree, owner):
        raise Refusal(
            f"line {tree.line(run)} runs the application under a condition only, "
            "and it would not be started in the other case"
        )
    return Block(tree, holder.body, start, run, ran.call, None)


def _is_main_guard(tree: Tree, node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.If)
        and is_main_test(node.test)
        and tree.parent(node) is tree.module
        and node.orelse is None
    )


def arranged_in_guard(block: Block, start: cst.Call, test: str) -> Arrangement:
    """Arrange the move of a start, and of all that depends on it, to the run.

    Raises:
        Refusal: something that runs while the module is loaded needs it.
    """
    tree = block.tree
    objects = started_by(block, start)
    above = on_the_way(block)
    members = dependent(tree, above, objects)
    rest = [statement for statement in above if statement not in members]
    check_definitions(tree, rest, objects, members, ready_by(start, objects))
    in_function = isinstance(tree.function_of(block.anchor), cst.FunctionDef)
    if in_function and any(bound(member) for member in members):
        raise Refusal("the run is in a function, where its name would be another one")
    doubts = [*doubts_about(tree, rest), *_rebound(tree, members, rest)]
    last = block.body[block.body.index(block.run) - 1] if block.run is not block.body[0] else None
    existing = existing_guard(tree, last, test)
    after, outer = after_the_run(block, objects)
    made = set[str]().union(*(bound(member) for member in members))
    early = needed_by_thread(tree, [s for s in rest if s is not existing], made)
    return Arrangement(objects, [members], True, existing, after, outer, doubts, early)


def on_the_way(block: Block) -> list[cst.BaseStatement]:
    """What runs from the start on until the run.

    Raises:
        Refusal: the run comes first.
    """
    body = list(block.tree.module.body)
    around = [block.run, *block.tree.ancestors(block.run)]
    top = next(n for n, statement in enumerate(body) if statement in around)
    below = body[top + 1 :] if isinstance(body[top], _DEFINITIONS) else []
    before = block.body[: block.body.index(block.run)]
    first = next(n for n, statement in enumerate(body) if statement is block.start)
    if first > top:
        line = block.tree.line(block.run)
        raise Refusal(f"it stands below line {line}, which runs the application first; move it up")
    own = [s for s in body[first:top] if isinstance(s, cst.BaseStatement)]
    return [*own, *(s for s in below if not _is_main_guard(block.tree, s)), *before]


def check_definitions(
    tree: Tree,
    rest: Sequence[cst.BaseStatement],
    objects: set[str],
    members: Sequence[cst.BaseStatement],
    needed: Collection[str] = (),
) -> None:
    """See that no decorator, default, class body or call needs what is made later now.

    `needed` are objects that are there, and not ready before the start.

    Raises:
        Refusal: one does.
    """
    made = set(needed).union(*(bound(member) for member in members))
    using = users(tree, objects)
    for statement in rest:
        for part in run_where_it_stands(statement):
            if any(not is_deferred(tree, node) for node in mentioned(tree, part, made)):
                raise Refusal(f"line {tree.line(part)} needs it while the module is loaded")
            for call in calls_in(part):
                if dotted(call.func) in using and not is_deferred(tree, call):
                    text = tree.source(call.func)
                    raise Refusal(f"`{text}()` in line {tree.line(call)} needs it while loading")


def _rebound(
    tree: Tree, members: Sequence[cst.BaseStatement], rest: Sequence[cst.BaseStatement]
) -> Iterator[str]:
    """Names that the start reads and something in between gives another value."""
    read = set[str]().union(*(used_names(tree, member) for member in members))
    for statement in rest:
        for name in sorted(read & bound(statement)):
            yield f"line {tree.line(statement)} gives `{name}` another value before it is moved to"
