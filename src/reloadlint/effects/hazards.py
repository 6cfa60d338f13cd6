"""Effects gathered by the call that a report names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.catalogue import CURES
from reloadlint.effects.occurrences import KINDS, Occurrence, Outcome
from reloadlint.effects.reachable import holds
from reloadlint.effects.roles import closers_of, role_of
from reloadlint.effects.values import Class, Instance
from reloadlint.facts.records import Span
from reloadlint.project.modules import is_program

if TYPE_CHECKING:
    from reloadlint.effects.frames import Site


class Step(msgspec.Struct, frozen=True):
    """One place on the way to an effect: file (relative to the project), line, what it does."""

    path: str
    line: int
    message: str


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """One call (or decorator, or class line) in a module's body and what it leaves behind.

    `kind` is the site's (see `frames.Site`); `in_guard` if it stands in the main guard.
    `blocks_exit`: a thread or process keeps the interpreter from ending; `exclusive`: a second
    process is refused. `subject` is the class of the object that has the effect, `held` that of
    what an object of the project's own class has it from, where that is another one.
    """

    path: str
    span: Span
    kind: str
    text: str
    in_guard: bool
    effects: tuple[str, ...]
    certain: bool
    blocks_exit: bool
    exclusive: bool
    call: str | None
    subject: str
    held: str
    role: str
    cure: str
    defer: str | None
    closers: tuple[str, ...]
    steps: tuple[Step, ...]


def hazards(
    occurrences: Iterable[Occurrence], outcomes: Mapping[tuple[str, Span], Outcome]
) -> list[Hazard]:
    """The hazards that these effects make, one for each place that a report names."""
    groups: dict[tuple[str, Span, str], list[Occurrence]] = {}
    for occurrence in occurrences:
        site = occurrence.chain[0]
        groups.setdefault((site.module.path, site.span, occurrence.phase), []).append(occurrence)
    return [_hazard(group, outcomes.get((path, span))) for (path, span, _), group in groups.items()]


def _hazard(group: list[Occurrence], outcome: Outcome | None) -> Hazard:
    group = sorted(group, key=lambda occurrence: KINDS.index(occurrence.kind))
    worst = min(group, key=_gravity)
    site = worst.chain[0]
    kinds = tuple(kind for kind in KINDS if any(o.kind == kind for o in group))
    subject = _subject(worst, group, outcome)
    role = role_of(subject, kinds, worst.entry, [o.entry for o in group])
    return Hazard(
        path=site.module.path,
        span=site.span,
        kind=site.kind,
        text=site.text,
        in_guard=worst.phase == "guard" and not is_program(site.module.path),
        effects=tuple(sorted(kinds)),
        certain=any(o.certain for o in group if o.kind == worst.kind),
        blocks_exit=any(_blocks_exit(o) for o in group),
        exclusive=any(o.entry.exclusive for o in group),
        call=(outcome.callee if outcome else None) or worst.entry.name,
        subject=_class_name(subject),
        held="" if worst.owner is subject else _class_name(worst.owner),
        role=role,
        cure=_cure(worst, subject, role),
        defer=_deferring(worst),
        closers=closers_of(subject, worst.entry),
        steps=steps_of(worst.chain, worst),
    )


def _class_name(subject: Instance) -> str:
    """The name of an object's class, without its module's."""
    cls = subject.cls
    name = cls.definition.name if isinstance(cls, Class) else getattr(cls, "name", "")
    return str(name).rpartition(".")[2]


def _gravity(occurrence: Occurrence) -> tuple[int, bool, bool, int]:
    kind = KINDS.index(occurrence.kind)
    return (kind, not _blocks_exit(occurrence), not occurrence.certain, len(occurrence.chain))


def _blocks_exit(occurrence: Occurrence) -> bool:
    return occurrence.kind in ("thread", "process") and occurrence.daemon is False


def _subject(worst: Occurrence, group: list[Occurrence], outcome: Outcome | None) -> Instance:
    """The object that the report is about: what the call gives, if that holds the effect."""
    if outcome is None:
        return worst.owner
    for value in (outcome.result, outcome.receiver):
        if not isinstance(value, Instance):
            continue
        if value is worst.owner or any(o.owner is value for o in group):
            return value
        if isinstance(value.cls, Class) and holds(value, worst.owner):
            return value
    return worst.owner


def _cure(worst: Occurrence, subject: Instance, role: str) -> str:
    known = subject.entry is worst.entry or not isinstance(subject.cls, Class)
    if known and worst.entry.cure != "none":
        return worst.entry.cure
    return CURES[role]


def _deferring(worst: Occurrence) -> str | None:
    """The argument that makes the constructor lazy, as it would be written."""
    defer = worst.entry.defer
    return None if defer is None else f"{defer.argument}={defer.value!r}"


def steps_of(chain: Sequence[Site], occurrence: Occurrence) -> tuple[Step, ...]:
    """The places of a chain, with what happens at the last of them."""
    *way, last = chain
    steps = [Step(site.module.path, site.span[0], _passing(site.kind, site.text)) for site in way]
    steps.append(Step(last.module.path, last.span[0], cause(occurrence)))
    return tuple(steps)


def _passing(kind: str, text: str) -> str:
    if kind == "call":
        return f"calls {text}()"
    if kind == "decorator":
        return f"applies {text}"
    if kind == "class":
        return f"creates {text}"
    name, assigned, _ = text.partition(" = ")
    if assigned:
        return f"sets {name}"
    return _IMPLICIT.get(text, f"reads {text}")


_IMPLICIT = {"with": "enters with", "for … in": "iterates"}


_VERBS = {
    "socket": "opens a socket",
    "listen": "binds a port",
    "process": "starts a child process",
    "device": "opens a device",
    "dbfile": "opens a database file",
}


def cause(occurrence: Occurrence) -> str:
    """What an occurrence does, in words: `starts a non-daemon thread`."""
    if occurrence.kind != "thread":
        return _VERBS[occurrence.kind]
    nature = {True: "daemon ", False: "non-daemon ", None: ""}[occurrence.daemon]
    return f"starts a {nature}thread"
