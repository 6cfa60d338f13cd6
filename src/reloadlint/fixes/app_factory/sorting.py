"""Which statements of a module go into the factory, and in which form."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst
import msgspec

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.app_factory.configured import is_configuration
from reloadlint.fixes.app_factory.extensions import TwoSteps, assigned_call, two_steps
from reloadlint.fixes.app_factory.registrations import Registration, registrations
from reloadlint.fixes.app_factory.serving import serving_file
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import descendants

_WORKERS = frozenset({"celery.Celery", "huey.RedisHuey", "huey.SqliteHuey", "dramatiq.Broker"})
"""Objects that another program takes from the module by their names."""


class Sorted(msgspec.Struct):
    """What becomes of a module's statements, by number.

    `moved` go into the factory as they are (functions and classes among them are nested there),
    `registered` are functions that stay while the factory registers them, `handed` extensions that
    stay while the factory gives them the application. `late` are the names that exist only in the
    factory, with the statement that binds them.
    """

    moved: set[int] = msgspec.field(default_factory=set)
    registered: dict[int, list[Registration]] = msgspec.field(default_factory=dict)
    handed: dict[int, TwoSteps] = msgspec.field(default_factory=dict)
    late: dict[str, int] = msgspec.field(default_factory=dict)


class Sorter:
    """Sorts a module's statements.

    Args:
        app: what the module calls the application.
        made: the statement that makes it, if this is its module.
        shared: names that other modules take from this one.
        forced: definitions that have to be nested, by number.
        needing: functions that are to get the application as an argument.
        nested: nest whatever the application decorates.
        kept: statements that stay whatever they read.
    """

    def __init__(
        self,
        project: Project,
        body: Body,
        app: str,
        made: Piece | None,
        *,
        shared: frozenset[str],
        forced: Iterable[int] = (),
        needing: Iterable[str] = (),
        nested: bool = False,
        kept: Iterable[int] = (),
    ) -> None:
        self._project = project
        self._body = body
        self._app = app
        self._made = made
        self._shared = shared
        self._forced = set(forced)
        self._needing = set(needing)
        self._nested = nested
        self._kept = set(kept)
        self._sorted = Sorted()
        self._touched: set[str] = set()

    def sort(self) -> Sorted:
        """What becomes of each statement.

        Raises:
            Refusal: one can neither stay nor go.
        """
        done = -1
        while done != len(self._sorted.moved):
            done = len(self._sorted.moved)
            for piece in self._body.pieces:
                if piece.number not in self._sorted.moved:
                    self._place(piece)
        self._see_what_is_late()
        return self._sorted

    def _place(self, piece: Piece) -> None:
        if piece.number in self._kept or piece.is_guard:
            return
        if piece is self._made or piece.number in self._forced or piece.binds & self._late:
            self._move(piece)
        elif piece.is_definition:
            self._place_definition(piece)
        elif self._reads_late(piece):
            self._hand_or_move(piece)
        elif self._goes_along(piece):
            self._move(piece)

    @property
    def _late(self) -> set[str]:
        return self._sorted.late.keys() - {self._app}

    def _reads_late(self, piece: Piece) -> bool:
        names = {self._app} | self._late | self._needing
        return bool(piece.now.keys() & names)

    def _place_definition(self, piece: Piece) -> None:
        node = piece.node
        if not self._reads_late(piece):
            return
        found = None
        if isinstance(node, cst.FunctionDef) and not piece.now.keys() & self._late:
            found = registrations(node, self._app)
        only = found is not None and len(piece.now[self._app]) == len(found)
        single = all(len(self._body.binding(name)) == 1 for name in piece.binds)
        if found is None or not only or not single or self._nested:
            self._move(piece)
        else:
            self._sorted.registered[piece.number] = found

    def _hand_or_move(self, piece: Piece) -> None:
        made = None
        if piece.now.keys() & (self._late | self._needing) == set() and self._app in piece.now:
            made = two_steps(self._project, self._body.tree, piece, self._app)
        if made is None or not self._is_wanted(made.name):
            self._move(piece)
        elif piece.number not in self._sorted.handed:
            self._sorted.handed[piece.number] = made
            self._touched.add(made.name)

    def _is_wanted(self, name: str) -> bool:
        """Whether an extension is needed outside of the factory, or by nothing at all."""
        readers = self._body.reading(name)
        outside = any(p.is_definition or p.is_guard or name in p.later for p in readers)
        single = len(self._body.binding(name)) == 1
        return single and (name in self._shared or outside or not readers)

    def _goes_along(self, piece: Piece) -> bool:
        """Whether a statement works on something that the factory has in hand."""
        missing = {made.name: made.missing for made in self._sorted.handed.values()}
        if any(_asks(piece, name, wanted) for name, wanted in missing.items()):
            return True
        return _is_done_for_effect(piece) and bool(piece.now.keys() & self._touched)

    def _move(self, piece: Piece) -> None:
        self._sorted.moved.add(piece.number)
        self._sorted.registered.pop(piece.number, None)
        for name in piece.binds:
            self._sorted.late.setdefault(name, piece.number)
        if not piece.is_definition:
            self._touched |= self._worked_on(piece)

    def _worked_on(self, piece: Piece) -> set[str]:
        """The objects of the module whose methods or attributes a statement uses to change them."""
        names = {
            name
            for name, nodes in piece.now.items()
            if any(_is_changed(self._body, node) for node in nodes)
        }
        return {name for name in names - self._sorted.late.keys() if self._is_object(name)}

    def _is_object(self, name: str) -> bool:
        """Whether a name stands for an object, not for a function, a class or a module."""
        bound = self._body.binding(name)
        plain = [piece for piece in bound if not piece.is_definition]
        return bool(plain) and not any(_imports_module(p) for p in plain)

    def _see_what_is_late(self) -> None:
        """See that nothing which stays needs a name that only the factory has.

        Raises:
            Refusal: something does.
        """
        body = self._body
        for name, number in sorted(self._sorted.late.items(), key=_by_place):
            if name == self._app:
                continue
            line = body.line(body.pieces[number])
            if (reason := self._is_looked_for(body.pieces[number], name)) is not None:
                raise Refusal(f"`{name}` (line {line}) depends on the application, and {reason}")
            if name in body.declared_global:
                raise Refusal(f"`{name}`, which line {line} makes, is declared `global`")
            for piece in body.pieces:
                if piece.number not in self._sorted.moved and name in piece.now:
                    raise Refusal(
                        f"line {body.line(piece)} needs `{name}` while loading, which depends on "
                        f"the application (line {line})"
                    )
        for number in self._sorted.moved:
            self._see_that_it_can_move(body.pieces[number])

    def _is_looked_for(self, piece: Piece, name: str) -> str | None:
        """Who looks for a name in the module from outside of the source, if anyone does."""
        tree = self._body.tree
        target, call = assigned_call(piece.node)
        if target == name and call is not None and qualified_name(tree, call.func) in _WORKERS:
            return "a worker looks for it in the module"
        if name.isupper() and is_configuration(self._project, tree.path):
            return "the configuration takes it from the module (`from_object`)"
        if piece.is_definition:
            return None
        file = serving_file(self._project, tree.path, name)
        return None if file is None else f"`{file}` names it"

    def _see_that_it_can_move(self, piece: Piece) -> None:
        for node in descendants(piece.node):
            if isinstance(node, cst.ImportStar):
                raise Refusal(f"`import *` in line {self._body.line(piece)} can't go into it")
        for name in piece.now:
            bound = self._body.binding(name)
            later = [p for p in bound if p.number > piece.number]
            if len(bound) > 1 and later and later[-1].number not in self._sorted.moved:
                raise Refusal(
                    f"`{name}` in line {self._body.line(piece)} is given another value in line "
                    f"{self._body.line(later[-1])}"
                )


def _is_done_for_effect(piece: Piece) -> bool:
    """Whether a statement is no definition and no import, and binds nothing."""
    if piece.is_definition or piece.is_import:
        return False
    if not isinstance(piece.node, cst.SimpleStatementLine):
        return True
    return not piece.binds


def _asks(piece: Piece, name: str, missing: tuple[str, ...]) -> bool:
    """Whether a statement reads `mongo.db`, which is there only with the application."""
    if piece.is_definition or not missing or name not in piece.now:
        return False
    return any(
        isinstance(node, cst.Attribute)
        and node.attr.value in missing
        and isinstance(node.value, cst.Name)
        and node.value.value == name
        for node in descendants(piece.node)
    )


def _is_changed(body: Body, node: cst.CSTNode) -> bool:
    """Whether a method of a name's object is called, or an attribute of it is set."""
    tree = body.tree
    outer = tree.parent(node)
    while isinstance(outer, (cst.Attribute, cst.Subscript)) and outer.value is node:
        node, outer = outer, tree.parent(outer)
    if isinstance(node, cst.Attribute) and isinstance(outer, cst.Call) and outer.func is node:
        return True
    return isinstance(outer, cst.AssignTarget) and isinstance(node, (cst.Attribute, cst.Subscript))


def _imports_module(piece: Piece) -> bool:
    small = piece.node.body[0] if isinstance(piece.node, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Import)


def _by_place(item: tuple[str, int]) -> tuple[int, str]:
    """The order of names that statements make: by statement, and then by name."""
    name, number = item
    return number, name
