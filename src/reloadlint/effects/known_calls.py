"""Calls of libraries: what the catalogue, the models and their source know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reloadlint.effects.builtins import MODELS
from reloadlint.effects.catalogue import Condition, Entry
from reloadlint.effects.endings import NEVER_RETURN
from reloadlint.effects.imports import Never
from reloadlint.effects.iterables import Iterables
from reloadlint.effects.parts import HANDLES
from reloadlint.effects.runs import RUNNERS
from reloadlint.effects.state import Arguments
from reloadlint.effects.truth import truth
from reloadlint.effects.values import (
    UNKNOWN,
    Class,
    External,
    ExternalMethod,
    Instance,
    Literal,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from reloadlint.effects.occurrences import Occurrence

_STARTED_LATER = (
    "threading.Thread.start",
    "threading.Timer.start",
    "multiprocessing.Process.start",
)
"""Whether these let the interpreter exit is decided on the object that is started."""


class KnownCalls(Iterables):
    """Calls what is outside the project."""

    def _call_external(self, name: str, args: Arguments) -> Value:
        if name in NEVER_RETURN:
            raise Never
        model = MODELS.get(name)
        if model is not None:
            return model(self, args)
        if name in RUNNERS:
            self.note_run(External(name), args)
        entry = self.catalogue.lookup(name)
        followed = self.call_library(name, args) if entry is None else None
        if followed is not None:
            return followed
        instance = self._made_by(name, entry)
        instance.keeps += args.all()
        self.construct_external(name, instance, args, entry)
        return instance

    def _made_by(self, name: str, entry: Entry | None) -> Instance:
        if entry is None:
            return Instance(External(name))
        if entry.returns is None:
            return Instance(External(entry.name), entry)
        return Instance(External(entry.returns), self.catalogue.lookup(entry.returns) or entry)

    def construct_external(
        self, name: str, instance: Instance, args: Arguments, entry: Entry | None
    ) -> None:
        """Run a library's constructor on an object."""
        daemon = args.get("daemon")
        if daemon is not None:
            instance.attributes["daemon"] = daemon
        if entry is not None:
            instance.entry = instance.entry or entry
            self._apply(entry, instance, args)
        else:
            self.note_quiet(name)
        instance.keeps += args.all()

    def _apply(self, entry: Entry, owner: Instance, args: Arguments) -> None:
        """Record the effects of a known call, if its arguments let them happen."""
        happens = _happens(entry, args)
        if happens is False or not entry.effects:
            self.note_quiet(entry.name)
            return
        for kind in entry.effects:
            if kind in ("listen", "socket") and self._is_covered(kind, owner, entry):
                continue
            daemon = entry.daemon
            if "daemon" in owner.attributes or entry.name in _STARTED_LATER:
                daemon = self._daemon(owner)
            self.record(kind, owner, entry, daemon=daemon, certain=happens is True)

    def _start(self, entry: Entry, receiver: Instance, args: Arguments) -> None:
        before = len(self.occurrences)
        known = [o for o in self.occurrences.of(receiver) if not (o.released or o.guarded)]
        is_first = all(o.entry is receiver.entry for o in known)
        self._apply(entry, receiver, args)
        kinds = {o.kind for o in self.occurrences[before:] if not (o.released or o.guarded)}
        if kinds and is_first:
            self._say_here_too(self._cover_constructor(receiver), kinds)

    def _cover_constructor(self, receiver: Instance) -> list[Occurrence]:
        """An object that is started or connected further down is reported there, once."""
        made = self.occurrences.of(receiver)
        made = [o for o in made if o.entry is receiver.entry and not o.released]
        for occurrence in made:
            occurrence.covered = True
        return made

    def _say_here_too(self, made: list[Occurrence], kinds: set[str]) -> None:
        """What it took while it was made belongs to the report: a camera that a thread reads."""
        for o in made:
            if o.kind not in kinds:
                self.record(o.kind, o.owner, o.entry, daemon=o.daemon, certain=o.certain)

    def items_of(self, value: Value) -> tuple[list[Value], bool]:
        """The same; a library's cursor asks its server for them."""
        if isinstance(value, Instance) and isinstance(value.cls, External):
            self._force(value.origin or value, "__iter__")
        return super().items_of(value)

    def _force(self, owner: Instance, method: str) -> None:
        """A lazy client is connected by the first method that needs it to be."""
        entry = owner.entry
        if entry is None or method not in entry.forced_by:
            return
        if owner.opened and not self._is_sure_here(owner):
            self._note_forced(owner)
            return
        for kind in entry.forced_effects:
            self.record(kind, owner, entry, daemon=entry.daemon, certain=True)

    def _is_sure_here(self, owner: Instance) -> bool:
        """Whether the call that a report names has perhaps connected it before, and surely now."""
        known = self.occurrences.of(owner)
        if self.doubts or self.guards or not known or len(self.stack) <= self.boundary:
            return False
        here = self.stack[self.boundary]
        return all(o.chain[0] is here and not o.certain for o in known)

    def _note_forced(self, owner: Instance) -> None:
        """Note where an open client would have to be connected if it were lazy."""
        if owner.forced is None and not self.guards and len(self.stack) > self.boundary:
            owner.forced = self.stack[self.boundary]

    def _is_covered(self, kind: str, owner: Instance, entry: Entry) -> bool:
        """Whether a report says this already: a socket is reported once, where it gets connected.

        One that is bound or connected further down than it was made is reported there.
        """
        same = [o for o in self.occurrences.of(owner) if not o.released]
        made = [o for o in same if o.kind == "socket" and o.entry is not entry]
        if any(o.kind in ("listen", kind) and o not in made for o in same):
            return True
        for occurrence in made:
            occurrence.covered = True
        return False

    def _daemon(self, owner: Instance) -> bool | None:
        found = owner.attributes.get("daemon")
        if found is None and isinstance(owner.cls, Class):
            found = owner.cls.lookup("daemon")
        answer = truth(found) if found is not None else False
        return answer if isinstance(answer, bool) else None

    def _call_external_method(self, callee: ExternalMethod, args: Arguments) -> Value:
        receiver = callee.receiver
        method = callee.name.rpartition(".")[2]
        self.note_run(callee, args)
        model = MODELS.get(self._method_name(callee))
        if model is not None:
            return model(self, Arguments([receiver, *args.positional], args.keywords))
        entry = self.catalogue.lookup(callee.name)
        if entry is None:
            self.note_quiet(callee.name)
            if method in self._closers(receiver):
                self.release(receiver)
            receiver.keeps += args.all()
            self._force(receiver.origin or receiver, method)
            made = Instance(External(callee.name))
            made.origin = receiver.origin or receiver
            receiver.keeps.append(made)
            if method in HANDLES:
                made.keeps.append(receiver)
            return made
        if entry.returns in (None, "self"):
            self._start(entry, receiver, args)
            return UNKNOWN if entry.returns is None else receiver
        made = self._made_by(callee.name, entry)
        made.keeps += [receiver, *args.all()]
        self._apply(entry, made, args)
        if made.opened:
            self._cover_constructor(receiver)
        return made

    def _method_name(self, callee: ExternalMethod) -> str:
        """The method's name with its class's catalogued one."""
        owner, _, method = callee.name.rpartition(".")
        entry = self.catalogue.lookup(owner)
        return callee.name if entry is None else f"{entry.name}.{method}"

    def _closers(self, receiver: Instance) -> set[str]:
        entries = [receiver.entry, *(o.entry for o in self.occurrences.of(receiver))]
        return {closer for entry in entries if entry is not None for closer in entry.closers}


def _happens(entry: Entry, args: Arguments) -> bool | None:
    """Whether a call with these arguments has its effects; None where a value decides."""
    answers = [_not(_holds(condition, args)) for condition in entry.unless]
    answers += [_holds(condition, args) for condition in entry.requires]
    if False in answers:
        return False
    return None if None in answers else True


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _holds(condition: Condition, args: Arguments) -> bool | None:
    value = args.get(condition.argument, condition.position)
    if value is None:
        return None if args.open else condition.holds(passed=False)
    answers = set()
    for option in alternatives(value):
        if isinstance(option, Literal):
            answers.add(condition.holds(passed=True, value=option.value))
        else:
            answers.add(condition.holds(passed=True))
    return answers.pop() if len(answers) == 1 else None
