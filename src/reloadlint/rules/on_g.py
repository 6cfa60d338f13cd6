"""What a program puts on `flask.g`, and whether it is taken off again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.hooks import AFTER, TEARDOWN, run_unknown
from reloadlint.effects.occurrences import Occurrence
from reloadlint.effects.reachable import reachable
from reloadlint.effects.requests import Put, RequestObserver
from reloadlint.effects.roles import CLOSER_NAMES, closers_of
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import UNKNOWN, Class, External, Function, Instance, Value
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

if TYPE_CHECKING:
    from reloadlint.effects.values import ModuleValue
    from reloadlint.rules.program import Program

_USES_G = (r"import\b[^\n]*\bg\b", r"\n\s+g,?\s*\n", r"\.g\b(?<!\be\.g)")
"""What a module says that uses `g`; `e.g.` doesn't."""
_SETTERS = (r.Assign, r.AnnAssign, r.Call)


class Resource(msgspec.Struct, frozen=True):
    """Something on `g` that holds effects, and the methods that release them."""

    key: str
    value: Value
    held: list[Occurrence]
    closers: tuple[str, ...]


def resources(program: Program) -> Iterator[Resource]:
    """The resources that functions of the program put on `g`, one for each place."""
    seen = set()
    for function in _functions(program):
        observer = program.observer()
        run_unknown(observer, function)
        for put in observer.puts:
            resource = _resource(observer, put) if put.depth == 1 else None
            if resource is None:
                continue
            site = resource.held[0].chain[1]
            if (site.module.path, site.span) not in seen:
                seen.add((site.module.path, site.span))
                yield resource


def _resource(observer: RequestObserver, put: Put) -> Resource | None:
    open_yet = [o for o in observer.occurrences if not o.released and len(o.chain) > 1]
    if not open_yet or not isinstance(put.value, Instance):
        return None
    kept = reachable([put.value])
    others = [other.value for other in observer.puts if other.value is not put.value]
    held = [o for o in open_yet if id(o.owner) in kept and not any(o.owner is v for v in others)]
    if not held:
        return None
    closers = closers_of(put.value, held[0].entry)
    return Resource(put.key, put.value, held, closers) if closers else None


def _functions(program: Program) -> Iterator[Function]:
    """The functions that put something on `g` themselves."""
    made = program.registered[1]
    for module in program.matching(*_USES_G):
        values = [v for v in module.names.values() if isinstance(v, (Function, Class))]
        methods = [m for c in values if isinstance(c, Class) for m in c.names.values()]
        names = _names_of_g(module)
        for value in dict.fromkeys([*values, *methods, *made]):
            if not isinstance(value, Function) or value.module != module.module:
                continue
            if _puts(names, value.definition.body):
                yield value


def _names_of_g(module: ModuleValue) -> set[str]:
    """The names that `g` has in a module."""
    return {"g", *(name for name, value in module.names.items() if value == External("flask.g"))}


def _puts(names: set[str], body: tuple[r.Stmt, ...]) -> set[str]:
    """The keys under which a piece of code puts something on `g`, which has these names."""
    found = set()
    for node in walk(body):
        for key, owner in _settings(node) if isinstance(node, _SETTERS) else ():
            name = owner.id if isinstance(owner, r.Name) else getattr(owner, "attr", "")
            if name in names:
                found.add(key)
    return found


def _settings(node: r.Record) -> Iterator[tuple[str, r.Expr]]:
    """The attributes that a statement or call sets, each with the object that it sets it on."""
    if isinstance(node, r.Assign):
        for target in walk(node.targets):
            if isinstance(target, r.Attribute):
                yield target.attr, target.value
    elif isinstance(node, r.AnnAssign) and isinstance(node.target, r.Attribute):
        yield node.target.attr, node.target.value
    elif isinstance(node, r.Call):
        yield from _settings_of_call(node)


def _settings_of_call(node: r.Call) -> Iterator[tuple[str, r.Expr]]:
    owner: r.Expr | None = None
    if node.text == "setattr" and len(node.args) == 3:
        owner, key = node.args[0], node.args[1]
    elif isinstance(node.func, r.Attribute) and node.func.attr == "setdefault" and node.args:
        owner, key = node.func.value, node.args[0]
    if owner is not None and isinstance(key, r.Constant):
        yield str(key.value), owner


def keys_put(program: Program, modules: Iterable[ModuleValue]) -> frozenset[str]:
    """Every key under which these modules put something on `g`."""
    keys: set[str] = set()
    likely = {id(module) for module in program.matching(*_USES_G)}
    for module in modules:
        if id(module) in likely and module.module is not None:
            facts = program.solver.facts_of(module.module)
            keys |= _puts(_names_of_g(module), facts.body) if facts is not None else set()
    return frozenset(keys)


def is_closed(program: Program, resource: Resource) -> bool:
    """Whether a function that runs after the request closes it, or may do so."""
    near = resource.held[0].chain[1].module
    hooks = program.hooks(*TEARDOWN, *AFTER, near=near)
    return any(_closes(program, hook.value, resource) for hook in hooks)


def _closes(program: Program, value: Value, resource: Resource) -> bool:
    if value is UNKNOWN:
        return True
    observer = program.observer({resource.key: resource.value})
    observer.occurrences = list(resource.held)
    site = resource.held[0].chain[0]
    observer.observe(value, Arguments([UNKNOWN]), site)
    released = any(o.released for o in resource.held)
    for occurrence in resource.held:
        occurrence.released = False
    if released or id(resource.value) in observer.log.passed:
        return True
    closers = {*resource.closers, *CLOSER_NAMES}
    return any(use.owner is resource.value and use.method in closers for use in observer.uses)
