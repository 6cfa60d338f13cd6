"""How a teardown gets to every application that uses it."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.applications import Application, applications, qualified_name
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.flask_import import flask_name, new_import
from reloadlint.fixes.functions import referring
from reloadlint.fixes.importing import imported
from reloadlint.fixes.object import Made
from reloadlint.fixes.pieces import whole_lines
from reloadlint.fixes.project import Project
from reloadlint.fixes.style import Style, style_of
from reloadlint.fixes.tree import Tree, dotted
from reloadlint.project.modules import Module

_HOOK = "teardown_appcontext"
_RECORDED = "Have what was opened closed by the application that registers the blueprint."


class Registered(NamedTuple):
    """What the teardown's own module has to do: a decorator, or statements after it."""

    decorator: str | None = None
    after: str = ""


def register(
    made: Made, closer: str, project: Project, style: Style, draft: Draft, *, only_here: bool
) -> Registered:
    """Have `closer` registered with every application of the object's part of the project.

    Args:
        only_here: the object is used in no other module.

    Raises:
        Refusal: there is no application, or one to which no teardown can be given.
    """
    apps = _with_products(project, made, _connected(project, made.tree))
    own = [app for app in apps if app.tree is made.tree]
    others = [app for app in apps if app.tree is not made.tree]
    if own:
        return _in_own_module(made, closer, project, style, draft, own, others)
    shared = next((name for app in others if (name := _taken_from(project, made, app))), None)
    if shared is not None and len(others) == 1:
        return Registered(f"@{shared}.{_HOOK}")
    blueprint = _blueprint(made)
    if blueprint is not None and (only_here or not others):
        return _through_blueprint(made, blueprint, closer, style, draft)
    if not others:
        raise Refusal("no application is found to register the teardown with")
    return _by_init_app(made, closer, project, style, draft, others)


def _with_products(project: Project, made: Made, apps: list[Application]) -> list[Application]:
    """The applications; for a factory that only this module calls, what it has returned there.

    Raises:
        Refusal: a factory of the same module is called above the object, and elsewhere too.
    """
    products = _made_by_factory(project, made, apps)
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


def _connected(project: Project, tree: Tree) -> list[Application]:
    """The applications whose modules load this one, or are loaded by it."""
    found = applications(project)
    linked = [
        app
        for app in found
        if app.tree is tree
        or project.reaches(app.tree.path, tree.path, deferred=True)
        or project.reaches(tree.path, app.tree.path, deferred=True)
    ]
    return linked or (found if len(found) == 1 else [])


# In the object's own module


def _in_own_module(
    made: Made,
    closer: str,
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
            draft.add(made.tree.path, call_after(app, f"{app.name}.{_HOOK}({closer})", style))
    for app in others:
        name, edits = imported(project, app, made.tree.path, closer)
        draft.add(app.tree.path, *edits)
        there = style_of(app.tree)
        draft.add(app.tree.path, call_after(app, f"{app.name}.{_HOOK}({name})", there))
    return Registered(style.newline.join(f"@{app.name}.{_HOOK}" for app in before) or None)


def call_after(app: Application, call: str, style: Style) -> Edit:
    """The edit that puts a statement after the one that makes an application."""
    if not app.plain or not isinstance(app.statement, cst.SimpleStatementLine):
        line = app.tree.line(app.statement)
        raise Refusal(
            f"the application in line {line} of {app.tree.path} is not made by a plain assignment"
        )
    if len(app.statement.body) > 1:
        raise Refusal("other statements stand on the line that makes the application")
    start, end = whole_lines(app.tree, app.statement)
    line_text = app.tree.data[start:end].decode()
    indent = line_text[: len(line_text) - len(line_text.lstrip(" \t"))]
    ended = line_text.endswith(("\n", "\r"))
    return Edit(end, end, f"{'' if ended else style.newline}{indent}{call}{style.newline}")


def _made_by_factory(project: Project, made: Made, apps: list[Application]) -> list[Application]:
    """`app = create_app()` before the object: an application as good as one made there."""
    names = {
        (app.tree.path, app.function.name.value)
        for app in apps
        if isinstance(app.function, cst.FunctionDef)
    }
    found = []
    for line in made.tree.module.body:
        if line is made.line:
            break
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            small = line.body[0]
            if isinstance(small, cst.Assign) and _calls(project, made.tree, small.value, names):
                name = dotted(small.targets[0].target)
                end = made.tree.span(small)[1]
                found.append(Application(made.tree, name, line, None, bool(name), end))
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


# By an application that the module imports


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


# Through a blueprint


def _blueprint(made: Made) -> str | None:
    """The name of a blueprint that is made in the module before the object."""
    for line in made.tree.module.body:
        if line is made.line:
            return None
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
        value = small.value if isinstance(small, cst.Assign) else None
        if isinstance(value, cst.Call) and isinstance(small, cst.Assign):
            name = qualified_name(made.tree, value.func)
            if name in ("flask.Blueprint", "flask.blueprints.Blueprint"):
                return dotted(small.targets[0].target) or None
    return None


def _through_blueprint(
    made: Made, blueprint: str, closer: str, style: Style, draft: Draft
) -> Registered:
    gap = style.newline * style.blank
    state, arrow = ("state: BlueprintSetupState", " -> None") if style.annotated else ("state", "")
    if style.annotated:
        text = "from flask.blueprints import BlueprintSetupState"
        draft.add(made.tree.path, new_import(made.tree, text, "flask", style.newline))
    lines = (
        f"@{blueprint}.record_once",
        f"def register_{closer}({state}){arrow}:",
        *([f"{style.indent}{style.doc_quotes}{_RECORDED}{style.doc_quotes}"] * style.documented),
        f"{style.indent}state.app.{_HOOK}({closer})",
    )
    return Registered(None, gap + "".join(line + style.newline for line in lines))


# By `init_app`


def _by_init_app(
    made: Made,
    closer: str,
    project: Project,
    style: Style,
    draft: Draft,
    apps: list[Application],
) -> Registered:
    existing = _existing_init_app(made)
    if existing is not None:
        function, application = existing
        draft.add(
            made.tree.path,
            _first_statement(made.tree, function, f"{application}.{_HOOK}({closer})", style),
        )
        return Registered()
    name = "init_app"
    if name in made.tree.identifiers:
        name = f"init_{made.name.strip('_').lower()}"
    for app in apps:
        called, edits = imported(project, app, made.tree.path, name)
        draft.add(app.tree.path, *edits)
        draft.add(app.tree.path, call_after(app, f"{called}({app.name})", style_of(app.tree)))
    return Registered(None, _init_app_text(made, name, closer, style, draft))


def _init_app_text(made: Made, name: str, closer: str, style: Style, draft: Draft) -> str:
    i, n = style.indent, style.newline
    signature = f"def {name}(app):"
    if style.annotated:
        flask = flask_name(made.tree, "Flask", made.tree.span(made.line)[0], n)
        draft.add(made.tree.path, *flask.edits)
        signature = f"def {name}(app: {flask.expression}) -> None:"
    doc = f"{style.doc_quotes}Have `app` close what a request has opened.{style.doc_quotes}"
    lines = (signature, *([i + doc] if style.documented else []), f"{i}app.{_HOOK}({closer})")
    return n * style.blank + "".join(line + n for line in lines)


def _existing_init_app(made: Made) -> tuple[cst.FunctionDef, str] | None:
    for node in made.tree.module.body:
        if not isinstance(node, cst.FunctionDef) or node.name.value != "init_app":
            continue
        if node.params.params and isinstance(node.body, cst.IndentedBlock):
            return node, node.params.params[0].name.value
    return None


def _first_statement(tree: Tree, function: cst.FunctionDef, call: str, style: Style) -> Edit:
    """The edit that puts a statement at the beginning of a function, below its docstring."""
    body = list(function.body.body)
    place = body[0]
    small = place.body[0] if isinstance(place, cst.SimpleStatementLine) else None
    documented = isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
    line = tree.line_start(tree.span(place)[0])
    indent = tree.data[line : tree.span(place)[0]].decode()
    at = tree.line_end(tree.span(place)[1]) if documented else line
    return Edit(at, at, f"{indent}{call}{style.newline}")
