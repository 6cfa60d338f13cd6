"""Which parameter of the project's functions gets an argument."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.functions import class_of, definition_of, is_foreign
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, last_name
from reloadlint.project.modules import Module


def parameters_for(
    project: Project, tree: Tree, call: cst.Call, arg: cst.Arg
) -> Iterator[tuple[Tree, cst.FunctionDef, cst.Name]]:
    """The functions that a call may mean, each with the parameter that gets the argument.

    For a method, those of that name that the project's classes have.
    """
    for where, function, bound in _called(project, tree, call):
        names = [parameter.name for parameter in function.params.params][bound:]
        if arg.keyword is not None:
            keyword = arg.keyword.value
            every = [*names, *(p.name for p in function.params.kwonly_params)]
            names = [name for name in every if name.value == keyword]
        else:
            names = names[list(call.args).index(arg) :]
        for name in names[:1]:
            yield where, function, name


def _called(
    project: Project, tree: Tree, call: cst.Call
) -> Iterator[tuple[Tree, cst.FunctionDef, int]]:
    """The functions, and how many of their parameters are given by the call's own receiver."""
    found = definition_of(project, tree, call.func)
    if found is not None and isinstance(found[1], cst.FunctionDef):
        yield found[0], found[1], 0
    if isinstance(call.func, cst.Attribute) and not is_foreign(project, tree, call.func.value):
        module = _module_of(project, tree, call.func)
        if module is not None:
            yield from ((module, function, 0) for function in _functions(module, call))
        else:
            yield from _methods(project, last_name(call))


def _module_of(project: Project, tree: Tree, func: cst.Attribute) -> Tree | None:
    """The project's module that the function is called on: `helpers` of `helpers.show(db)`."""
    full = qualified_name(tree, func.value)
    level = len(full) - len(full.lstrip("."))
    found = project.resolve(tree.path, full[level:], level) if full else None
    if isinstance(found, Module) and found.path in project.texts:
        return project.tree(found.path)
    return None


def _functions(tree: Tree, call: cst.Call) -> list[cst.FunctionDef]:
    bound = (getattr(one, "node", None) for one in tree.bound(tree.module, last_name(call)))
    return [node for node in bound if isinstance(node, cst.FunctionDef)]


def _methods(project: Project, name: str) -> Iterator[tuple[Tree, cst.FunctionDef, int]]:
    for path in project.mentioning(name):
        where = project.tree(path)
        for function in where.every(cst.FunctionDef):
            if function.name.value == name and class_of(where, function) is not None:
                kinds = {last_name(decorator.decorator) for decorator in function.decorators}
                yield where, function, int("staticmethod" not in kinds)
