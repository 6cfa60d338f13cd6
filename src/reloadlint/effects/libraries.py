"""Looking into installed libraries that the catalogue doesn't know.

A library's modules are not loaded: only the statements that bind a name are followed, when
something asks for it. What a library does at its own import is not the project's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reloadlint.effects.calls import Calls
from reloadlint.effects.expressions import qualified_name
from reloadlint.effects.frames import Scope
from reloadlint.effects.imports import Never
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    Literal,
    Method,
    ModuleValue,
    Value,
)
from reloadlint.facts import records as r

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reloadlint.effects.catalogue import Catalogue
    from reloadlint.facts.records import ModuleFacts, Stmt
    from reloadlint.project.installed import LibraryIndex
    from reloadlint.project.modules import Module, ModuleIndex

STEPS_OF_A_CALL = 20_000
"""Statements of libraries that are followed for one call from the project."""


class LazyNames(dict[str, Value]):
    """A library module's names: each is bound when it is first asked for.

    Args:
        statements: by name, the top-level statements that may bind it.
        follow: follows such a statement.
        stars: modules of which `import *` takes the names, asked for in vain otherwise.
    """

    def __init__(
        self,
        statements: dict[str, list[Stmt]],
        follow: Callable[[Stmt], None],
        stars: Callable[[], list[ModuleValue]],
    ) -> None:
        super().__init__()
        self._statements = statements
        self._follow = follow
        self._stars = stars

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._bound(name)

    def __getitem__(self, name: str) -> Value:
        self._bound(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Value | None = None) -> Value | None:  # type: ignore[override]
        """The value of a name; binds it first."""
        return super().__getitem__(name) if self._bound(name) else default

    def _bound(self, name: str) -> bool:
        for statement in self._statements.pop(name, ()):
            self._follow(statement)
        if super().__contains__(name):
            return True
        for module in self._stars():
            found = None if name.startswith("_") else module.names.get(name)
            if found is not None:
                self[name] = found
                return True
        return False


class Libraries(Calls):
    """Follows calls into libraries."""

    def __init__(
        self,
        index: ModuleIndex,
        catalogue: Catalogue,
        facts_of: Callable[[Module], ModuleFacts | None],
        libraries: LibraryIndex | None = None,
    ) -> None:
        super().__init__(index, catalogue, libraries)
        self.facts_of = facts_of
        self._silent: set[tuple[str, tuple[object, ...]]] = set()
        self._in_vain: dict[str | None, int] = {}
        """Steps that were spent on calls of a library's callable, none of which had an effect."""

    def library_value(self, name: str) -> Value | None:
        """The class or function of an installed library, from its source."""
        if self.libraries is None or self.catalogue.knows(name):
            return None
        place = self.libraries.split(name)
        if place is None or not place[1]:
            return None
        module, attributes = place
        value: Value = self.library_module(module)
        for attribute in attributes:
            value = self.attribute(value, attribute)
        return value if isinstance(value, (Class, Function)) else None

    def call_library(self, name: str, args: Arguments) -> Value | None:
        """Call something of a library; None if its source isn't there or says nothing."""
        key = (name, _signature(args))
        if key in self._silent or self.libraries is None:
            return None
        callee = self.library_value(name)
        if callee is None:
            return None
        before = len(self.occurrences)
        result = self.call_inside(callee, args)
        is_object = isinstance(callee, Class)
        if len(self.occurrences) == before and not is_object:
            self._silent.add(key)
            return None
        return result

    def call_function(self, function: Function, args: Arguments, receiver: Value) -> Value:
        """Call a function of the project or, with a library's own limits, of a library."""
        if not function.module.installed or self.doubts_outside is not None:
            return super().call_function(function, args, receiver)
        return self.call_inside(Method(function, receiver), args)

    def call_inside(self, callee: Value, args: Arguments) -> Value:
        """Call something of a library: within its limits, and whatever becomes of it."""
        if self.doubts_outside is not None:
            return self._tried(callee, args)
        name = qualified_name(callee)
        if self._in_vain.get(name, 0) >= STEPS_OF_A_CALL:
            return Instance(callee) if isinstance(callee, Class) else UNKNOWN
        with self._inside_library(name):
            return self._tried(callee, args)

    def _tried(self, callee: Value, args: Arguments) -> Value:
        try:
            return self.call(callee, args)
        except (Never, RecursionError):
            return UNKNOWN

    @contextmanager
    def _inside_library(self, name: str | None) -> Iterator[None]:
        """Libraries have a budget of their own, and what is in doubt in them is no effect."""
        steps, limit, before = self.steps, self.most_steps, len(self.occurrences)
        self.most_steps = min(limit, steps + STEPS_OF_A_CALL)
        self.doubts_outside = self.doubts
        try:
            yield
        finally:
            in_vain = self._in_vain.get(name, 0) + self.steps - steps
            self._in_vain[name] = in_vain if len(self.occurrences) <= before else 0
            self.steps, self.most_steps, self.doubts_outside = steps, limit, None

    def library_module(self, module: Module) -> ModuleValue:
        """A library's module, with names that are bound when asked for."""
        known = self.modules_of_libraries.get(module.path)
        if known is not None:
            return known
        made = self.modules_of_libraries[module.path] = ModuleValue(module)
        facts = self.facts_of(module)
        body = facts.body if facts is not None else ()
        scope = Scope("module", made)

        def follow(statement: Stmt) -> None:
            self._follow_aside(statement, scope)

        stars = [s for s in body if isinstance(s, r.ImportFrom) and s.names[0].name == "*"]
        names = LazyNames(_bindings(body), follow, lambda: self._star_sources(module, stars))
        made.names = scope.names = names
        names["__name__"] = Literal(module.name)
        return made

    def _follow_aside(self, statement: Stmt, scope: Scope) -> None:
        """Follow a library's own top-level statement: its effects are not the project's."""
        kept, active, self.active = self.occurrences, self.active, []
        stack, self.stack, self.occurrences = self.stack, [], []
        try:
            with self.afresh():
                self.execute((statement,), scope)
            self._prefer_catalogue(scope)
        except (Never, RecursionError):
            pass
        finally:
            self.occurrences, self.active, self.stack = kept, active, stack

    def _prefer_catalogue(self, scope: Scope) -> None:
        module = scope.module.module
        for name, value in list(scope.names.items()):
            if isinstance(value, (Class, Function)) and module is not None:
                full = f"{module.name}.{name}"
                if self.catalogue.knows(full):
                    scope.names[name] = External(full)

    def _star_sources(self, module: Module, stars: Iterable[r.ImportFrom]) -> list[ModuleValue]:
        assert self.libraries is not None
        found = (self.libraries.resolve(module, star.module, star.level) for star in stars)
        return [self.library_module(source) for source in found if source is not None]


def _bindings(body: tuple[Stmt, ...]) -> dict[str, list[Stmt]]:
    """By name, the top-level statements that may bind it."""
    found: dict[str, list[Stmt]] = {}
    for statement in body:
        for name in _bound_by(statement):
            statements = found.setdefault(name, [])
            if not statements or statements[-1] is not statement:
                statements.append(statement)
    return found


def _bound_by(statement: Stmt) -> list[str]:
    if isinstance(statement, (r.FunctionDef, r.ClassDef)):
        return [statement.name]
    if isinstance(statement, r.Import):
        return [a.asname or a.name.partition(".")[0] for a in statement.names]
    if isinstance(statement, r.ImportFrom):
        return [a.asname or a.name for a in statement.names]
    if isinstance(statement, r.Assign):
        return [t.id for t in statement.targets if isinstance(t, r.Name)]
    if isinstance(statement, (r.AnnAssign, r.AugAssign)):
        return [statement.target.id] if isinstance(statement.target, r.Name) else []
    blocks = (getattr(statement, name, ()) for name in ("body", "orelse", "final"))
    inner = [s for block in blocks for s in block]
    inner += [s for h in getattr(statement, "handlers", ()) for s in h.body]
    return [name for s in inner for name in _bound_by(s)]


def _signature(args: Arguments) -> tuple[object, ...]:
    """What of a call's arguments a library may decide upon: the literal ones."""
    values = [*enumerate(args.positional), *sorted(args.keywords.items())]
    return tuple((key, v.value) for key, v in values if isinstance(v, Literal))
