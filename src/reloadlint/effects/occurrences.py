"""Effects as they occur while the solver follows a program: who did what, and from where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Entry
    from reloadlint.effects.frames import Site
    from reloadlint.effects.state import Arguments
    from reloadlint.effects.values import Instance, Value

KINDS = ("listen", "process", "thread", "device", "dbfile", "socket")
"""The effects, those first that matter most when one call has several."""


class Occurrence:
    """One effect that happened.

    `chain` leads from the call in the module that is being loaded down to the call that has the
    effect. `owner` is the object that holds it. `certain` is False where a branch or an argument
    that isn't known decided; `guarded` where a test of the reloader's process did. `daemon` is
    None where it isn't known. `covered` where a later occurrence of the same object stands for it;
    `settled` where an application had been loaded with it: what another module closes afterwards
    (a script that imports the application) doesn't count.
    """

    __slots__ = (
        "certain",
        "chain",
        "covered",
        "daemon",
        "entry",
        "guarded",
        "kind",
        "owner",
        "phase",
        "released",
        "settled",
    )

    def __init__(self, kind: str, chain: tuple[Site, ...], owner: Instance, entry: Entry) -> None:
        self.kind = kind
        self.chain = chain
        self.owner = owner
        self.entry = entry
        self.certain = True
        self.guarded = False
        self.daemon: bool | None = entry.daemon
        self.released = entry.transient
        self.covered = False
        self.settled = False
        self.phase = "import"


class OccurrenceLog(list[Occurrence]):
    """Occurrences in the order in which they happened, found by the object that holds them."""

    def __init__(self, occurrences: Iterable[Occurrence] = ()) -> None:
        super().__init__()
        self._by_owner: dict[int, list[Occurrence]] = {}
        for occurrence in occurrences:
            self.append(occurrence)

    def append(self, occurrence: Occurrence) -> None:
        """Note another one."""
        super().append(occurrence)
        self._by_owner.setdefault(id(occurrence.owner), []).append(occurrence)

    def of(self, owner: Value) -> list[Occurrence]:
        """Those that this object holds or has held, but for those that a later one stands for."""
        return [o for o in self._by_owner.get(id(owner), ()) if not o.covered]

    def all_of(self, owner: Value) -> list[Occurrence]:
        """All that this object holds or has held: what a later one stands for ends with it."""
        return self._by_owner.get(id(owner), [])

    def set_apart(self, occurrences: Iterable[Occurrence]) -> None:
        """Happened in another process: not found by their owners until they are joined again."""
        for occurrence in occurrences:
            self._by_owner[id(occurrence.owner)].remove(occurrence)

    def join(self, occurrences: Iterable[Occurrence]) -> None:
        """Found by their owners again."""
        for occurrence in occurrences:
            self._by_owner.setdefault(id(occurrence.owner), []).append(occurrence)


class Outcome(msgspec.Struct, frozen=True):
    """What is known of a call in a module's body once it has run.

    `callee` is the full name of what was `called`; `receiver` what that is a method of.
    """

    callee: str | None
    called: Value
    arguments: Arguments
    result: Value
    receiver: Value | None
