"""Running one function in the abstract, outside of loading, and looking on at what it touches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reloadlint.effects.imports import Never
from reloadlint.effects.loops import Loop, endless
from reloadlint.effects.solver import Solver, deep_recursion
from reloadlint.effects.values import (
    NONE,
    UNKNOWN,
    Alternatives,
    Class,
    External,
    ExternalMethod,
    Instance,
    Literal,
    Mapping,
    Method,
    Sequence,
    Suspended,
    Value,
    alternatives,
)
from reloadlint.facts import records as r

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Entry
    from reloadlint.effects.frames import Scope, Site
    from reloadlint.effects.state import Arguments
    from reloadlint.facts.records import Expr, Stmt

STEPS_OF_A_RUN = 600
"""Statements followed for one function that is observed."""

Touch = tuple[int, str]
"""An object, by identity, and the attribute or method of it that was touched."""

_ONLY_LOOK = frozenset({"print", "len", "str", "int", "isinstance", "logging"})
_OWNERS = (Instance, Class, Sequence, Mapping)


class Log:
    """What a run touched.

    `flags` are those of `reads` that gave a plain value; `calls` are methods of libraries'
    objects, `methods` the project's own; `passed` went to something whose source isn't known;
    `dropped` were taken off an attribute; `loops` are those that may go on for ever.
    """

    def __init__(self) -> None:
        self.reads: set[Touch] = set()
        self.flags: set[Touch] = set()
        self.writes: set[Touch] = set()
        self.calls: set[Touch] = set()
        self.methods: set[Touch] = set()
        self.passed: set[int] = set()
        self.dropped: set[int] = set()
        self.global_names: set[str] = set()
        self.loops: list[Loop] = []

    def update(self, other: Log) -> None:
        """Take over what another run touched."""
        for mine, its in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.extend(its) if isinstance(mine, list) else mine.update(its)

    @property
    def used(self) -> set[int]:
        """The objects that were read from or called."""
        return {owner for owner, _ in self.reads | self.calls}


class Observer(Solver):
    """Follows single functions after everything has been loaded.

    It knows the modules that the solver has loaded. What a function of its own loads, only
    observers that are made from this one know as well.
    """

    def __init__(self, solver: Solver) -> None:
        super().__init__(solver.index, solver.catalogue, solver.facts_of, solver.libraries)
        shared = isinstance(solver, Observer)
        self.modules = solver.modules if shared else dict(solver.modules)
        self.modules_of_libraries = solver.modules_of_libraries
        self.teardowns = list(solver.teardowns)
        self._silent = solver._silent
        self.phase = "observed"
        self.log = Log()
        self.made: set[int] = set()
        """Objects of libraries that an observed function made."""
        self.wraps: dict[int, set[int]] = {}
        """What went into the making of a library's object, and what that has in its attributes."""
        self._seen: list[Value] = []

    @contextmanager
    def watching(self) -> Iterator[Log]:
        """While this runs, what is touched goes into a log of its own."""
        outer, self.log = self.log, Log()
        try:
            yield self.log
        finally:
            self.log = outer

    def observe(
        self, callee: Value, args: Arguments, site: Site, most_steps: int = STEPS_OF_A_RUN
    ) -> Value:
        """Call something at a place that stands for whoever calls it."""
        limit, self.most_steps = self.most_steps, most_steps
        try:
            with deep_recursion(), self.afresh(), self.at(site):
                return self._awaited(self.call(callee, args))
        except (Never, RecursionError):
            return UNKNOWN
        finally:
            self.most_steps = limit

    def _awaited(self, made: Value) -> Value:
        return made.run() if isinstance(made, Suspended) and made.kind == "coroutine" else made

    def forget(self, instance: Instance) -> None:
        """Plain values on an object may have changed by the time that something else runs."""
        for base in instance.cls.mro if isinstance(instance.cls, Class) else ():
            for name, value in base.names.items() if isinstance(base, Class) else ():
                if isinstance(value, Literal):
                    instance.attributes.setdefault(name, value)
        for name, value in instance.attributes.items():
            options = alternatives(value)
            if all(isinstance(option, Literal) for option in options):
                instance.attributes[name] = Alternatives([*options, UNKNOWN])

    # What is touched

    def _mark(self, touched: set[Touch], value: Value, name: str) -> None:
        if isinstance(value, _OWNERS):
            self._seen.append(value)  # so that no other object gets its identity
            touched.add((id(value), name))

    def attribute(self, value: Value, name: str, site: Site | None = None) -> Value:
        """`value.name`, noted as read."""
        self._mark(self.log.reads, value, name)
        found = super().attribute(value, name, site)
        if any(isinstance(option, Literal) for option in alternatives(found)):
            self._mark(self.log.flags, value, name)
        return found

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """`value.name = new`, noted unless it stays what it was."""
        old = value.attributes.get(name) if isinstance(value, Instance) else None
        if not _stays(old, new):
            self._mark(self.log.writes, value, name)
        if new == NONE and old is not None:
            self.log.dropped.update(map(id, alternatives(old)))
        super().set_attribute(value, name, new)

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`, noted as read."""
        self._mark(self.log.reads, value, "[]")
        return super().item(value, index)

    def _store_item(self, owner: Value, index: Value, value: Value) -> None:
        self._mark(self.log.writes, owner, "[]")
        super()._store_item(owner, index, value)

    def call(self, callee: Value, args: Arguments) -> Value:
        """Call something; what goes to an unknown place is noted."""
        if isinstance(callee, ExternalMethod):
            self._mark(self.log.calls, callee.receiver, callee.name.rpartition(".")[2])
        elif isinstance(callee, Method):
            self._mark(self.log.methods, callee.receiver, callee.function.definition.name)
        if _is_unknown(callee):
            self.log.passed.update(id(o) for value in args.all() for o in alternatives(value))
        made = super().call(callee, args)
        if isinstance(callee, (External, ExternalMethod)):
            self._seen.append(made)
            self.wraps.setdefault(id(made), set()).update(self._handed(args))
        return made

    def _handed(self, args: Arguments) -> Iterator[int]:
        """What a library's object may close: its arguments, and what own objects among them have.

        An object that hands over itself is still at work: it closes what it has by itself.
        """
        for value in args.all():
            yield id(value)
            if isinstance(value, Instance) and not any(s.receiver is value for s in self.active):
                for held in value.attributes.values():
                    yield from map(id, alternatives(held))

    def _made_by(self, name: str, entry: Entry | None) -> Instance:
        instance = super()._made_by(name, entry)
        self._seen.append(instance)
        self.made.add(id(instance))
        return instance

    def _step(self, statement: Stmt, scope: Scope) -> int:
        if isinstance(statement, (r.While, r.For)):
            self._note_loop(statement, scope)
        elif isinstance(statement, r.Global):
            self.log.global_names.update(statement.names)
        elif isinstance(statement, r.Delete):
            deleted = [self.evaluate(target, scope) for target in statement.targets]
            self.log.dropped.update(id(o) for value in deleted for o in alternatives(value))
        return super()._step(statement, scope)

    def _note_loop(self, statement: r.While | r.For, scope: Scope) -> None:
        head: Expr = statement.test if isinstance(statement, r.While) else statement.iter
        with self.watching() as log:
            value = self.evaluate(head, scope)
        signals = frozenset(log.flags | log.calls)
        loop = endless(statement, value, frozenset(log.reads), signals)
        if loop is not None:
            self.log.loops.append(loop)


def _is_unknown(callee: Value) -> bool:
    """Whether a call may do anything with its arguments."""
    if isinstance(callee, (External, ExternalMethod)):
        return callee.name.partition(".")[0] not in _ONLY_LOOK
    return callee is UNKNOWN


def _stays(old: Value | None, new: Value) -> bool:
    """Whether a plain value is set to what it has been from the beginning."""
    first = alternatives(old)[0] if old is not None else None
    return isinstance(first, Literal) and first == new
