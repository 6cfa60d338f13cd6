"""The functions that an application calls: their names, their text, and what is said of them."""

from __future__ import annotations

from reloadlint.fixes.on_g.hooks import Hooks, Registered
from reloadlint.fixes.on_g.naming_g import Taken
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.writing.accessor import Parts, opener_text, teardown_text
from reloadlint.fixes.writing.names import closer_name, opener_name, stem_of
from reloadlint.fixes.writing.style import Style


def hooks_named(project: Project, thing: Thing, given: set[str], *, before_request: bool) -> Hooks:
    """The names of the teardown, and of what opens before a request if that is wanted."""
    stem = stem_of(thing.made.name)
    closer = closer_name(stem, Taken(project, thing, given))
    if not before_request:
        return Hooks(closer)
    return Hooks(closer, opener_name(stem, Taken(project, thing, {*given, closer})))


def hooks_text(parts: Parts, hooks: Hooks, registered: Registered, style: Style) -> str:
    """What stands below the accessor, with what registers it."""
    gap = style.newline * style.blank
    opening = ""
    if hooks.opener is not None:
        opening = gap + opener_text(parts, hooks.opener, registered.opening, style)
    return f"{opening}{gap}{teardown_text(parts, style)}{registered.after}"


def note(accessor: str, hooks: Hooks) -> str:
    """What the cure does, in one sentence."""
    if hooks.opener is None:
        return (
            f"`{accessor}()` opens it at first use in a request and `{hooks.closer}()` closes it; "
            "an error in opening it now comes with that request"
        )
    return (
        f"`{hooks.opener}()` opens it before each request, through `{accessor}()`, and "
        f"`{hooks.closer}()` closes it; an error in opening it now comes with every request"
    )
