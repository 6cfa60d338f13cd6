"""Strategy `defer`: the one argument that makes a constructor wait for the first use."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.effects.catalogue import Defer, Entry
from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Instance
from reloadlint.fixes.draft import Draft, Refusal, Wishes
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.functions import own_nodes
from reloadlint.fixes.reading.making import makers
from reloadlint.fixes.reading.mutations import mutation
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.release import own_class
from reloadlint.fixes.reading.tree import Tree, assigned_values, last_name
from reloadlint.fixes.writing.keywords import passed, with_keyword

_LITERALS = ("True", "False", "None")


def draft_defer(hazard: Hazard, project: Project, wishes: Wishes) -> Draft:  # noqa: ARG001
    """Write the cure for one hazard.

    Raises:
        Refusal: no argument does it, or it can't be given there.
    """
    if hazard.defer is None:
        raise Refusal(f"`{hazard.text}` has no argument with which it would open by itself later")
    _not_forced(hazard, project)
    tree, call = _constructor(hazard, project)
    argument, _, value = hazard.defer.partition("=")
    draft = Draft()
    draft.add(tree.path, *_edits(project, tree, call, argument, value))
    for doubt in _given_elsewhere(project, tree, call, argument):
        draft.doubt(doubt)
    for where, other, defer in _likewise(hazard, project, call):
        draft.add(where.path, *_edits(project, where, other, defer.argument, repr(defer.value)))
        for doubt in _given_elsewhere(project, where, other, defer.argument):
            draft.doubt(doubt)
    draft.note = (
        f"`{hazard.defer}` keeps it from connecting while the module is loaded, and it opens "
        "by itself at first use; an error in that now comes with the first request"
    )
    return draft


def _not_forced(hazard: Hazard, project: Project) -> None:
    """Refuse what would be opened while the module is loaded all the same."""
    outcome = project.outcomes.get((hazard.path, hazard.span))
    result = outcome.result if outcome is not None else None
    forced = (result.origin or result).forced if isinstance(result, Instance) else None
    if forced is not None:
        text = f"{forced.text}()" if forced.kind == "call" else forced.text
        raise Refusal(
            f"`{hazard.defer}` is no cure: `{text}` in line {forced.span[0]} of "
            f"{forced.module.path} needs the connection while the module is loaded"
        )


def _constructor(hazard: Hazard, project: Project) -> tuple[Tree, cst.Call]:
    """The call that has the effect, in a function of the project perhaps."""
    path, line = hazard.steps[-1].path, hazard.steps[-1].line
    if path not in project.texts:
        raise Refusal(f"the call that opens it stands in a library ({path})")
    tree = project.tree(path)
    calls = [call for call in tree.every(cst.Call) if tree.line(call) == line]
    if len(hazard.steps) == 1:
        calls = [call for call in calls if tree.position(call) == hazard.span]
    elif len(calls) > 1:
        calls = [call for call in calls if _entry(project, tree, call) is not None]
    if len(calls) != 1:
        raise Refusal(f"the call that opens it can't be told apart in line {line} of {path}")
    return tree, calls[0]


def _likewise(
    hazard: Hazard, project: Project, first: cst.Call
) -> Iterator[tuple[Tree, cst.Call, Defer]]:
    """The other calls behind the hazard's that would open something: a factory's second client."""
    tree = project.tree(hazard.path)
    start = tree.call_at(hazard.span)
    if start is None or start is first:
        return
    for where, function in makers(hazard, project, tree, [start], own_class(hazard, project)):
        for node in own_nodes(function.body):
            if isinstance(node, cst.Call) and node is not first:
                entry = _entry(project, where, node)
                if entry is not None and entry.defer is not None and not _is_deferred(node, entry):
                    yield where, node, entry.defer


def _is_deferred(call: cst.Call, entry: Entry) -> bool:
    """Whether a call has the argument already."""
    places = {test.argument: test.position for test in entry.unless}
    defer = entry.defer
    arg = passed(call, defer.argument, places.get(defer.argument)) if defer is not None else None
    return arg is not None and defer is not None and last_name(arg.value) == repr(defer.value)


def _entry(project: Project, tree: Tree, call: cst.Call) -> Entry | None:
    """The catalogue's entry of a call that can be deferred."""
    entry = project.catalogue.lookup(qualified_name(tree, call.func))
    return entry if entry is not None and entry.defer is not None else None


def _edits(project: Project, tree: Tree, call: cst.Call, argument: str, value: str) -> list[Edit]:
    entry = _entry(project, tree, call)
    tests = entry.unless if entry is not None else ()
    positions = [test.position for test in tests if test.argument == argument]
    arg = passed(call, argument, positions[0] if positions else None)
    if arg is None:
        return with_keyword(tree, call, argument, value)
    if last_name(arg.value) not in _LITERALS or not isinstance(arg.value, cst.Name):
        source = tree.source(arg.value)
        raise Refusal(f"`{argument}` is given already, as `{source}`, which is for you to change")
    return [Edit(*tree.span(arg.value), value)]


def _given_elsewhere(project: Project, tree: Tree, call: cst.Call, argument: str) -> Iterator[str]:
    """Where an unpacked `*` or `**` may hold the argument too.

    Raises:
        Refusal: it does.
    """
    for arg in call.args:
        source = tree.source(arg.value)
        if arg.star == "**":
            keys = _keys(project, tree, arg.value)
            if keys is None:
                yield f"`**{source}` may hold `{argument}`, too, and would make the call fail"
            elif argument in keys:
                raise Refusal(f"`{argument}` is given already, in `**{source}`")
        elif arg.star == "*":
            yield f"`*{source}` may hold `{argument}`, too, and would make the call fail"


def _keys(project: Project, tree: Tree, node: cst.BaseExpression) -> set[str] | None:
    """The keys of a dictionary that is written out and never changed; None where that isn't sure.

    An unpacked name counts as not sure, and so does a key that is no text.
    """
    if isinstance(node, cst.Name):
        values = list(assigned_values(tree, node))
        changed = mutation(project, tree, node, 0)
        return _keys(project, tree, values[0]) if len(values) == 1 and not changed else None
    if isinstance(node, cst.Call) and last_name(node) == "dict":
        return {arg.keyword.value for arg in node.args if arg.keyword} if _plain(node) else None
    if not isinstance(node, cst.Dict):
        return None
    keys = [getattr(element, "key", None) for element in node.elements]
    texts = [key.evaluated_value for key in keys if isinstance(key, cst.SimpleString)]
    return {str(text) for text in texts} if len(texts) == len(keys) else None


def _plain(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Name) and all(arg.keyword is not None for arg in call.args)
