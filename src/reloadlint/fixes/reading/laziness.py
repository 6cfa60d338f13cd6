"""Code that runs later than where it is written: generators, and what goes through them."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.callbacks import CONSUMING, CONTEXT_KEEPING, LAZY
from reloadlint.fixes.reading.functions import is_generator
from reloadlint.fixes.reading.tree import FunctionNode, Tree, last_name


def lazy_around(tree: Tree, node: cst.CSTNode, *, rows: bool = False) -> cst.GeneratorExp | None:
    """The generator expression that runs a node later than where it is written, if one does.

    `rows`: what it goes through counts too, since its rows are fetched later.
    """
    inner = node
    for outer in tree.ancestors(node):
        if isinstance(outer, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(outer, cst.GeneratorExp) and not consumed(tree, outer, at_once=rows):
            first = outer.for_in.iter
            if not (inner is outer.for_in and _within(tree, node, first)):
                return outer
            if inner is outer.for_in and rows:
                return outer
        inner = outer
    return None


def _within(tree: Tree, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
    return node is outer or any(ancestor is outer for ancestor in tree.ancestors(node))


def consumed(tree: Tree, generator: cst.BaseExpression, *, at_once: bool = False) -> bool:
    """Whether what makes values one by one is run to its end at once, or keeps its context.

    `at_once`: that it keeps its context is not enough. Flask tears that down before the stream
    begins and once more when it ends, so what the generator has from before is closed.
    """
    parent = tree.parent(generator)
    if isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is generator:
        return True
    if isinstance(parent, cst.From):
        return True
    if isinstance(parent, cst.Arg):
        call = tree.parent(parent)
        if last_name(call) in LAZY and isinstance(call, cst.Call):
            return consumed(tree, call, at_once=at_once)
        return last_name(call) in CONSUMING - (CONTEXT_KEEPING if at_once else frozenset())
    return isinstance(parent, cst.StarredElement)


def runs_later(function: FunctionNode) -> bool:
    """Whether a call of a function only makes a generator, which goes on with its caller."""
    return is_generator(function) and not _is_context_manager(function)


def _is_context_manager(function: FunctionNode) -> bool:
    decorators = function.decorators if isinstance(function, cst.FunctionDef) else ()
    names = {last_name(decorator.decorator) for decorator in decorators}
    return bool(names & {"contextmanager", "asynccontextmanager", "fixture", "stream_with_context"})
