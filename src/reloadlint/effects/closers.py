"""What the closers of a class leave open of all that its constructor took.

What isn't known counts as released.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.hazards import Step, steps_of
from reloadlint.effects.holdings import Closer, Holdings, holdings, needs_nothing
from reloadlint.effects.observer import Log, Observer
from reloadlint.effects.roles import CLOSER_NAMES
from reloadlint.effects.threads import CLOSING, remains

if TYPE_CHECKING:
    from reloadlint.effects.frames import Site
    from reloadlint.effects.occurrences import Occurrence
    from reloadlint.effects.solver import Solver
    from reloadlint.effects.values import Class, Function

NOT_CLOSED = "nothing closes it"

_HARMLESS_BASES = ("threading.", "multiprocessing.", "abc.", "typing.", "collections.abc.")


class Leak(msgspec.Struct, frozen=True):
    """Something that the constructor took and no closer releases.

    `steps` lead from the constructor to the call that took it, which stands at `site`; `reason`
    says why it stays.
    """

    kind: str
    certain: bool
    reason: str
    steps: tuple[Step, ...]
    site: Site


class Closing:
    """Answers for the classes of a program what they take, and what their closers leave.

    Args:
        solver: one that has loaded the program.
    """

    def __init__(self, solver: Solver) -> None:
        self._solver = Observer(solver)
        self._known: dict[int, tuple[Class, Holdings | None]] = {}

    def takes(self, cls: Class) -> bool:
        """Whether a new object takes something that is still there after its constructor."""
        return self._holdings(cls) is not None

    def closers(self, cls: Class) -> tuple[Function, ...]:
        """The methods named as closers, and those that release something; the former first.

        `stop(node)` says what it stops: that is not the object, unless the source shows it.
        """
        held = self._holdings(cls)
        if held is None:
            return ()
        everything = len(list(_left_open(held, ())))
        return tuple(
            method.function
            for method in held.methods
            if _is_named_so(method) or len(list(_left_open(held, [method]))) < everything
        )

    def leaks(self, cls: Class, closer: str | None = None) -> list[Leak]:
        """What stays when an object of this class is closed.

        Args:
            cls: a class of the project.
            closer: the only method that is called; by default, all of its closers are.
        """
        held = self._holdings(cls) if _is_understood(cls) else None
        if held is None:
            return []
        called = [method for method in held.methods if closer in (None, method.name)]
        return list(_left_open(held, called))

    def _holdings(self, cls: Class) -> Holdings | None:
        if id(cls) not in self._known:
            self._known[id(cls)] = (cls, holdings(self._solver, cls))
        return self._known[id(cls)][1]


def _is_named_so(method: Closer) -> bool:
    """Whether a method is called as closers are; that of a `with` gets the exception."""
    named = method.name in CLOSER_NAMES
    return named and (method.name.startswith("__") or needs_nothing(method.function))


def _is_understood(cls: Class) -> bool:
    """Whether there can be no closer that its source doesn't show."""
    if cls.lookup("__getattr__") is not None or cls.lookup("__getattribute__") is not None:
        return False
    names = [base.name for base in cls.external_bases()]
    return cls.fully_known and all(name.startswith(_HARMLESS_BASES) for name in names)


def _left_open(held: Holdings, called: Sequence[Closer]) -> Iterator[Leak]:
    """What is left when these closers have been called."""
    closing = Log()
    for closer in called:
        closing.update(closer.log)
    closing.calls |= held.at_exit
    released = frozenset(owner for owner, _ in held.at_exit)
    released = released.union(*(closer.released for closer in called))
    for occurrence in held.taken:
        reason = _reason(held, occurrence, closing, released)
        if reason is not None:
            steps = steps_of(occurrence.chain[1:], occurrence)
            sure = occurrence.certain and not occurrence.guarded
            yield Leak(occurrence.kind, sure, reason, steps, occurrence.chain[-1])


def _reason(
    held: Holdings, occurrence: Occurrence, closing: Log, released: frozenset[int]
) -> str | None:
    """Why something stays; None if it doesn't, or if that isn't known."""
    owner = id(occurrence.owner)
    if owner in held.works:
        work = held.works[owner]
        if work is None:
            return None
        return remains(work, closing, joined=owner in released, own=held.own)
    if owner in released | closing.passed or not occurrence.entry.closers:
        return None
    if occurrence.entry.collected and owner in closing.dropped:
        return None
    closed = {touched for touched, method in closing.calls if method in CLOSING}
    if any(owner in held.wraps.get(wrapper, ()) for wrapper in closed):
        return None
    return None if _closed_by_a_thread(held, owner, closing, released) else NOT_CLOSED


def _closed_by_a_thread(held: Holdings, owner: int, closing: Log, released: frozenset[int]) -> bool:
    """Whether a thread closes it when it ends, and does end."""
    for thread, work in held.works.items():
        if work is not None and owner in work.closes:
            return remains(work, closing, joined=thread in released, own=held.own) is None
    return False
