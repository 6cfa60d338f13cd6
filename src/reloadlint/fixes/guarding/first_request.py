"""What a served module starts is started with the first request, once and under a lock."""

from __future__ import annotations

import re

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.at_exit import exit_doubts
from reloadlint.fixes.guarding.blocks import bound, line_of
from reloadlint.fixes.guarding.endless import HANGS, as_daemon
from reloadlint.fixes.guarding.moving import check_definitions
from reloadlint.fixes.guarding.removing import merged, taken_away
from reloadlint.fixes.guarding.started import dependent, objects_of
from reloadlint.fixes.guarding.waiting import doubts_about
from reloadlint.fixes.guarding.writing_once import (
    HOLDS,
    Once,
    hook_names,
    import_of_threading,
    once_text,
)
from reloadlint.fixes.reading.applications import applications
from reloadlint.fixes.reading.guards import is_main_test
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, last_name
from reloadlint.fixes.writing.pieces import shifted, with_comments
from reloadlint.fixes.writing.style import style_of

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a word of `StatsThread` ends."""
RECIPE = (
    "no place at module level is right in every way of starting: start it in the main guard, in a "
    "`flask` command of its own, or in gunicorn's `post_fork`, which runs once in each worker"
)


def draft_first_request(
    hazard: Hazard, project: Project, tree: Tree, start: cst.Call, maker: cst.Call
) -> Draft:
    """Write a `before_request` hook that starts it once.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    line = line_of(tree, maker)
    if tree.parent(line) is not tree.module or len(line.body) > 1:
        raise Refusal(f"it stands in a block or beside other statements, and {RECIPE}")
    app = _application(project, tree, line)
    objects = objects_of(tree, line, start, None)
    body: list[cst.BaseStatement] = list(tree.module.body)
    below = [s for s in body[body.index(line) :] if tree.span(s)[0] < _main_guard(tree, body)]
    members = dependent(tree, below, objects)
    rest = [statement for statement in below if statement not in members]
    check_definitions(tree, rest, objects, members)
    kept = _kept(project, tree, line, members)
    draft = Draft()
    draft.doubt(HOLDS)
    for doubt in (*doubts_about(tree, rest), *exit_doubts(tree, objects, members)):
        draft.doubt(doubt)
    inside = _as_daemon(hazard, project, draft)
    stem = _stem(kept, start)
    once = hook_names(tree, app, stem, kept, f"`{kept or stem}`")
    draft.add(tree.path, *import_of_threading(tree, style_of(tree)))
    draft.add(tree.path, *_edits(tree, members, inside, once))
    draft.note = (
        f"`{hazard.text}()` runs with the first request that a process answers, once and under a "
        "lock: never in the reloader's parent or gunicorn's master, and in each worker"
    )
    return draft


def _application(project: Project, tree: Tree, line: cst.SimpleStatementLine) -> str:
    """The name of the application that the module has above the start.

    Raises:
        Refusal: there is none, or several.
    """
    before = tree.span(line)[0]
    found = [
        app
        for app in applications(project, {tree.path})
        if app.plain and app.function is None and app.end <= before
    ]
    if len(found) != 1:
        raise Refusal(
            f"the module has no application above it that it could wait for, and {RECIPE}"
        )
    return found[0].name


def _main_guard(tree: Tree, body: list[cst.BaseStatement]) -> int:
    """Where the main guard begins, or the module ends."""
    for statement in body:
        if isinstance(statement, cst.If) and is_main_test(statement.test):
            return tree.span(statement)[0]
    return len(tree.data)


def _kept(
    project: Project,
    tree: Tree,
    line: cst.SimpleStatementLine,
    members: list[cst.BaseStatement],
) -> str | None:
    """The name that what is started is assigned to.

    Raises:
        Refusal: there are several, or another module takes it while it is still None.
    """
    given = set[str]().union(*(bound(member) for member in members))
    names = {name for name in given if "." not in name}
    outside = {name for name in given if name.partition(".")[0] not in names}
    if not names:
        return None
    (small,) = line.body
    plain = isinstance(small, cst.Assign) and len(small.targets) == 1
    if len(names) > 1 or not plain or outside:
        raise Refusal(f"several names depend on it, and {RECIPE}")
    (name,) = names
    for path in project.importers_of(tree.path, name):
        raise Refusal(f"`{path}` takes `{name}` from the module, before anything is started")
    return name


def _edits(
    tree: Tree, members: list[cst.BaseStatement], inside: list[Edit], once: Once
) -> list[Edit]:
    """The edits that put the hook where the first of the statements stood."""
    style = style_of(tree)
    ranges = [_lines(tree, member) for member in members]
    starting = ""
    for start, end in ranges:
        lines = shifted(tree, start, end, 3 * style.indent, inside)
        starting += lines if lines.endswith(("\n", "\r")) else lines + style.newline
    (first, end), *others = merged(tree, ranges)
    gap = style.newline * max(0, style.blank - _blank_lines(tree, end))
    text = once_text(once, starting, style) + (gap if tree.data[end:].strip() else "")
    elsewhere = [e for e in inside if not any(start <= e.start < stop for start, stop in ranges)]
    away = [Edit(*gone, "") for gone in taken_away(tree, others)]
    return [Edit(first, end, text), *away, *elsewhere]


def _lines(tree: Tree, member: cst.BaseStatement) -> tuple[int, int]:
    assert isinstance(member, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    return with_comments(tree, member)[0], tree.line_end(tree.span(member)[1])


def _blank_lines(tree: Tree, offset: int) -> int:
    rest = tree.data[offset:]
    return rest[: len(rest) - len(rest.lstrip())].replace(b"\r\n", b"\n").count(b"\n")


def _as_daemon(hazard: Hazard, project: Project, draft: Draft) -> list[Edit]:
    """The edits of the module itself that make a daemon of a thread which ends by no other way."""
    if not hazard.blocks_exit:
        return []
    daemon = as_daemon(hazard, project)
    if daemon is None:
        draft.doubt(HANGS)
        return []
    if daemon.path == hazard.path:
        return daemon.edits
    draft.add(daemon.path, *daemon.edits)
    return []


def _stem(kept: str | None, start: cst.Call) -> str:
    """What the hook is called after."""
    owner = start.func.value if isinstance(start.func, cst.Attribute) else None
    name = kept or last_name(owner) or last_name(start).removeprefix("start_")
    return _WORDS.sub("_", name.strip("_")).lower()
