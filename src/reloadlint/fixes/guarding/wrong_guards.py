"""A test of the reloader that doesn't do what it is for (RL402) gives way to one that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.afterwards import after_the_run
from reloadlint.fixes.guarding.arranging import Arrangement, stays
from reloadlint.fixes.guarding.asking import asked
from reloadlint.fixes.guarding.at_exit import exit_doubts
from reloadlint.fixes.guarding.blocks import Block, bound
from reloadlint.fixes.guarding.conditions import Condition, decided_by, used_names
from reloadlint.fixes.guarding.moving import (
    NOT_SERVED,
    block_of_run,
    check_definitions,
    on_the_way,
)
from reloadlint.fixes.guarding.ran import Ran, ran_after, ran_by_script
from reloadlint.fixes.guarding.served import importers, serving_file
from reloadlint.fixes.guarding.started import dependent
from reloadlint.fixes.guarding.threads_between import check_threads
from reloadlint.fixes.guarding.waiting import doubts_about
from reloadlint.fixes.guarding.writing_guard import Guarding
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, dotted

if TYPE_CHECKING:
    from reloadlint.rules.program import Report

_APPLICATIONS = {"app", "application", "current_app", "flask_app", "server"}
_FUNCTIONS = {"is_running_from_reloader", "get_debug_flag", "getenv", "bool", "str"}
_VALUES = {"environ", "debug", "DEBUG", "True", "False", "None"}
_ASKED = {"os", "sys", "werkzeug", *_APPLICATIONS, *_FUNCTIONS, *_VALUES}
_TEXTS = frozenset({"WERKZEUG_RUN_MAIN", "FLASK_DEBUG", "DEBUG", "true", "True", "TRUE", "1", ""})


def draft_right_guard(project: Project, report: Report) -> Draft:
    """Put the right test in the place of a wrong one; at module level, in the main guard.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    tree = project.tree(report.path)
    guard = _guard(tree, report)
    holder = tree.parent(guard)
    if holder is tree.module:
        return _moved(project, tree, guard)
    if not isinstance(holder, cst.IndentedBlock):
        raise Refusal("it is one of several branches")
    ran = ran_after(project, tree, guard)
    around = list(tree.ancestors(ran.anchor))
    run = next((s for s in holder.body if s in around), None)
    if run is None or ran.call is not ran.anchor:
        raise Refusal("the run isn't beside it, so that both could go by the same")
    block = Block(tree, holder.body, guard, run, ran.anchor, None)
    return _replaced(ran, block, guard)


def _guard(tree: Tree, report: Report) -> cst.If:
    """The `if` that was reported, if it guards what starts and asks about nothing else.

    Raises:
        Refusal: it doesn't.
    """
    found = (n for n in tree.every(cst.If) if tree.line(n) == report.span[0])
    guard = next(found, None)
    if guard is None or guard.orelse is not None or not isinstance(guard.body, cst.IndentedBlock):
        raise Refusal("it has another branch, whose meaning would change too")
    body = guard.body.body
    inside = range(tree.line(body[0]), tree.position(body[-1])[2] + 1)
    if not any(s.path == tree.path and s.line in inside for s in report.steps):
        raise Refusal("what it guards comes after it, not inside it")
    strings = (n for n in descendants(guard.test) if isinstance(n, cst.SimpleString))
    texts = {str(node.evaluated_value) for node in strings}
    others = used_names(tree, guard.test) - _ASKED | texts - _TEXTS
    if others:
        raise Refusal(f"it asks about `{min(others)}` as well, which has to go on counting")
    return guard


def _replaced(ran: Ran, block: Block, guard: cst.If) -> Draft:
    """Another test in the same place."""
    tree, condition, draft = block.tree, decided_by(ran), Draft()
    if condition.doubt is not None:
        draft.doubt(condition.doubt)
    if not stays(block, condition):
        raise Refusal(f"`{condition.text}`, which decides on the reloader, is set further down")
    asking = asked(block)
    test = f"not {condition.text} or {asking.expression}()"
    draft.add(tree.path, *asking.edits, *condition.edits, Edit(*tree.span(guard.test), test))
    if condition.value is not None:
        start = tree.span(guard)[0]
        margin = tree.data[tree.line_start(start) : start].decode()
        newline = tree.module.default_newline
        head = f"{condition.text} = {condition.value}{newline}{margin}"
        draft.add(tree.path, Edit(start, start, head))
    draft.note = _note(ran)
    return draft


def _moved(project: Project, tree: Tree, guard: cst.If) -> Draft:
    """What a wrong guard at module level starts is started in the main guard."""
    ran = ran_by_script(project, tree.path)
    others = importers(project, tree.path)
    if ran is None or any(not project.is_test(path) for path in others):
        raise Refusal("no test at module level is right in every way of starting")
    block = block_of_run(ran, guard)
    condition, draft = decided_by(ran), Draft()
    asking = asked(block)
    test = f"not {condition.text} or {asking.expression}()"
    found = _arranged(block, guard)
    head = None if condition.value is None else f"{condition.text} = {condition.value}"
    for doubt in (*_served(project, tree, others, condition), *found.doubts, NOT_SERVED):
        draft.doubt(doubt)
    guarding = Guarding(block, found, test, head, list(condition.edits), None, guard)
    draft.add(tree.path, *asking.edits, *guarding.edits())
    draft.note = _note(ran)
    return draft


def _served(project: Project, tree: Tree, others: list[str], condition: Condition) -> list[str]:
    """Why the module may be served in another way than by its main guard."""
    doubts = [f"`{path}` imports the module, and would find it not started" for path in others]
    file = serving_file(project, tree.path)
    if file is not None:
        doubts.append(f"`{file}` has a server load the module, and that would no longer start it")
    return [*doubts, *([condition.doubt] if condition.doubt else [])]


def _arranged(block: Block, guard: cst.If) -> Arrangement:
    tree = block.tree
    objects = bound(guard) | {
        dotted(n.func.value)
        for n in descendants(guard.body)
        if isinstance(n, cst.Call) and isinstance(n.func, cst.Attribute)
    }
    objects -= {""} | _modules(tree)
    above = on_the_way(block)
    members = dependent(tree, above, objects)
    rest = [statement for statement in above if statement not in members]
    check_definitions(tree, rest, objects, members)
    check_threads(tree, rest, members)
    doubts = [*doubts_about(tree, rest), *exit_doubts(tree, objects, members)]
    return Arrangement(objects, [members], True, None, *after_the_run(block, objects), doubts)


def _modules(tree: Tree) -> set[str]:
    """The names of imported modules."""
    found = tree.in_order(tree.global_scope.assignments)
    return {a.name for a in found if isinstance(getattr(a, "node", None), cst.Import)}


def _note(ran: Ran) -> str:
    return (
        "what it guards runs once now, in the process that serves: the reloader's child, or the "
        f"only one where `{ran.text}()` has no reloader; `flask run` and gunicorn never run the "
        "main guard"
    )
