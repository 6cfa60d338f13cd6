"""Threads that are no daemons: whether they may become some, or who could stop them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.doubts.background import ONLY_WAIT
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.release import closer_of
from reloadlint.fixes.reading.tree import Tree, assigned_values, descendants, last_name
from reloadlint.fixes.writing.keywords import passed, with_keyword

_MAKERS = frozenset({"Thread", "Process"})
_TARGET = {"Thread": 1, "Process": 1}
HANGS = (
    "a reload still hangs: what it starts is no daemon, and nothing stops it when the child ends"
)


def say_that_it_hangs(draft: Draft) -> None:
    """Have the note say, too, that a reload still hangs, where that is a doubt."""
    if HANGS in draft.doubts:
        draft.note += f"; {HANGS}"


class AsDaemon(NamedTuple):
    """The edits that make a thread a daemon, by the path of its module."""

    path: str
    edits: list[Edit]


def as_daemon(hazard: Hazard, project: Project) -> AsDaemon | None:
    """Make a daemon of a thread that does nothing but an endless loop; None if it isn't one.

    Nothing is lost with it: such a thread has no orderly end, and the process none but a signal.
    """
    path, line = hazard.steps[-1].path, hazard.steps[-1].line
    if path not in project.texts:
        return None
    tree = project.tree(path)
    makers = [maker for call in _starting(tree, line) for maker in _made(tree, call)]
    if len(makers) != 1 or not _only_here(project, tree, makers[0], hazard):
        return None
    (maker,) = makers
    if passed(maker, "daemon", None) is not None or _sets_daemon(tree, maker):
        return None
    target = passed(maker, "target", _TARGET[last_name(maker)])
    if target is None or not _is_endless(tree, target.value):
        return None
    return AsDaemon(path, with_keyword(tree, maker, "daemon", "True"))


def _starting(tree: Tree, line: int) -> Iterator[cst.Call]:
    for call in tree.every(cst.Call):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "start":
            first, _, last, _ = tree.position(call)
            if first <= line <= last:
                yield call


def _made(tree: Tree, start: cst.Call) -> Iterator[cst.Call]:
    """The calls that make what is started."""
    assert isinstance(start.func, cst.Attribute)
    owner = start.func.value
    values: list[cst.BaseExpression] = [owner]
    if isinstance(owner, cst.Name):
        values = list(assigned_values(tree, owner))
    for value in values:
        if isinstance(value, cst.Call) and last_name(value) in _MAKERS:
            yield value


def _only_here(project: Project, tree: Tree, maker: cst.Call, hazard: Hazard) -> bool:
    """Whether the thread is made for this start alone: by it, or by a function it alone calls."""
    function = tree.function_of(maker)
    if function is None or len(hazard.steps) == 1:
        return True
    if not isinstance(function, cst.FunctionDef):
        return False
    name = function.name.value
    places = [p for p in project.mentioning(name) if p == tree.path or not project.is_test(p)]
    uses = [
        node
        for path in places
        for node in project.tree(path).every(cst.Name)
        if node.value == name and not isinstance(project.tree(path).parent(node), cst.ImportAlias)
    ]
    return len(uses) == 2  # where it is defined, and where it is called


def _sets_daemon(tree: Tree, maker: cst.Call) -> bool:
    """Whether the module may say of this thread what it is; of another it may."""
    said = (n for n in tree.every(cst.Attribute) if n.attr.value in ("daemon", "setDaemon"))
    return any(not _is_another(tree, node.value, maker) for node in said)


def _is_another(tree: Tree, owner: cst.BaseExpression, maker: cst.Call) -> bool:
    """Whether a name stands for nothing but threads that other calls make."""
    if not isinstance(owner, cst.Name):
        return False
    values = list(assigned_values(tree, owner))
    return len(values) == len(tree.bound(owner, owner.value)) > 0 and all(
        isinstance(value, cst.Call) and last_name(value) in _MAKERS and value is not maker
        for value in values
    )


def _is_endless(tree: Tree, target: cst.BaseExpression) -> bool:
    """Whether a function of the module ends with a loop that nothing leaves."""
    if not isinstance(target, cst.Name):
        return False
    found = [
        a.node  # type: ignore[attr-defined]
        for a in tree.bound(target, target.value)
        if isinstance(getattr(a, "node", None), cst.FunctionDef)
    ]
    return len(found) == 1 and _ends_in_loop(found[0])


def _ends_in_loop(outer: cst.FunctionDef | cst.With) -> bool:
    if not isinstance(outer.body, cst.IndentedBlock):
        return False
    last = outer.body.body[-1]
    if isinstance(last, cst.With):  # `with app.app_context():`, which the loop never leaves
        return _ends_in_loop(last)
    if not isinstance(last, cst.While) or not _is_true(last.test):
        return False
    leaves = (cst.Break, cst.Return)
    return not any(isinstance(node, leaves) for node in descendants(last.body))


def _is_true(test: cst.BaseExpression) -> bool:
    return isinstance(test, (cst.Name, cst.Integer)) and test.value in ("True", "1")


def stop_of(hazard: Hazard, project: Project) -> str | None:
    """The method that ends what has been started; None if no method is known to."""
    try:
        closer = closer_of(hazard, project)
    except Refusal:
        return None
    usable = closer.doubt is None and closer.name not in (*ONLY_WAIT, "__exit__")
    return closer.name if usable else None
