"""What the other modules of the project do with an application."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst
import msgspec

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.contexts import Contexts
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Alias, References, Use
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.project.modules import Module as Named


class Other(msgspec.Struct):
    """Another module: the imports by which it has the application, and its uses of it."""

    tree: Tree
    aliases: list[Alias] = msgspec.field(default_factory=list)
    uses: list[Use] = msgspec.field(default_factory=list)

    @property
    def at_top(self) -> Alias | None:
        """The import at module level."""
        found = (alias for alias in self.aliases if self._is_global(alias))
        return next(found, None)

    @property
    def inside(self) -> list[Alias]:
        """The imports in functions."""
        return [alias for alias in self.aliases if not self._is_global(alias)]

    @property
    def name(self) -> str:
        """What the module calls the application."""
        top = self.at_top or self.aliases[0]
        return top.alias.evaluated_alias or top.alias.evaluated_name

    def _is_global(self, alias: Alias) -> bool:
        return self.tree.function_of(alias.statement) is None

    def uses_of(self, alias: Alias) -> list[Use]:
        """The uses that an import in a function brings along."""
        function = self.tree.function_of(alias.statement)
        return [u for u in self.uses if any(n is function for n in self.tree.ancestors(u.node))]

    @property
    def uses_at_top(self) -> list[Use]:
        """The uses that the import at module level brings along."""
        inside = [use for alias in self.inside for use in self.uses_of(alias)]
        return [use for use in self.uses if use not in inside]


def others(project: Project, path: str, found: References) -> list[Other]:
    """The modules that take an application from the module at `path`.

    Raises:
        Refusal: one does so in a way that can't be rewritten.
    """
    by_path: dict[str, Other] = {}
    for use in found.uses:
        if use.tree.path != path:
            by_path.setdefault(use.tree.path, Other(use.tree)).uses.append(use)
    for alias in found.aliases:
        by_path.setdefault(alias.tree.path, Other(alias.tree)).aliases.append(alias)
        _see_that_it_is_direct(project, path, alias)
    for other in by_path.values():
        _see_that_it_is_plain(other)
    return list(by_path.values())


def _see_that_it_is_direct(project: Project, path: str, alias: Alias) -> None:
    statement = alias.statement
    source = project.resolve(alias.tree.path, dotted(statement.module), len(statement.relative))
    if isinstance(source, Named) and source.path != path:
        raise Refusal(f"`{source.path}` hands the application on to `{alias.tree.path}`")


def _see_that_it_is_plain(other: Other) -> None:
    where = other.tree.path
    if not other.aliases:
        through = next((use for use in other.uses if isinstance(use.node, cst.Attribute)), None)
        if through is None:
            raise Refusal(f"`{where}` has the application by `import *`")
        raise Refusal(f"`{where}` reaches the application through its module ({through.where})")
    mixed = [use for use in other.uses if isinstance(use.node, cst.Attribute)]
    if mixed or len(other.aliases) - len(other.inside) > 1:
        raise Refusal(f"`{where}` imports the application in more than one way")
    top = other.at_top
    block = other.tree.parent(other.tree.parent(top.statement)) if top is not None else None
    if top is not None and block is not other.tree.module:
        raise Refusal(f"`{where}` imports the application in a block")


def outside_context(contexts: Contexts, uses: list[Use]) -> str | None:
    """Why one of these uses may run outside of an application context, if one may."""
    for use in uses:
        for trouble in contexts.troubles(use):
            return trouble.reason
    return None


class Loading(NamedTuple):
    """The import by which one module loads another.

    `expression` is how the importing module can write the other; `missing` is an import that has
    to come first. `place` is where the name stands.
    """

    piece: Piece
    place: int
    expression: str
    missing: str | None = None


def loading(project: Project, body: Body, path: str) -> Loading | None:
    """The import at the top level of a module that loads the one at `path`, if there is one."""
    for piece in body.pieces:
        if piece.is_import:
            assert isinstance(piece.node, cst.SimpleStatementLine)
            for small in piece.node.body:
                found = _loading(project, body.tree, piece, small, path)
                if found is not None:
                    return found
    return None


def _loading(
    project: Project, tree: Tree, piece: Piece, small: cst.BaseSmallStatement, path: str
) -> Loading | None:
    if isinstance(small, cst.Import):
        for alias in small.names:
            found = project.resolve(tree.path, alias.evaluated_name)
            if isinstance(found, Named) and found.path == path:
                return _plainly(tree, piece, alias)
    elif isinstance(small, cst.ImportFrom):
        return _from(project, tree, piece, small, path)
    return None


def _plainly(tree: Tree, piece: Piece, alias: cst.ImportAlias) -> Loading:
    name, place = alias.evaluated_name, tree.span(alias)[0]
    if alias.evaluated_alias or "." not in name:
        return Loading(piece, place, alias.evaluated_alias or name)
    package, _, last = name.rpartition(".")
    return Loading(piece, place, last, f"from {package} import {last}")


def _from(
    project: Project, tree: Tree, piece: Piece, small: cst.ImportFrom, path: str
) -> Loading | None:
    written, level = dotted(small.module), len(small.relative)
    source = project.resolve(tree.path, written, level)
    if isinstance(source, Named) and source.path == path:
        package, _, last = written.rpartition(".")
        where = "." * level + package
        text = f"from {where} import {last}" if where else f"import {last}"
        return Loading(piece, tree.span(small)[0], last, text)
    if source is None or isinstance(small.names, cst.ImportStar):
        return None
    for alias in small.names:
        inner = project.index.submodule(source, alias.evaluated_name)
        if isinstance(inner, Named) and inner.path == path:
            local = alias.evaluated_alias or alias.evaluated_name
            return Loading(piece, tree.span(alias)[0], local)
    return None
