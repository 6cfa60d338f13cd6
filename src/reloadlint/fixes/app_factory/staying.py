"""How functions that stay at module level go on to reach the application."""

from __future__ import annotations

import libcst as cst
import msgspec

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.app_factory.receivers import check_receivers
from reloadlint.fixes.app_factory.sorting import Sorted, Sorter
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.callbacks import BACKGROUND
from reloadlint.fixes.reading.contexts import Contexts, Trouble
from reloadlint.fixes.reading.guards import runs_application
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use, references
from reloadlint.fixes.reading.tree import Tree

_MANY = 40
"""Views with more lines than this in all stay where they are."""


class Module(msgspec.Struct):
    """A module, sorted.

    `sorted` says what goes into the factory; `current` are the places that ask for `current_app`
    now; `making` are functions that run the application and make it themselves; `needing` are
    those that get it as their first argument, by name.
    """

    body: Body
    app: str
    sorted: Sorted
    current: list[cst.BaseExpression] = msgspec.field(default_factory=list)
    making: dict[int, list[cst.CSTNode]] = msgspec.field(default_factory=dict)
    needing: set[str] = msgspec.field(default_factory=set)


class Arranger:
    """Finds how a module can go on without its global application.

    Args:
        project: the project, `contexts` where its functions run.
        app: what the module calls the application.
        made: the statement that makes it; None where the module takes it from another.
        imported: the statements that import it here; nothing is left to do about them.
        global_app: the name stays at module level, too.
    """

    def __init__(
        self,
        project: Project,
        contexts: Contexts,
        body: Body,
        app: str,
        made: Piece | None,
        imported: frozenset[int] = frozenset(),
        *,
        global_app: bool = False,
    ) -> None:
        self._project = project
        self._contexts = contexts
        self._body = body
        self._app = app
        self._made = made
        self._kept = imported
        self._global_app = global_app
        self._shared = _shared(project, body)

    def arrange(self) -> Module:
        """The module, with its views nested if they are few, else where they are.

        Raises:
            Refusal: neither can be done.
        """
        if self._lines_of_views() <= _MANY:
            try:
                return self._arranged(nested=True)
            except Refusal:
                pass
        return self._arranged(nested=False)

    def _lines_of_views(self) -> int:
        tree = self._body.tree
        views = [p for p in self._body.pieces if p.is_definition and self._app in p.now]
        return sum(tree.data[piece.start : piece.end].count(b"\n") for piece in views)

    def _arranged(self, *, nested: bool) -> Module:
        forced: set[int] = set()
        needing: set[str] = set()
        while True:
            sorter = Sorter(
                self._project,
                self._body,
                self._app,
                self._made,
                shared=frozenset(self._shared),
                forced=forced,
                needing=needing,
                nested=nested,
                kept=self._kept,
            )
            module = Module(self._body, self._app, sorter.sort(), needing=needing)
            known = len(forced), len(needing)
            self._see_to_the_rest(module, forced)
            if known == (len(forced), len(needing)):
                self._see_that_nobody_else_needs(module.sorted)
                check_receivers(self._body, module.sorted.moved)
                return module

    # What stays

    def _see_to_the_rest(self, module: Module, forced: set[int]) -> None:
        late = module.sorted.late.keys() - {self._app}
        for piece in self._body.pieces:
            if piece.number in module.sorted.moved | self._kept:
                continue
            if piece.is_guard:
                self._see_to_guard(piece, late)
            elif wanted := sorted(piece.later.keys() & late):
                self._force(piece, forced, f"it needs `{wanted[0]}`, which only the factory has")
            elif self._app in piece.later:
                self._see_to_function(module, piece, forced)
            if piece.later.keys() & module.needing:
                self._see_to_caller(module, piece)

    def _see_to_guard(self, piece: Piece, late: set[str]) -> None:
        wanted = sorted(piece.now.keys() & late)
        if wanted:
            raise Refusal(
                f"the main guard (line {self._body.line(piece)}) needs `{wanted[0]}`, which only "
                "the factory would have"
            )

    def _see_to_function(self, module: Module, piece: Piece, forced: set[int]) -> None:
        uses = piece.later[self._app]
        troubles = [trouble for node in uses for trouble in self._troubles(node)]
        if not troubles:
            module.current += [node for node in uses if isinstance(node, (cst.Name, cst.Attribute))]
            return
        if self._global_app:
            return
        name = _plain_function(piece)
        calls = self._calls_of(module, name, forced) if name else None
        if name and _runs(piece) and self._is_the_only_start(name):
            module.making[piece.number] = list(uses)
        elif name and calls is not None:
            module.needing.add(name)
        else:
            self._force(piece, forced, troubles[0].reason)

    def _see_to_caller(self, module: Module, piece: Piece) -> None:
        """A function that calls one which needs the application has to have it as well."""
        if _plain_function(piece) not in module.needing and _runs(piece):
            calls = [n for name in piece.later.keys() & module.needing for n in piece.later[name]]
            module.making.setdefault(piece.number, []).extend(calls)

    def _troubles(self, node: cst.CSTNode) -> list[Trouble]:
        assert isinstance(node, (cst.Name, cst.Attribute))
        return self._contexts.troubles(Use(self._body.tree, node))

    def _force(self, piece: Piece, forced: set[int], reason: str) -> None:
        """Have a statement go into the factory.

        Raises:
            Refusal: it can't, or has been asked to already.
        """
        line = self._body.line(piece)
        if piece.number in forced or piece.number in self._kept:
            raise Refusal(f"line {line}: {reason}")
        shared = [name for name in sorted(piece.binds) if name in self._shared]
        if shared:
            raise Refusal(
                f"`{shared[0]}` (line {line}) is used by {self._shared[shared[0]]} and can't go "
                f"into the factory: {reason}"
            )
        if piece.is_import or self._is_sent_to_a_process(piece):
            raise Refusal(f"line {line} has to stay at module level: {reason}")
        forced.add(piece.number)

    def _is_sent_to_a_process(self, piece: Piece) -> bool:
        """Whether a function is the target of a process, which finds it by its name."""
        if not isinstance(piece.node, cst.FunctionDef):
            return False
        troubles = self._contexts.of_function(self._body.tree, piece.node)
        return any(trouble.reason.endswith(BACKGROUND["Process"]) for trouble in troubles)

    def _is_the_only_start(self, name: str) -> bool:
        """Whether the main guard leaves it to a function to run the application."""
        guards = [piece for piece in self._body.pieces if piece.is_guard]
        used = any(self._app in piece.now for piece in guards)
        return self._made is not None and not used and name not in self._shared

    def _calls_of(self, module: Module, name: str, forced: set[int]) -> list[cst.Call] | None:
        """The calls of a function, if it is only called, and where the application is at hand."""
        found = []
        if name in self._shared or name in self._body.declared_global:
            return None
        for piece in self._body.reading(name):
            for node in (*piece.now.get(name, ()), *piece.later.get(name, ())):
                call = self._body.tree.parent(node)
                if not (isinstance(call, cst.Call) and call.func is node):
                    return None
                if not self._has_it(module, piece, node, name, forced):
                    return None
                found.append(call)
        return found or None

    def _has_it(
        self, module: Module, piece: Piece, node: cst.CSTNode, name: str, forced: set[int]
    ) -> bool:
        """Whether the application is at hand where a function is called."""
        if self._body.tree.function_of(node) is None:
            return True
        caller = _plain_function(piece)
        at_hand = caller in module.needing | {name} or _runs(piece)
        return piece.number in module.sorted.moved | forced or (bool(caller) and at_hand)

    def _see_that_nobody_else_needs(self, found: Sorted) -> None:
        for name, number in found.late.items():
            if name in self._shared and name != self._app:
                line = self._body.line(self._body.pieces[number])
                raise Refusal(
                    f"`{name}` (line {line}) depends on the application and is used by "
                    f"{self._shared[name]}"
                )


def _plain_function(piece: Piece) -> str:
    """The name of a function without decorators; empty for anything else."""
    node = piece.node
    return node.name.value if isinstance(node, cst.FunctionDef) and not node.decorators else ""


def _runs(piece: Piece) -> bool:
    return isinstance(piece.node, cst.FunctionDef) and runs_application(piece.node)


def _shared(project: Project, body: Body) -> dict[str, str]:
    """The names that other modules take from this one, with one that does."""
    found: dict[str, str] = {}
    for name in sorted({name for piece in body.pieces for name in piece.binds}):
        if not project.importers_of(body.tree.path, name):
            continue
        for tree in _takers(project, body.tree, name):
            if tree is not body.tree:
                found.setdefault(name, f"`{tree.path}`")
    return found


def _takers(project: Project, own: Tree, name: str) -> list[Tree]:
    found = references(project, own.path, name)
    trees = [*(use.tree for use in found.uses), *(alias.tree for alias in found.aliases)]
    trees += [mention.tree for mention in found.mentions]
    return trees
