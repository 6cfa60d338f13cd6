"""From a module with a global application to one with `create_app()`."""

from __future__ import annotations

import re

import libcst as cst

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.app_factory.current import use_current
from reloadlint.fixes.app_factory.elsewhere import Elsewhere
from reloadlint.fixes.app_factory.entries import (
    FACTORY,
    handed_over,
    made_in_function,
    made_in_guard,
)
from reloadlint.fixes.app_factory.others import others
from reloadlint.fixes.app_factory.serving import serving_file
from reloadlint.fixes.app_factory.staying import Arranger, Module
from reloadlint.fixes.app_factory.writing_module import Wanted, write_module
from reloadlint.fixes.doubts.lookups import lookup_doubts
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.applications import Application
from reloadlint.fixes.reading.contexts import Contexts
from reloadlint.fixes.reading.guards import runs_application
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import References, references
from reloadlint.fixes.writing.style import style_of

_OF_SERVER = re.compile(r" of (\S*/)?gunicorn[^/]*\.py$")
"""A lookup in the server's own configuration, for which the name stays."""

_BROKEN = re.compile(r"`(.+)` can't be parsed")


def draft_factory(project: Project, app: Application) -> Draft:
    """The rewrite of one application, and of all modules that have it.

    Raises:
        Refusal: it can't be kept as it is.
    """
    body = Body(app.tree)
    _see_that_it_is_plain(body, app)
    found = references(project, app.tree.path, app.name)
    _see_that_it_can_be_followed(project, app, found)
    return _Making(project, app, body, found).draft()


class _Making:
    """The rewriting for one application."""

    def __init__(self, project: Project, app: Application, body: Body, found: References) -> None:
        self._project = project
        self._app = app
        self._tree = app.tree
        self._body = body
        self._found = found
        self._draft = Draft(names=(FACTORY,))
        self._kept = [piece for piece in body.pieces if _needs_it_there(piece, app.name)]

    def draft(self) -> Draft:
        """The edits, with a note that says what stays where."""
        contexts, keeping = Contexts(self._project), self._why_kept()
        elsewhere = Elsewhere(
            self._project,
            contexts,
            self._body,
            self._app.name,
            self._draft,
            keeping=keeping is not None,
        )
        for other in others(self._project, self._tree.path, self._found):
            elsewhere.rewrite(other)
        arranger = Arranger(
            self._project,
            contexts,
            self._body,
            self._app.name,
            self._body.of(self._app.statement),
            frozenset(piece.number for piece in self._kept),
            global_app=keeping is not None,
        )
        module = arranger.arrange()
        self._write(module, elsewhere.lines(), keeping=keeping is not None)
        self._draft.note = "; ".join([self._note(module, keeping), *elsewhere.told])
        return self._draft

    def _why_kept(self) -> str | None:
        """Why the module goes on having the application, too."""
        if self._kept:
            return f"line {self._body.line(self._kept[0])} needs it"
        name = self._app.name
        file = serving_file(self._project, self._tree.path, name)
        if file is not None:
            return f"`{file}` names it"
        return "servers look for that name" if name == "application" else None

    def _write(self, module: Module, loaded: dict[int, list[str]], *, keeping: bool) -> None:
        body, style, name = self._body, style_of(self._tree), self._app.name
        late = sorted(loaded.keys() & module.sorted.moved)
        if late:
            raise Refusal(f"line {body.line(body.pieces[late[0]])} depends on the application")
        use_current(self._draft, self._tree, module.current)
        self._draft.add(self._tree.path, *handed_over(module))
        if not keeping:
            self._draft.add(self._tree.path, *self._made_where_it_runs(module))
        returns = self._class_name() if style.annotated else None
        wanted = Wanted(
            style.head(FACTORY, returns, "Make the application."),
            f"return {name}",
            f"{name} = {FACTORY}()" if keeping else None,
            loaded,
            self._kept,
        )
        write_module(module, wanted, style, self._draft)

    def _made_where_it_runs(self, module: Module) -> list[Edit]:
        """The edits by which what runs the application makes it."""
        body, name = self._body, self._app.name
        edits: list[Edit] = []
        for piece in body.pieces:
            if piece.is_guard:
                edits += made_in_guard(body, piece, [name, *module.needing], name)
            elif piece.number in module.making:
                edits.append(made_in_function(body, piece, module.making[piece.number], name))
        return edits

    def _class_name(self) -> str | None:
        """What the application's class is called, as written."""
        calls = [c for c in self._tree.every(cst.Call) if self._tree.span(c)[1] == self._app.end]
        return self._tree.source(calls[0].func) if calls else None

    def _note(self, module: Module, keeping: str | None) -> str:
        name = self._app.name
        note = f"`{FACTORY}()` makes `{name}`"
        if module.sorted.registered:
            note += " and registers the views, which stay at module level with their endpoints"
        if keeping is not None:
            note += f"; `{name} = {FACTORY}()` stays in the module, because {keeping}"
        return note


def _see_that_it_is_plain(body: Body, app: Application) -> None:
    tree = body.tree
    line = tree.line(app.statement)
    if not app.plain or "." in app.name:
        raise Refusal(
            f"the application in line {line} is not made by a plain assignment at module level"
        )
    made = [n for n in tree.every(cst.Assign) if tree.span(n)[1] == app.end]
    if made and len(made[0].targets) > 1:
        raise Refusal(f"the application in line {line} is given several names")
    if body.binding(FACTORY):
        raise Refusal(f"`{FACTORY}` is taken in {tree.path}")


def _see_that_it_can_be_followed(project: Project, app: Application, found: References) -> None:
    name, path = app.name, app.tree.path
    if found.rebound:
        raise Refusal(f"`{name}` is bound again in {found.rebound[0].where}")
    if found.mentions:
        mention = found.mentions[0]
        where = f"line {mention.tree.line(mention.node)} of {mention.tree.path}"
        raise Refusal(f"`{name}` is named in `__all__` or in a `global` statement ({where})")
    if "globals()" in app.tree.text:
        raise Refusal(f"`globals()` in {path} may look up what moves")
    reasons = [*found.obstacles, *lookup_doubts(project, found)]
    reasons = [reason for reason in reasons if _counts(project, app, reason)]
    if reasons:
        raise Refusal(reasons[0])


def _counts(project: Project, app: Application, reason: str) -> bool:
    """Whether a lookup is none of the server's, or of a broken file that imports nothing of it."""
    broken = _BROKEN.match(reason)
    if broken is None:
        return _OF_SERVER.search(reason) is None
    module = project.module(app.tree.path).name.rpartition(".")[2]
    imported = rf"^\s*(from|import)\b[^\n]*\b{re.escape(module)}\b"
    return re.search(imported, project.broken.get(broken[1], ""), re.MULTILINE) is not None


def _needs_it_there(piece: Piece, app: str) -> bool:
    """Whether a statement is `application = app`, or a run outside of the main guard."""
    if piece.is_guard or piece.is_definition or app not in piece.now:
        return False
    return _is_alias(piece, app) or runs_application(piece.node)


def _is_alias(piece: Piece, app: str) -> bool:
    small = piece.node.body[0] if isinstance(piece.node, cst.SimpleStatementLine) else None
    return (
        isinstance(small, cst.Assign)
        and isinstance(small.value, cst.Name)
        and small.value.value == app
        and all(isinstance(target.target, cst.Name) for target in small.targets)
    )
