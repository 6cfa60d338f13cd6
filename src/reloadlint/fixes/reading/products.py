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
    """`app = create_app()` above an offset: an application as good as one made there."""
    near = project.connected_with(tree.path)
    names = {
        (app.tree.path, app.function.name.value)
        for app in (apps if apps is not None else applications(project, near))
        if isinstance(app.function, cst.FunctionDef)
    }
    found = []
    for line in tree.module.body:
        if tree.span(line)[0] >= before:
            break
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            small = line.body[0]
            if isinstance(small, cst.Assign) and _calls(project, tree, small.value, names):
                name = dotted(small.targets[0].target)
                found.append(Application(tree, name, line, None, bool(name), tree.span(small)[1]))
    return found


def _calls(
    project: Project, tree: Tree, value: cst.BaseExpression, names: set[tuple[str, str]]
) -> bool:
    if not isinstance(value, cst.Call):
        return False
    written = dotted(value.func)
    if (tree.path, written) in names:
        return True
    full = qualified_name(tree, value.func)
    level = len(full) - len(full.lstrip("."))
    module, _, name = full[level:].rpartition(".")
    found = project.resolve(tree.path, module, level) if full else None
    return isinstance(found, Module) and (found.path, name) in names
