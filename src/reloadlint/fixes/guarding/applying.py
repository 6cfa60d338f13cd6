"""The applications whose requests a start can wait for, and how they get to know of the hook."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.guarding.standing import Standing
from reloadlint.fixes.on_g.hooks import OPENING, calls_after
from reloadlint.fixes.on_g.registration import connected
from reloadlint.fixes.reading.applications import Application, applications
from reloadlint.fixes.reading.flask_classes import may_name_product
from reloadlint.fixes.reading.products import made_above
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.fixes.writing.importing import imported
from reloadlint.fixes.writing.style import style_of
from reloadlint.project.modules import Module

RECIPE = (
    "no place at module level is right in every way of starting: start it in the main guard, in a "
    "`flask` command of its own, or in gunicorn's `post_fork`, which runs once in each worker"
)


def application_above(project: Project, place: Standing) -> str | None:
    """The name of the one application that is there when it starts; None if there is none.

    Raises:
        Refusal: there are several.
    """
    before = place.tree.span(place.unit)[0]
    if place.function is not None:
        own = applications(project, {place.tree.path})
        found = [a.name for a in own if a.function is place.function and a.plain and a.end < before]
    else:
        found = [*_made(project, place.tree, before), *_taken(project, place.tree, before)]
    if len(set(found)) > 1:
        raise Refusal(f"the module has several applications above it, and {RECIPE}")
    return found[0] if found else None


def _made(project: Project, tree: Tree, before: int) -> list[str]:
    """The names of a module's own applications, those that a factory has made included."""
    own = applications(project, {tree.path})
    plain = [a.name for a in own if a.function is None and a.plain and a.end <= before]
    return [*plain, *(a.name for a in made_above(project, tree, before) if a.plain)]


def _taken(project: Project, tree: Tree, before: int) -> Iterator[str]:
    """The names under which a module has imported applications of others."""
    for line in tree.module.body:
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        if tree.span(line)[0] >= before or not isinstance(small, cst.ImportFrom):
            continue
        source = project.resolve(tree.path, dotted(small.module), len(small.relative))
        if isinstance(small.names, cst.ImportStar) or not isinstance(source, Module):
            continue
        may_be_one = partial(may_name_product, project, source.path)
        wanted = [alias for alias in small.names if may_be_one(alias.evaluated_name)]
        if wanted:
            other = project.tree(source.path)
            names = set(_made(project, other, len(other.data)))
            for alias in wanted:
                if alias.evaluated_name in names:
                    yield alias.evaluated_alias or alias.evaluated_name


def _below(project: Project, place: Standing) -> list[Application]:
    """The module's own applications that are made when the hook is there: below the start."""
    tree, here = place.tree, place.tree.span(place.unit)[1]
    own = applications(project, {tree.path})
    return [app for app in own if app.plain and tree.span(app.function or app.statement)[0] >= here]


def register_elsewhere(project: Project, place: Standing, hook: str, draft: Draft) -> None:
    """Have the applications of other modules, and those made further down, call the hook.

    Raises:
        Refusal: there is none that loads this module, or it can't get the hook.
    """
    path = place.tree.path
    apps = [app for app in connected(project, place.tree) if app.tree is not place.tree]
    loading = [app for app in apps if project.reaches(app.tree.path, path, deferred=True)]
    loading = [*_below(project, place), *loading]
    if place.function is not None or not loading:
        raise Refusal(
            f"the module has no application above it that it could wait for, and {RECIPE}"
        )
    if place.margin:
        raise Refusal(
            f"it starts only under a condition, and the hook that `{loading[0].tree.path}` would "
            f"register is there only if that holds; {RECIPE.partition(': ')[2]}"
        )
    for app in loading:
        called = hook
        if app.tree is not place.tree:
            called, edits = imported(project, app, path, hook)
            draft.add_once(app.tree.path, *edits)
        call = f"{app.name}.{OPENING}({called})"
        draft.add(app.tree.path, calls_after(app, [call], style_of(app.tree)))
