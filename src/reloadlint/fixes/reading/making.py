"""The functions of the project that run when an object is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class
from reloadlint.fixes.reading.functions import class_of, definition_of, own_nodes
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted, last_name

_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__enter__"})
_MOST = 40

Maker = tuple[Tree, cst.FunctionDef]


def makers(
    hazard: Hazard, project: Project, tree: Tree, parts: Iterable[cst.CSTNode], own: Class | None
) -> Iterator[Maker]:
    """The functions behind a hazard's call, each once, as far as the source shows them.

    `parts` are the code that makes it; `own` is the project's class of which it is, if it is one.
    """
    pending = list(_called(project, tree, parts))
    pending += _on_the_way(hazard, project)
    for where, _, method in Methods(project, own).defined if own is not None else ():
        if method.name.value in _CONSTRUCTORS:
            pending.append((where, method))
    seen: set[cst.FunctionDef] = set()
    while pending and len(seen) < _MOST:
        where, function = pending.pop(0)
        if function not in seen:
            seen.add(function)
            yield where, function
            pending += _called(project, where, [function.body])


def _called(project: Project, tree: Tree, parts: Iterable[cst.CSTNode]) -> Iterator[Maker]:
    """The functions, constructors and own methods that are called in some code."""
    for node in (node for part in parts for node in own_nodes(part)):
        if not isinstance(node, cst.Call):
            continue
        found = definition_of(project, tree, node.func)
        if found is not None and isinstance(found[1], cst.FunctionDef):
            yield found[0], found[1]
        elif found is not None:
            yield from _methods_of(found[0], found[1], _CONSTRUCTORS)
        elif dotted(node.func).startswith("self.") and dotted(node.func).count(".") == 1:
            function = tree.function_of(node)
            cls = class_of(tree, function) if function is not None else None
            if cls is not None:
                yield from _methods_of(tree, cls, {last_name(node)})


def _methods_of(tree: Tree, cls: cst.CSTNode, names: Iterable[str]) -> Iterator[Maker]:
    body = cls.body.body if isinstance(cls, cst.ClassDef) else ()
    wanted = set(names)
    for item in body:
        if isinstance(item, cst.FunctionDef) and item.name.value in wanted:
            yield tree, item


def _on_the_way(hazard: Hazard, project: Project) -> Iterator[Maker]:
    """The functions in which the steps to the effect stand."""
    for step in hazard.steps[1:]:
        if step.path not in project.texts:
            continue
        tree = project.tree(step.path)
        for function in tree.every(cst.FunctionDef):
            first, _, last, _ = tree.position(function)
            if first <= step.line <= last and tree.function_of(function) is None:
                yield tree, function
