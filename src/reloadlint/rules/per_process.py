"""What a teardown shuts down although the process has it only once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.requests import Use
from reloadlint.effects.roles import CLOSER_NAMES
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    ExternalMethod,
    Instance,
    Method,
    Value,
    alternatives,
)
from reloadlint.facts import records as r
from reloadlint.facts.walk import walk

if TYPE_CHECKING:
    from reloadlint.effects.frames import Site
    from reloadlint.effects.hooks import Hook
    from reloadlint.rules.program import Program

_ONLY_WAIT = frozenset({"join", "wait", "communicate", "__exit__"})
_OPENERS = frozenset({"connect", "open", "start", "reconnect"})


class Stopped(msgspec.Struct, frozen=True):
    """A call (`written` in the teardown, at work at `site`) that shuts something down."""

    text: str
    name: str
    written: Site
    site: Site
    certain: bool


def shut_down(program: Program, hook: Hook) -> Iterator[Stopped]:
    """What a teardown shuts down, each call in it once."""
    value = hook.value
    if isinstance(value, (ExternalMethod, Method)) and _ends(program, value, value.receiver):
        text = ".".join(_qualified(value).split(".")[-2:])
        yield Stopped(text, _qualified(value), hook.site, hook.site, True)
        return
    observer = program.observer()
    observer.observe(value, Arguments([UNKNOWN]), hook.site)
    if any(not o.released for o in observer.occurrences):
        return  # closed to be opened again
    seen = set()
    for use in observer.uses:
        if use.written.span in seen or id(use.owner) in observer.made:
            continue
        if _ends(program, use.callee, use.owner):
            seen.add(use.written.span)
            yield _stopped(use)


def _stopped(use: Use) -> Stopped:
    text = f"{use.written.text}()"
    return Stopped(text, _qualified(use.callee), use.written, use.site, use.certain)


def _method(callee: ExternalMethod | Method) -> str:
    if isinstance(callee, Method):
        return callee.function.definition.name
    return callee.name.rpartition(".")[2]


def _qualified(callee: ExternalMethod | Method) -> str:
    if isinstance(callee, ExternalMethod):
        return callee.name
    return f"{getattr(callee.receiver, 'class_name', '')}.{callee.function.definition.name}"


def _ends(program: Program, callee: ExternalMethod | Method, owner: Value) -> bool:
    """Whether this call is the end of an object that the process has once."""
    method = _method(callee)
    if not isinstance(owner, Instance) or method in _ONLY_WAIT or _is_replaced(program, owner):
        return False
    if isinstance(callee, Method):
        return _ends_own(program, owner, method) and not _is_reopened(program, owner)
    entry = owner.entry
    if entry is None or method not in {*entry.closers, *CLOSER_NAMES}:
        return False
    is_its_own = program.solver.catalogue.lookup(callee.name.rpartition(".")[0]) is entry
    lasting = entry.when == "eager" or entry.role == "service"
    return is_its_own and lasting and not _is_reopened(program, owner)


def _ends_own(program: Program, owner: Instance, method: str) -> bool:
    """Whether a method of the project's own class releases what its constructor took."""
    if not isinstance(owner.cls, Class) or method not in CLOSER_NAMES:
        return False
    closers = program.closing.closers(owner.cls)
    return any(function.definition.name == method for function in closers)


def _is_replaced(program: Program, owner: Instance) -> bool:
    """Whether a function gives the name a new object, so that it isn't the process's only one."""
    for module in program.modules:
        names = [n for n, value in module.names.items() if owner in alternatives(value)]
        facts = program.solver.facts_of(module.module) if names and module.module else None
        for node in walk(facts.body) if facts is not None else ():
            if isinstance(node, r.Global) and set(names) & set(node.names):
                return True
    return False


def _is_reopened(program: Program, owner: Instance) -> bool:
    """Whether a hook before each request opens it again."""
    return any(use.owner is owner and use.method in _OPENERS for use in program.uses_before)
