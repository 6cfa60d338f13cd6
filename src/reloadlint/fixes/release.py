"""What closes an object, and whether that releases everything that its constructor took."""

from __future__ import annotations

from typing import NamedTuple

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.values import Class, Function, Instance
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.project import Project

_NOUNS = {
    "thread": "a thread",
    "socket": "a connection",
    "listen": "a bound port",
    "process": "a child process",
    "device": "a device",
    "dbfile": "an open database file",
}


class Closer(NamedTuple):
    """A closer's name, the call as written after the object, and why it isn't enough."""

    name: str
    call: str
    doubt: str | None


def own_class(hazard: Hazard, project: Project) -> Class | None:
    """The project's class whose object a call returns, or is called on, if it is one."""
    outcome = project.outcomes.get((hazard.path, hazard.span))
    for value in (outcome.result, outcome.receiver) if outcome is not None else ():
        if isinstance(value, Instance) and isinstance(value.cls, Class):
            return value.cls
    return None


def closer_of(hazard: Hazard, project: Project) -> Closer:
    """The closer to call at the end of a request: the first that releases everything.

    Raises:
        Refusal: there is none that could be called.
    """
    cls = own_class(hazard, project)
    names = [name for name in hazard.closers if name != "aclose" and _callable(cls, name)]
    if not names:
        raise Refusal("it has no closer, so every request would leave one open")
    found = [Closer(name, _call(name), _leak(cls, name, project)) for name in names]
    return next((closer for closer in found if closer.doubt is None), found[0])


def _call(name: str) -> str:
    return "__exit__(None, None, None)" if name == "__exit__" else f"{name}()"


def _callable(cls: Class | None, name: str) -> bool:
    """Whether a closer needs no arguments of which nothing is known."""
    method = cls.lookup(name) if cls is not None else None
    if not isinstance(method, Function) or name == "__exit__":
        return True
    if method.definition.is_async:
        return False
    needed = [
        parameter
        for parameter in method.definition.parameters
        if parameter.default is None and parameter.kind in ("positional", "keyword")
    ]
    return len(needed) <= 1


def _leak(cls: Class | None, name: str, project: Project) -> str | None:
    if cls is None:
        return None
    for leak in project.closing.leaks(cls, name):
        taken = _NOUNS[leak.kind]
        return (
            f"`{name}()` doesn't release {taken} that the constructor takes ({leak.reason}), "
            "so every request would leave one"
        )
    return None
