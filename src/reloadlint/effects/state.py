"""What the solver remembers while it follows a program, and what its parts ask of each other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from reloadlint.effects.occurrences import Occurrence, OccurrenceLog, Outcome
from reloadlint.effects.values import Value, either

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Catalogue, Entry
    from reloadlint.effects.frames import Scope, Site
    from reloadlint.effects.values import Class, ContextGlobals, Function, Instance, ModuleValue
    from reloadlint.facts.records import Expr, If, Span, Stmt
    from reloadlint.project.installed import LibraryIndex
    from reloadlint.project.modules import Module, ModuleIndex

MOST_STEPS = 150_000
"""Statements followed for the loading of one module, before calls are no longer entered."""

MOST_DOUBTS = 3
"""Branches that aren't known, one inside the other, behind which an effect is still likely.

Of 175 hazards in 205 public applications 168 have none, 5 one and 2 two; one in a large package
has three. What was false in packages lay deeper.
"""

DEEPEST_CALL = 40
DEEPEST_RECURSION = 8
SHALLOWEST_RECURSION = 2
"""How often a function is entered inside itself where its arguments can't end the recursion."""


class Arguments:
    """The arguments of a call: values by position and by keyword.

    `open` if there are more that the source doesn't spell out (`*args`, `**options`).
    """

    __slots__ = ("keywords", "open", "positional")

    def __init__(
        self,
        positional: list[Value] | None = None,
        keywords: dict[str, Value] | None = None,
        *,
        is_open: bool = False,
    ) -> None:
        self.positional = positional or []
        self.keywords = keywords or {}
        self.open = is_open

    def get(self, name: str, position: int | None = None) -> Value | None:
        """The argument of that name or at that place; None if it isn't passed."""
        if name in self.keywords:
            return self.keywords[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def all(self) -> list[Value]:
        """Every value passed."""
        return [*self.positional, *self.keywords.values()]

    def after(self, first: Value) -> Arguments:
        """These arguments behind another one (`self`)."""
        return Arguments([first, *self.positional], self.keywords, is_open=self.open)


class _At(AbstractContextManager[None]):
    """Every call makes one: a class costs a third of what a generator does."""

    __slots__ = ("_site", "_state")

    def __init__(self, state: State, site: Site) -> None:
        self._state = state
        self._site = site

    def __enter__(self) -> None:
        self._state.stack.append(self._site)

    def __exit__(self, *_error: object) -> None:
        self._state.stack.pop()


class _Doubting(AbstractContextManager[None]):
    """Every branch makes one."""

    __slots__ = ("_guarded", "_state")

    def __init__(self, state: State, *, guarded: bool) -> None:
        self._state = state
        self._guarded = guarded

    def __enter__(self) -> None:
        self._state.doubts += not self._guarded
        self._state.guards += self._guarded

    def __exit__(self, *_error: object) -> None:
        self._state.doubts -= not self._guarded
        self._state.guards -= self._guarded


class State(ABC):
    """The solver's memory; the abstract methods are what its rooms offer each other."""

    def __init__(
        self, index: ModuleIndex, catalogue: Catalogue, libraries: LibraryIndex | None = None
    ) -> None:
        self.index = index
        self.libraries = libraries
        self.catalogue = catalogue
        self._occurrences = OccurrenceLog()
        self.outcomes: dict[tuple[str, Span], Outcome] = {}
        self.modules: dict[str, ModuleValue] = {}
        self.escaped: list[Value] = []
        """Values handed to something unknown that outlives the call."""
        self.being_made: list[Class] = []
        """Classes whose metaclass is making them, the innermost last."""
        self.stack: list[Site] = []
        self.active: list[Scope] = []
        self.boundary = 0
        self.doubts = 0
        self.guards = 0
        self.steps = 0
        self.most_steps = MOST_STEPS
        self.doubts_outside: int | None = None
        """How much was in doubt when a library was entered; None outside of libraries."""
        self.import_failed = False
        self.modules_of_libraries: dict[str, ModuleValue] = {}
        self.phase = "import"
        self.quiet: dict[tuple[str, str], dict[Site, None]] = {}
        """By loaded module and name, the calls of libraries that had no effect, or none known."""
        self.cut_short: set[str] = set()
        """Modules that ask too much: not every call that their loading makes was entered."""
        self._marked: dict[int, tuple[If, bool]] = {}
        """By identity an `if`, and whether it asks for a mark that only one process sets."""
        self.contexts: list[ContextGlobals] = []
        """`g` of each application context that is open, the innermost last."""
        self.teardowns: list[tuple[Value, Value]] = []
        """Applications, each with what was registered to run when a context of it ends."""

    def index_of(self, importer: Module | None) -> ModuleIndex | LibraryIndex:
        """Where a module's imports are looked up: among the project's, or the libraries'."""
        if importer is not None and importer.installed and self.libraries is not None:
            return self.libraries
        return self.index

    def module_of(self, scope: Scope) -> Any:
        """The module whose code runs in a scope (a namespace package's folder runs none)."""
        return scope.module.module

    @property
    def occurrences(self) -> OccurrenceLog:
        """What has happened so far."""
        return self._occurrences

    @occurrences.setter
    def occurrences(self, occurrences: Iterable[Occurrence]) -> None:
        if not isinstance(occurrences, OccurrenceLog):
            occurrences = OccurrenceLog(occurrences)
        self._occurrences = occurrences

    # Where we are

    def at(self, site: Site) -> AbstractContextManager[None]:
        """While this runs, effects have come by `site`."""
        return _At(self, site)

    def doubting(self, *, guarded: bool = False) -> AbstractContextManager[None]:
        """While this runs, it isn't known if it does (or: the reloader's process decides)."""
        return _Doubting(self, guarded=guarded)

    @contextmanager
    def afresh(self) -> Iterator[None]:
        """A module being loaded, or a main guard: what led here doesn't count inside."""
        saved = (self.boundary, self.doubts, self.guards, self.steps, self.doubts_outside)
        self.boundary, self.doubts, self.guards, self.steps = len(self.stack), 0, 0, 0
        self.doubts_outside = None
        try:
            yield
        finally:
            self.boundary, self.doubts, self.guards, self.steps, self.doubts_outside = saved

    @property
    def loading(self) -> str:
        """The path of the module that is being loaded, as far as calls have come from it."""
        return self.stack[self.boundary].module.path if len(self.stack) > self.boundary else ""

    @property
    def exhausted(self) -> bool:
        """Whether this module has had its share of steps: calls are no longer entered."""
        return self.steps > self.most_steps

    # What happened

    def record(
        self, kind: str, owner: Instance, entry: Entry, *, daemon: bool | None, certain: bool
    ) -> None:
        """Note that the call at the top of the stack has an effect, held by `owner`."""
        chain = tuple(self.stack[self.boundary :])
        if not chain or self._is_too_doubtful(certain=certain):
            return
        occurrence = Occurrence(kind, chain, owner, entry)
        occurrence.daemon = daemon
        owner.opened = True
        occurrence.certain = certain and not self.doubts
        occurrence.guarded = self.guards > 0
        occurrence.phase = self.phase
        self.occurrences.append(occurrence)

    def note_quiet(self, name: str) -> None:
        """Note that the call at the top of the stack, of a library, has no effect or none known."""
        if self.phase == "import" and self.loading and not self.stack[-1].module.installed:
            self.quiet.setdefault((self.loading, name), {})[self.stack[-1]] = None

    def _is_too_doubtful(self, *, certain: bool) -> bool:
        """Whether many branches decide, or a library's own: unknown, and unknown is silent."""
        if self.doubts > MOST_DOUBTS:
            return True
        outside = self.doubts_outside
        return outside is not None and (self.doubts > outside or not certain)

    def release(self, owner: Value) -> None:
        """Note that what this object held is over."""
        for occurrence in self.occurrences.all_of(owner):
            occurrence.released = occurrence.released or not occurrence.settled

    def assign(self, names: dict[str, Value], name: str, value: Value) -> None:
        """Set an attribute or item; in doubt the old value stays possible."""
        old = names.get(name) if self.doubts or self.guards else None
        names[name] = value if old is None else either(old, value)

    # Offered by the other parts

    @abstractmethod
    def evaluate(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression, with its effects."""

    @abstractmethod
    def execute(self, body: tuple[Stmt, ...], scope: Scope) -> int:
        """Follow a block."""

    @abstractmethod
    def call(self, callee: Value, args: Arguments) -> Value:
        """Call something; the call's site is on top of the stack."""

    @abstractmethod
    def call_function(self, function: Function, args: Arguments, receiver: Value) -> Value:
        """Call a function of the project."""

    @abstractmethod
    def attribute(self, value: Value, name: str, site: Site | None = None) -> Value:
        """`value.name`; properties run at `site`."""

    @abstractmethod
    def starred(self, module: ModuleValue, name: str) -> Value | None:
        """A name that a module has from a library by `import *`."""

    @abstractmethod
    def held_by(self, module: ModuleValue, name: str) -> Value:
        """What a module's name stands for; what it imports lazily is loaded now."""

    @abstractmethod
    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """`value.name = new`."""

    @abstractmethod
    def store(self, target: Expr, value: Value, scope: Scope) -> None:
        """Assign to a target: a name, attribute, item, or several."""

    @abstractmethod
    def construct_external(
        self, name: str, instance: Instance, args: Arguments, entry: Entry | None
    ) -> None:
        """Run a library's constructor on an object."""

    @abstractmethod
    def load(self, module: Module) -> ModuleValue:
        """Load a module of the project, unless that has been done."""

    @abstractmethod
    def import_by_name(self, name: str) -> Value:
        """`importlib.import_module(name)`."""

    @abstractmethod
    def instantiate(self, cls: Class, args: Arguments) -> Value:
        """`cls(…)` without its metaclass."""

    @abstractmethod
    def library_value(self, name: str) -> Value | None:
        """The class or function of an installed library, from its source."""

    @abstractmethod
    def call_library(self, name: str, args: Arguments) -> Value | None:
        """Call something of a library; None if its source isn't there or says nothing."""

    @abstractmethod
    def call_inside(self, callee: Value, args: Arguments) -> Value:
        """Call something of a library: within its limits, and whatever becomes of it."""

    @abstractmethod
    def library_module(self, module: Module) -> ModuleValue:
        """A library's module, with names that are bound when asked for."""

    @abstractmethod
    def run_generator(self, value: Value) -> list[Value]:
        """Run a generator to its end; what it yields."""

    @abstractmethod
    def items_of(self, value: Value) -> tuple[list[Value], bool]:
        """The items that iterating gives, and whether it gives exactly these."""
