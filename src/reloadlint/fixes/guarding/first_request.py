"""What a served module starts is started with the first request, once and under a lock."""

from __future__ import annotations

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.doubts.making import check_thread
from reloadlint.fixes.draft import Draft, Moved, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.annotations import annotations_of, without_annotations
from reloadlint.fixes.guarding.applying import RECIPE, application_above, register_elsewhere
from reloadlint.fixes.guarding.at_exit import exit_doubts
from reloadlint.fixes.guarding.blocks import line_of
from reloadlint.fixes.guarding.early import others_served, too_early
from reloadlint.fixes.guarding.endless import HANGS, as_daemon, say_that_it_hangs
from reloadlint.fixes.guarding.keeping import Kept, kept_names
from reloadlint.fixes.guarding.moving import check_definitions
from reloadlint.fixes.guarding.needed_before import needed_before
from reloadlint.fixes.guarding.removing import merged, taken_away
from reloadlint.fixes.guarding.serving_thread import serves
from reloadlint.fixes.guarding.standing import Standing, check_alone, standing
from reloadlint.fixes.guarding.started import SETTING_UP, dependent, objects_of, ready_by
from reloadlint.fixes.guarding.submodules import check_no_submodule
from reloadlint.fixes.guarding.threads_between import check_threads
from reloadlint.fixes.guarding.users import commands
from reloadlint.fixes.guarding.waiting import calls_in, doubts_about
from reloadlint.fixes.guarding.writing_once import HOLDS, Once, hook_names, once_text
from reloadlint.fixes.reading.early_threads import STARTING
from reloadlint.fixes.reading.making import makers
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.release import own_class
from reloadlint.fixes.reading.tree import Tree, descendants, dotted, last_name
from reloadlint.fixes.writing.names import in_words
from reloadlint.fixes.writing.pieces import shifted, with_comments
from reloadlint.fixes.writing.plain_imports import module_names
from reloadlint.fixes.writing.style import style_of

_LEAVES = (cst.Return, cst.FunctionDef, cst.ClassDef)


def draft_first_request(
    hazard: Hazard, project: Project, tree: Tree, start: cst.Call, maker: cst.Call
) -> Draft:
    """Write a `before_request` hook that starts it once.

    Raises:
        Refusal: it can't be written, for the reason given.
    """
    if serves(hazard, project):
        raise Refusal("it serves the application itself, so no request could come before it")
    place = _standing(tree, start, maker)
    app = application_above(project, place)
    objects = _objects(place, maker)
    check_alone(place, objects)
    members = dependent(tree, place.below, objects)
    rest = [s for s in place.below if s not in members] + place.later
    check_definitions(tree, rest, objects, members, ready_by(start, objects))
    check_threads(tree, rest, members)
    _check_no_setup(tree, members)
    check_no_submodule(project, tree, members)
    kept = kept_names(project, place, members)
    for reason in too_early(place, set(kept.new)):
        raise Refusal(reason)
    for other in others_served(project, place, app) if kept.new else ():
        raise Refusal(f"requests of `{other}` would find nothing started, and may need it")
    for refusal in needed_before(project, place, kept, members):
        raise refusal
    for command in commands(tree, set(kept.new)):
        raise Refusal(f"the command `{command}` needs it, and no request comes before a command")
    draft = Draft()
    draft.doubt(HOLDS)
    for command in commands(tree, objects):
        draft.doubt(f"the command `{command}` uses it, and no request comes before a command")
    for doubt in (*doubts_about(tree, rest), *exit_doubts(tree, objects, members)):
        draft.doubt(doubt)
    inside = [*_as_daemon(hazard, project, draft), *without_annotations(tree, members)]
    once = hook_names(tree, app, _stem(kept, start), kept)
    first, newline = tree.span(members[0])[0], style_of(tree).newline
    modules, imports = module_names(tree, ["threading"], first, newline)
    once = once._replace(annotations=annotations_of(tree, members), threading=modules["threading"])
    if app is None:
        register_elsewhere(project, place, once.hook, draft)
    check_thread(makers(hazard, project, tree, members, own_class(hazard, project)))
    draft.add_once(tree.path, *imports)
    draft.add(tree.path, *_edits(place, members, inside, once))
    here = (tree.path, tree.position(start)) == (hazard.path, hazard.span)
    text = hazard.text if here else tree.source(start.func)
    draft.note = (
        f"`{text}()` runs with the first request that a process answers, once and under a lock: "
        "never in the reloader's parent or gunicorn's master, and in each worker"
    )
    say_that_it_hangs(draft)
    return draft


def _check_no_setup(tree: Tree, members: list[cst.BaseStatement]) -> None:
    """See that nothing registers something with the application along with the start.

    Raises:
        Refusal: it does, and an application that has answered a request can't bear that.
    """
    for call in (call for member in members for call in calls_in(member)):
        if last_name(call) in SETTING_UP and isinstance(call.func, cst.Attribute):
            raise Refusal(
                f"`{tree.source(call.func)}()` in line {tree.line(call)} needs it, and comes too "
                "late once the application has answered a request"
            )


def _standing(tree: Tree, start: cst.Call, maker: cst.Call) -> Standing:
    try:
        return standing(tree, line_of(tree, maker), start)
    except Refusal as refusal:
        raise Refusal(f"{refusal}, and {RECIPE}") from None


def _objects(place: Standing, maker: cst.Call) -> set[str]:
    """The names of what is started; of a loop, what it goes through as well."""
    unit = place.unit
    through = {dotted(unit.iter)} - {""} if isinstance(unit, cst.For) else set()
    return objects_of(place.tree, line_of(place.tree, maker), place.start, None) | through


def _edits(
    place: Standing, members: list[cst.BaseStatement], inside: list[Edit], once: Once
) -> list[Edit]:
    """The edits that put the hook where the first of the statements stood."""
    tree = place.tree
    if any(isinstance(node, _LEAVES) for member in members for node in descendants(member)):
        raise Refusal("what depends on it defines a function, or leaves one")
    style = style_of(tree)
    ranges = [_lines(tree, member) for member in members]
    starting = ""
    for start, end in ranges:
        lines = shifted(tree, start, end, 3 * style.indent, inside)
        starting += lines if lines.endswith(("\n", "\r")) else lines + style.newline
    (first, end), *others = merged(tree.data, ranges)
    last = place.margin and members[-1] is place.below[-1]
    wanted = 0 if last else 1 if place.margin else style.blank
    gap = style.newline * max(0, wanted - _blank_lines(tree, end))
    text = once_text(once, starting, style, place.margin)
    text += gap if tree.data[end:].strip() else ""
    elsewhere = [e for e in inside if not any(start <= e.start < stop for start, stop in ranges)]
    away = taken_away(tree.data, Moved(tuple(others)))
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


def _stem(kept: Kept, start: cst.Call) -> str:
    """What the hook is called after."""
    owner = start.func.value if isinstance(start.func, cst.Attribute) else None
    if last_name(start) in STARTING and start.args:
        owner = start.args[0].value  # `tick` of `socketio.start_background_task(tick)`
    name = kept.only or kept.first or last_name(owner) or last_name(start).removeprefix("start_")
    return in_words(name) or "it"
