"""What a new object of a class holds, and what its closers touch: both followed in the abstract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.frames import Site
from reloadlint.effects.observer import Log, Observer, Touch
from reloadlint.effects.reachable import reachable
from reloadlint.effects.roles import CLOSER_NAMES
from reloadlint.effects.state import Arguments
from reloadlint.effects.threads import STARTERS, Work, work_of
from reloadlint.effects.values import (
    Class,
    ExternalMethod,
    Function,
    Instance,
    Method,
    ModuleValue,
    Sequence,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from reloadlint.effects.occurrences import Occurrence
    from reloadlint.effects.solver import Solver

_NEVER_CLOSERS = frozenset({"__init__", "__new__", "__post_init__", "__enter__", "run"})
_ALSO_CLOSERS = frozenset({"__del__", "__aexit__"})


class Closer(msgspec.Struct, frozen=True):
    """A method that may release, what it touches, and whose effects it ends (by identity)."""

    name: str
    function: Function
    log: Log
    released: frozenset[int]


class Holdings(msgspec.Struct, frozen=True):
    """A new object, and what its constructor took.

    `own` are the objects that the constructor made; `works` is what the threads do, by identity
    of the thread; `at_exit` are methods of libraries' objects that are called when the process
    ends; `wraps` says which objects were handed to another's constructor.
    """

    instance: Instance
    taken: list[Occurrence]
    own: frozenset[int]
    works: dict[int, Work | None]
    at_exit: frozenset[Touch]
    wraps: dict[int, set[int]]
    methods: list[Closer]


def holdings(solver: Solver, cls: Class) -> Holdings | None:
    """Follow the constructor with its defaults; arguments without one are unknown.

    Returns:
        What it holds; None if nothing, or nothing that is known.
    """
    observer = Observer(solver)
    site = Site(cls.module, cls.definition.span, cls.definition.name)
    instance = observer.observe(cls, Arguments(), site)
    if not isinstance(instance, Instance) or instance.cls is not cls:
        return None
    taken = [o for o in observer.occurrences if not o.released and o.chain[0] is site]
    taken = _own(observer, instance, [o for o in taken if len(o.chain) > 1])
    if not taken:
        return None
    own = frozenset({*observer.made, id(instance)})
    works = {id(o.owner): _work(observer, instance, o, taken) for o in taken if _starts(o)}
    methods = list(_closers(observer, instance, taken))
    at_exit = frozenset(_called_at_exit(observer))
    return Holdings(instance, taken, own, works, at_exit, observer.wraps, methods)


def _starts(occurrence: Occurrence) -> bool:
    return occurrence.entry.name in STARTERS


def _own(observer: Observer, instance: Instance, taken: list[Occurrence]) -> list[Occurrence]:
    """What was taken for this object: not for the class, not only for a moment."""
    if not taken:
        return []
    paths = {site.module.path for o in taken for site in o.chain}
    modules = [observer.modules[path] for path in paths if path in observer.modules]
    shared = {id(value) for value in _shared(modules, instance)}
    taken = [o for o in taken if id(o.owner) not in shared]
    if not any(o.entry.collected for o in taken):
        return taken
    kept = reachable([instance, *observer.escaped])
    return [o for o in taken if not o.entry.collected or id(o.owner) in kept]


def _shared(modules: list[ModuleValue], instance: Instance) -> Iterator[Value]:
    """What classes and modules have, so that it lives on without this object."""
    places: list[Value] = list(modules)
    places += [value for module in modules for value in module.names.values()]
    places += instance.cls.mro if isinstance(instance.cls, Class) else []
    for place in places:
        for value in place.names.values() if isinstance(place, (Class, ModuleValue)) else ():
            for option in alternatives(value):
                yield from option.items if isinstance(option, Sequence) else [option]


def _work(
    observer: Observer, instance: Instance, occurrence: Occurrence, taken: list[Occurrence]
) -> Work | None:
    """What the thread does, in any state of the object; also whether it closes something."""
    before = dict(instance.attributes)
    observer.forget(instance)
    observer.occurrences = list(taken)
    with _as_taken(taken) as closed:
        work = work_of(observer, occurrence.owner, occurrence.chain[-1])
    instance.attributes = before
    return None if work is None else msgspec.structs.replace(work, closes=frozenset(closed))


@contextmanager
def _as_taken(taken: list[Occurrence]) -> Iterator[set[int]]:
    """While this runs, something is followed; whose effects it has released is known afterwards.

    Each such run begins with all of them, and with none that stands for another one.
    """
    covered = [occurrence.covered for occurrence in taken]
    released: set[int] = set()
    try:
        yield released
    finally:
        released.update(id(o.owner) for o in taken if o.released)
        for occurrence, was_covered in zip(taken, covered, strict=True):
            occurrence.released, occurrence.covered = False, was_covered


# Closers


def _closers(observer: Observer, instance: Instance, taken: list[Occurrence]) -> Iterator[Closer]:
    before = dict(instance.attributes)
    for name, method in [*_candidates(instance), *_dropped(instance), *_registered(observer)]:
        instance.attributes = dict(before)
        observer.forget(instance)
        observer.occurrences = list(taken)
        with _as_taken(taken) as released, observer.watching() as log:
            observer.observe(method, Arguments(), _site(method))
        takes_anew = any(not o.released for o in observer.occurrences[len(taken) :])
        if name in CLOSER_NAMES or not takes_anew:
            yield Closer(name, method.function, log, frozenset(released))
    instance.attributes = before


def _site(method: Method) -> Site:
    definition = method.function.definition
    return Site(method.function.module, definition.span, definition.name)


def _candidates(instance: Instance) -> Iterator[tuple[str, Method]]:
    """The methods that may be closers: those so named first."""
    found: dict[str, Value] = {}
    for base in reversed(instance.cls.mro) if isinstance(instance.cls, Class) else ():
        found |= base.names if isinstance(base, Class) else {}
    methods = {
        name: value
        for name, value in found.items()
        if isinstance(value, Function) and not value.wrapper and name not in _NEVER_CLOSERS
    }
    named = [name for name in CLOSER_NAMES if name in methods]
    others = [name for name in methods if name not in named and _may_close(name, methods[name])]
    for name in [*named, *others]:
        yield name, Method(methods[name], instance)


def _may_close(name: str, function: Function) -> bool:
    """Whether a method that isn't named as a closer could be called as one."""
    if name in _ALSO_CLOSERS or name.strip("_") in CLOSER_NAMES:
        return True
    return needs_nothing(function) and not name.startswith("_")


def needs_nothing(function: Function) -> bool:
    """Whether a method can be called without arguments, as whoever closes an object does."""
    parameters = function.definition.parameters[1:]
    return all(p.default is not None or p.kind in ("args", "kwargs") for p in parameters)


def _dropped(instance: Instance) -> Iterator[tuple[str, Method]]:
    """The `__del__` of the objects that go with this one."""
    pending, seen = [instance], {id(instance)}
    while pending:
        for value in pending.pop().attributes.values():
            for part in alternatives(value):
                if isinstance(part, Instance) and id(part) not in seen:
                    seen.add(id(part))
                    pending.append(part)
                    found = part.cls.lookup("__del__") if isinstance(part.cls, Class) else None
                    if isinstance(found, Function):
                        yield "__del__", Method(found, part)


def _registered(observer: Observer) -> Iterator[tuple[str, Method]]:
    """What the constructor has asked to be called at exit."""
    for value in observer.escaped:
        if isinstance(value, Method):
            yield value.function.definition.name, value


def _called_at_exit(observer: Observer) -> Iterator[Touch]:
    for value in observer.escaped:
        if isinstance(value, ExternalMethod):
            yield id(value.receiver), value.name.rpartition(".")[2]
