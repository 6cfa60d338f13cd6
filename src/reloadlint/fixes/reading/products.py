"""Applications that a factory has made before the object: as good as made in the module."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.applications import Application, applications, qualified_name
from reloadlint.fixes.reading.functions import referring
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.project.modules import Module


def with_products(project: Project, made: Made, apps: list[Application]) -> list[Application]:
    """The applications; for a factory that only this module calls, what it has returned there.

    Raises:
        Refusal: a factory of the same module is called above the object, and elsewhere too.
    """
    products = made_above(project, made.tree, made.tree.span(made.line)[0], apps)
    if not products:
        return apps
    calls = {made.tree.span(app.statement) for app in products}
    factories = [app for app in apps if isinstance(app.function, cst.FunctionDef)]
    if all(_only_called_in(project, made.tree, app, calls) for app in factories):
        return [*products, *(app for app in apps if app not in factories)]
    if any(app.tree is made.tree for app in factories):
        raise Refusal("the application's factory is called above the object, and elsewhere too")
    return apps


def _only_called_in(
    project: Project, tree: Tree, app: Application, calls: set[tuple[int, int]]
) -> bool:
    assert isinstance(app.function, cst.FunctionDef)
    return all(
        where is tree and tree.span(tree.statement_of(node)) in calls
        for where, node in referring(project, app.tree, app.function)
    )


def made_above(
    project: Project, tree: Tree, before: int, apps: list[Application] | None = None
) -> list[Application]:
    """`app = create_app()` above an offset: an application as good as one made there.

    `apps` are those that a factory may make; without it, all that the called one makes count.
    """
    found = []
    for line in tree.module.body:
        if tree.span(line)[0] >= before:
            break
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            small = line.body[0]
            if isinstance(small, cst.Assign) and _makes_one(project, tree, small.value, apps):
                name = dotted(small.targets[0].target)
                found.append(Application(tree, name, line, None, bool(name), tree.span(small)[1]))
    return found


def _makes_one(
    project: Project, tree: Tree, value: cst.BaseExpression, apps: list[Application] | None
) -> bool:
    """Whether a value is what a factory of an application returns."""
    called = _called(project, tree, value)
    return any(
        (app.tree.path, app.function.name.value) in called
        for app in (apps if apps is not None else applications(project, {p for p, _ in called}))
        if isinstance(app.function, cst.FunctionDef)
    )


def _called(project: Project, tree: Tree, value: cst.BaseExpression) -> set[tuple[str, str]]:
    """Which functions of the project a value may be the result of: module and name of each."""
    if not isinstance(value, cst.Call):
        return set()
    called = {(tree.path, dotted(value.func))}
    full = qualified_name(tree, value.func)
    level = len(full) - len(full.lstrip("."))
    module, _, name = full[level:].rpartition(".")
    found = project.resolve(tree.path, module, level) if full else None
    return called | ({(found.path, name)} if isinstance(found, Module) else set())
