"""Threads that run before there is a request: loading starts them, or a main guard does."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.callbacks import THREADS
from reloadlint.fixes.reading.functions import MOST_FUNCTIONS, Place, class_of, mentions_of
from reloadlint.fixes.reading.loading import Loaded, Loading
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import references
from reloadlint.fixes.reading.tree import FunctionNode, Tree, dotted, last_name

STARTING = frozenset({"start_background_task", "start_new_thread"})
"""Callables that start a thread for what they are given before they return."""


def started_early(
    project: Project, loading: Loading, tree: Tree, node: cst.CSTNode
) -> Loaded | None:
    """Where a thread that runs the code at a node is started before there is a request."""
    pending, seen = [(tree, tree.function_of(node))], set[FunctionNode]()
    while pending and len(seen) <= MOST_FUNCTIONS:
        where, function = pending.pop()
        if function is None or function in seen:
            continue
        seen.add(function)
        for start in _starts(project, where, function):
            place = loading.at(*start)
            if place is not None and (not place.in_guard or place.before_run):
                return place
        pending += _callers(project, where, function)
    return None


def thread_starts(tree: Tree, call: cst.Call) -> Iterator[cst.Call]:
    """The calls that start the thread which a call makes; itself, if it starts one at once."""
    if last_name(call) in STARTING:
        yield call
    elif last_name(call) in THREADS:
        yield from _starts_of(tree, call)


def _callers(
    project: Project, tree: Tree, function: FunctionNode
) -> Iterator[tuple[Tree, FunctionNode | None]]:
    for where, node in mentions_of(project, tree, function):
        parent = where.parent(node)
        if isinstance(parent, cst.Call) and parent.func is node:
            yield where, where.function_of(node)


def _starts(project: Project, tree: Tree, function: FunctionNode) -> Iterator[Place]:
    """The calls that start threads of a function."""
    for where, node in [*mentions_of(project, tree, function), *_of_class(project, tree, function)]:
        arg = where.parent(node)
        call = where.parent(arg) if isinstance(arg, cst.Arg) else arg
        if not isinstance(call, cst.Call):
            continue
        if isinstance(arg, cst.Arg):
            yield from ((where, start) for start in thread_starts(where, call))
        elif call.func is node and _is_thread(tree, function):
            yield from ((where, start) for start in _starts_of(where, call))


def _of_class(project: Project, tree: Tree, function: FunctionNode) -> list[Place]:
    """Where the class is mentioned whose threads run a method."""
    cls = class_of(tree, function)
    if cls is None or not _is_thread(tree, function) or tree.parent(cls) is not tree.module:
        return []
    return [(use.tree, use.node) for use in references(project, tree.path, cls.name.value).uses]


def _is_thread(tree: Tree, function: FunctionNode) -> bool:
    """Whether a function is the `run` of a class of threads."""
    cls = class_of(tree, function)
    if cls is None or not isinstance(function, cst.FunctionDef) or function.name.value != "run":
        return False
    return any(last_name(base.value) in THREADS for base in cls.bases)


def _starts_of(tree: Tree, maker: cst.Call) -> Iterator[cst.Call]:
    """The calls of `start` on what a call makes: at once, or by the name that it is given."""
    parent = tree.parent(maker)
    if isinstance(parent, cst.Attribute):
        call = tree.parent(parent)
        if parent.attr.value == "start" and isinstance(call, cst.Call):
            yield call
        return
    if not isinstance(parent, cst.Assign):
        return
    names = {dotted(target.target) for target in parent.targets} - {""}
    for call in tree.every(cst.Call):
        if any(dotted(call.func) == f"{name}.start" for name in names):
            yield call
