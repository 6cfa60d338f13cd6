"""The other modules of the project go on without the global application."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.app_factory.current import use_current
from reloadlint.fixes.app_factory.entries import (
    FACTORY,
    handed_over,
    made_by_importer,
    made_in_guard,
)
from reloadlint.fixes.app_factory.others import Loading, Other, loading, outside_context
from reloadlint.fixes.app_factory.removing import without
from reloadlint.fixes.app_factory.staying import Arranger, Module
from reloadlint.fixes.app_factory.writing_module import Wanted, write_module
from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.contexts import Contexts
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Alias, Use
from reloadlint.fixes.reading.tree import dotted
from reloadlint.fixes.writing.names import free_name
from reloadlint.fixes.writing.style import style_of

_NAMES = ("init_app", "register", "register_views")


class Elsewhere:
    """Rewrites the modules that import an application.

    Args:
        body: the application's own module.
        app: its name there.
        keeping: the name stays there, too.
    """

    def __init__(
        self,
        project: Project,
        contexts: Contexts,
        body: Body,
        app: str,
        draft: Draft,
        *,
        keeping: bool,
    ) -> None:
        self._project = project
        self._contexts = contexts
        self._body = body
        self._app = app
        self._draft = draft
        self._keeping = keeping
        self._registering: list[tuple[Loading, str]] = []
        self.told: list[str] = []

    def rewrite(self, other: Other) -> None:
        """Have one module go on without it.

        Raises:
            Refusal: it can't.
        """
        for alias in other.inside:
            uses = other.uses_of(alias)
            if outside_context(self._contexts, uses) is None:
                self._ask_for_current(other, [alias], uses)
            elif not self._keeping:
                self._make_in_function(other, alias)
        top, own = other.at_top, self._body.tree.path
        if top is None:
            return
        if self._project.reaches(own, other.tree.path):
            self._register(other, top)
        elif not self._keeping:
            if self._is_used_later_only(other):
                self._ask_for_current(other, [top], other.uses_at_top)
            else:
                self._make(other, top)

    def lines(self) -> dict[int, list[str]]:
        """The calls in place of the application's module's imports, in the order of loading."""
        lines: dict[int, list[str]] = {}
        for loaded, name in sorted(self._registering, key=lambda pair: pair[0].place):
            own = lines.setdefault(loaded.piece.number, [])
            own += [loaded.missing] if loaded.missing else []
            own.append(f"{loaded.expression}.{name}({self._app})")
        return lines

    def _is_used_later_only(self, other: Other) -> bool:
        uses = other.uses_at_top
        later = all(other.tree.function_of(use.node) is not None for use in uses)
        return bool(uses) and later and outside_context(self._contexts, uses) is None

    def _ask_for_current(self, other: Other, aliases: Sequence[Alias], uses: Sequence[Use]) -> None:
        self._draft.add(other.tree.path, *map(without, aliases))
        use_current(self._draft, other.tree, [use.node for use in uses])

    # Modules that make it

    def _make_in_function(self, other: Other, alias: Alias) -> None:
        tree = other.tree
        if not self._project.is_test(tree.path) and tree.path in self._project.flask_modules:
            reason = outside_context(self._contexts, other.uses_of(alias))
            raise Refusal(f"`{tree.path}` needs the application in a function, and {reason}")
        self._draft.add(tree.path, *made_by_importer(other, alias, style_of(tree)))

    def _make(self, other: Other, top: Alias) -> None:
        path = other.tree.path
        graph = self._project.graph.anywhere
        importers = (p for p, found in graph.items() if path in found)
        importer = next((p for p in importers if not self._project.is_test(p)), None)
        if importer is not None:
            raise Refusal(
                f"`{path}` needs the application while loading, and `{importer}` imports it"
            )
        if FACTORY in other.tree.identifiers:
            raise Refusal(f"`{FACTORY}` is taken in {path}")
        self._draft.add(path, *made_by_importer(other, top, style_of(other.tree)))
        if not self._project.is_test(path):
            self.told.append(f"`{path}` makes the application by it")

    # Modules that it loads

    def _register(self, other: Other, top: Alias) -> None:
        """A module that the application's own one loads registers its views when it is told to."""
        tree, body = other.tree, Body(other.tree)
        imported = body.of(top.statement)
        kept = frozenset({imported.number})
        module = Arranger(self._project, self._contexts, body, other.name, None, kept).arrange()
        alone = _is_alone(imported, top)
        use_current(self._draft, tree, module.current)
        self._draft.add(tree.path, *handed_over(module))
        self._draft.add(tree.path, *_made_in_guards(module, top))
        found = module.sorted
        if not (found.moved or found.registered or found.handed):
            self._draft.add(tree.path, without(top))
            return
        self._draft.add(tree.path, *([] if alone else [without(top)]))
        self._write(module, self._noted(other), kept if alone else frozenset())

    def _noted(self, other: Other) -> str:
        """The name of the function that registers a module's views; the factory calls it."""
        path, own = other.tree.path, self._body.tree.path
        loaded = loading(self._project, self._body, path)
        if loaded is None:
            raise Refusal(
                f"`{path}` registers with the application, and `{own}` doesn't import it itself"
            )
        if other.name != self._app:
            raise Refusal(f"`{path}` calls the application `{other.name}`")
        name = free_name(_NAMES, lambda wish: wish in other.tree.identifiers)
        self._registering.append((loaded, name))
        return name

    def _write(self, module: Module, name: str, gone: frozenset[int]) -> None:
        style = style_of(module.body.tree)
        doc = style.doc("Register what this module has with an application.")
        wanted = Wanted([f"def {name}({self._app}):", *doc], gone=gone)
        write_module(module, wanted, style, self._draft)


def _made_in_guards(module: Module, top: Alias) -> list[Edit]:
    """The edits by which a module makes the application where it is the script that is run."""
    statement, app = top.statement, module.app
    source = "." * len(statement.relative) + dotted(statement.module)
    line = f"from {source} import {FACTORY}"
    guards = [piece for piece in module.body.pieces if piece.is_guard]
    return [
        edit
        for piece in guards
        for edit in made_in_guard(module.body, piece, [app, *module.needing], app, line)
    ]


def _is_alone(piece: Piece, alias: Alias) -> bool:
    """Whether a statement imports nothing else."""
    smalls = piece.node.body if isinstance(piece.node, cst.SimpleStatementLine) else ()
    names = alias.statement.names
    return len(smalls) == 1 and not isinstance(names, cst.ImportStar) and len(names) == 1
