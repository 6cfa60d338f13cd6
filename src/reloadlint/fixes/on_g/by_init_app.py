"""A teardown that gets to its applications by an `init_app`, as extensions have it."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.on_g.hooks import Hooks, Registered, calls_after
from reloadlint.fixes.reading.applications import Application
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.flask_import import beside, flask_name
from reloadlint.fixes.writing.importing import imported
from reloadlint.fixes.writing.style import Style, style_of


def by_init_app(
    made: Made,
    hooks: Hooks,
    project: Project,
    style: Style,
    draft: Draft,
    apps: list[Application],
) -> Registered:
    """Have the hooks registered by the module's own `init_app`, or by one that is written.

    Raises:
        Refusal: an application would load the module only for that.
    """
    for app in apps:
        check_loaded(project, app, made.tree.path)
    existing = _existing_init_app(made)
    if existing is not None:
        function, application = existing
        draft.add(
            made.tree.path,
            _first_statements(made.tree, function, hooks.calls(application), style),
        )
        return Registered()
    name = "init_app"
    if name in made.tree.identifiers:
        name = f"init_{made.name.strip('_').lower()}"
    for app in apps:
        called, edits = imported(project, app, made.tree.path, name)
        draft.add_once(app.tree.path, *edits)
        draft.add(app.tree.path, calls_after(app, [f"{called}({app.name})"], style_of(app.tree)))
    return Registered(None, _init_app_text(made, name, hooks, style, draft))


def check_loaded(project: Project, app: Application, path: str) -> None:
    """See that an application's module isn't loaded by another without loading that one, too.

    Raises:
        Refusal: it is a script's, say, and the application would run all of it.
    """
    there, back = (app.tree.path, path), (path, app.tree.path)
    if project.reaches(*back, deferred=True) and not project.reaches(*there, deferred=True):
        raise Refusal(
            f"`{app.tree.path}` doesn't load `{path}`, and would run all of it by importing what "
            "closes it"
        )


def _init_app_text(made: Made, name: str, hooks: Hooks, style: Style, draft: Draft) -> str:
    i, n = style.indent, style.newline
    signature = f"def {name}(app):"
    if style.annotated:
        flask = flask_name(made.tree, "Flask", made.tree.span(made.line)[0], n)
        beside(draft.edits.setdefault(made.tree.path, []), flask)
        signature = f"def {name}(app: {flask.expression}) -> None:"
    done = "open and close it with" if hooks.opener else "close what"
    rest = "each request" if hooks.opener else "a request has opened"
    doc = f"{style.doc_quotes}Have `app` {done} {rest}.{style.doc_quotes}"
    calls = (i + call for call in hooks.calls("app"))
    lines = (signature, *([i + doc] if style.documented else []), *calls)
    return n * style.blank + "".join(line + n for line in lines)


def _existing_init_app(made: Made) -> tuple[cst.FunctionDef, str] | None:
    for node in made.tree.module.body:
        if not isinstance(node, cst.FunctionDef) or node.name.value != "init_app":
            continue
        if node.params.params and isinstance(node.body, cst.IndentedBlock):
            return node, node.params.params[0].name.value
    return None


def _first_statements(
    tree: Tree, function: cst.FunctionDef, calls: list[str], style: Style
) -> Edit:
    """The edit that puts statements at the beginning of a function, below its docstring."""
    body = list(function.body.body)
    place = body[0]
    small = place.body[0] if isinstance(place, cst.SimpleStatementLine) else None
    documented = isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
    line = tree.line_start(tree.span(place)[0])
    indent = tree.data[line : tree.span(place)[0]].decode()
    at = tree.line_end(tree.span(place)[1]) if documented else line
    return Edit(at, at, "".join(f"{indent}{call}{style.newline}" for call in calls))
