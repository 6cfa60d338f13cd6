"""How a teardown, and a hook that opens, get to every application that uses them."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.on_g.by_blueprint import blueprint_of, through_blueprint
from reloadlint.fixes.on_g.by_init_app import by_init_app
from reloadlint.fixes.on_g.hooks import HOOK, OPENING, Hooks, Registered, calls_after
from reloadlint.fixes.reading.applications import Application, applications
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.products import with_products
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.fixes.writing.importing import all_imported
from reloadlint.fixes.writing.style import Style, style_of
from reloadlint.project.modules import Module

__all__ = ["Hooks", "Registered", "calls_after", "register"]


def register(
    made: Made, hooks: Hooks, project: Project, style: Style, draft: Draft, *, only_here: bool
) -> Registered:
    """Have the hooks registered with every application of the object's part of the project.

    Args:
        only_here: the object is used in no other module.

    Raises:
        Refusal: there is no application, or one to which no teardown can be given.
    """
    apps = with_products(project, made, connected(project, made.tree))
    own = [app for app in apps if app.tree is made.tree]
    others = [app for app in apps if app.tree is not made.tree]
    if own:
        return _in_own_module(made, hooks, project, style, draft, own, others)
    shared = next((name for app in others if (name := _taken_from(project, made, app))), None)
    if shared is not None and len(others) == 1:
        return _decorated([shared], hooks, style)
    blueprint = blueprint_of(made)
    if blueprint is not None and (only_here or not others):
        return through_blueprint(made, blueprint, hooks, style, draft)
    if not others:
        raise Refusal("no application is found to register the teardown with")
    return by_init_app(made, hooks, project, style, draft, others)


def connected(project: Project, tree: Tree) -> list[Application]:
    """The applications whose modules load this one, or are loaded by it."""
    linked = [
        app
        for app in applications(project, project.connected_with(tree.path))
        if app.tree is tree
        or project.reaches(app.tree.path, tree.path, deferred=True)
        or project.reaches(tree.path, app.tree.path, deferred=True)
    ]
    if linked:
        return linked
    found = applications(project, project.texts)
    return found if len(found) == 1 else []


def _in_own_module(
    made: Made,
    hooks: Hooks,
    project: Project,
    style: Style,
    draft: Draft,
    own: list[Application],
    others: list[Application],
) -> Registered:
    start = made.tree.span(made.assignment)[0]
    before = [app for app in own if app.plain and app.function is None and app.end <= start]
    for app in own:
        if app not in before:
            draft.add(made.tree.path, calls_after(app, hooks.calls(app.name), style))
    for app in others:
        wanted = [name for name in hooks if name]
        names, edits = all_imported(project, app, made.tree.path, wanted)
        draft.add_once(app.tree.path, *edits)
        calls = Hooks(*names).calls(app.name)
        draft.add(app.tree.path, calls_after(app, calls, style_of(app.tree)))
    return _decorated([app.name for app in before], hooks, style)


def _decorated(apps: list[str], hooks: Hooks, style: Style) -> Registered:
    """The hooks as functions that are decorated with what each of these applications has."""
    closing, opening = (
        style.newline.join(f"@{app}.{hook}" for app in apps) or None for hook in (HOOK, OPENING)
    )
    return Registered(closing, opening=opening if hooks.opener else None)


def _taken_from(project: Project, made: Made, app: Application) -> str | None:
    """The name under which the object's module has imported an application, before the object."""
    if app.function is not None:
        return None
    for line in made.tree.module.body:
        if line is made.line:
            return None
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
            source = project.resolve(made.tree.path, dotted(small.module), len(small.relative))
            if isinstance(source, Module) and source.path == app.tree.path:
                for alias in small.names:
                    if alias.evaluated_name == app.name:
                        return alias.evaluated_alias or app.name
    return None
