"""What closes an object, and whether that releases everything that its constructor took."""

from __future__ import annotations

from typing import NamedTuple

from reloadlint.effects.hazards import Hazard
from reloadlint.effects.roles import closers_of
from reloadlint.effects.runs import is_application
from reloadlint.effects.values import Class, Function, Instance, Literal, alternatives
from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.reading.project import Project
from reloadlint.rules.wording import NOUNS


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


def closer_of(
    hazard: Hazard, project: Project, left: str = "every request would leave one"
) -> Closer:
    """The closer to call when the object's time is over: the first that releases everything.

    `left` says what comes of one that doesn't.

    Raises:
        Refusal: there is none that could be called.
    """
    cls = own_class(hazard, project)
    names = [name for name in hazard.closers if name != "aclose" and _callable(cls, name)]
    if not names:
        raise Refusal(f"it has no closer, so {left} open")
    if not _gives_it(hazard, project):
        raise Refusal("what the call returns is not the object that has to be closed")
    found = [Closer(name, _call(name), _leak(cls, name, project, left)) for name in names]
    return next((closer for closer in found if closer.doubt is None), found[0])


def check_no_application(hazard: Hazard, project: Project) -> None:
    """A server loads an application by the name that it has.

    Raises:
        Refusal: the call gives one; what it opens is opened inside of its factory.
    """
    outcome = project.outcomes.get((hazard.path, hazard.span))
    given = alternatives(outcome.result) if outcome is not None else []
    if any(isinstance(value, Instance) and is_application(value) for value in given):
        place = f"line {hazard.steps[-1].line} of {hazard.steps[-1].path}"
        raise Refusal(
            f"`{hazard.text}()` makes the application, which servers load by the name that it has "
            f"here; have {place}, which opens it, wait for the first use"
        )


def check_made_anew(hazard: Hazard, project: Project) -> None:
    """Nothing of what is made more than once may be the same as before, for that is closed.

    Raises:
        Refusal: the call hands out what it has kept.
    """
    if project.repeated(hazard).takes_nothing:
        raise Refusal(
            f"`{hazard.text}()` keeps what it opens and hands that out again, so what one request "
            "has closed would be given to the next; have it made anew each time, or leave it open"
        )


def library_behind(hazard: Hazard, project: Project) -> str:
    """The name of the library's callable that made the object, or one that the object holds."""
    outcome = project.outcomes.get((hazard.path, hazard.span))
    pending = [outcome.result] if outcome is not None else []
    for value in (option for given in pending for option in alternatives(given)):
        if isinstance(value, Instance) and value.entry is not None:
            return value.entry.name
        if isinstance(value, Instance):
            pending += [held for held in value.attributes.values() if isinstance(held, Instance)]
        if len(pending) > _MOST_HELD:
            break
    return ""


_MOST_HELD = 50


def _gives_it(hazard: Hazard, project: Project) -> bool:
    """Whether the call returns (or is made on) what has the closers, not something made from it."""
    outcome = project.outcomes.get((hazard.path, hazard.span))
    given = (outcome.result, outcome.receiver) if outcome is not None else ()
    values = [option for value in given if value is not None for option in alternatives(value)]
    values = [value for value in values if not isinstance(value, Literal)]
    return not values or any(
        isinstance(value, Instance) and not set(hazard.closers).isdisjoint(closers_of(value))
        for value in values
    )


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


def _leak(cls: Class | None, name: str, project: Project, left: str) -> str | None:
    if cls is None:
        return None
    for leak in project.closing.leaks(cls, name):
        taken = NOUNS[leak.kind]
        return (
            f"`{name}()` doesn't release {taken} that the constructor takes ({leak.reason}), "
            f"so {left}"
        )
    return None
