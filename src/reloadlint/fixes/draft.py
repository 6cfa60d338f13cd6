"""What a strategy hands back: edits, what speaks against them, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from reloadlint.effects.hazards import Hazard
from reloadlint.findings import Fix
from reloadlint.fixes.edits import Edit


class Refusal(Exception):  # noqa: N818 - named as what it is
    """A cure can't be written here; the message says why, in one sentence without an end."""


class Instead(Refusal):
    """Another strategy may be right where this one is not; `strategy` is its name."""

    def __init__(self, message: str, strategy: str) -> None:
        super().__init__(message)
        self.strategy = strategy


class Waiting(Refusal):
    """The object goes into another one that has a cure of its own, which has to come first.

    `joining` is the cure that can be made in one go with those of the others, if there is one.
    `doubts` speak against its own cure, whatever becomes of the other.
    """

    def __init__(self, message: str, other: Hazard) -> None:
        super().__init__(message)
        self.other = other
        self.joining: Draft | None = None
        self.doubts: list[str] = []


class Wishes(msgspec.Struct, frozen=True):
    """What the user asks for.

    `strategy` is their word on the role. `access`: `call` rewrites every use into a call of the
    accessor, `proxy` keeps the name as a `LocalProxy`, `auto` does so only where modules use it
    that may not be changed. `before_request`: what goes to `g` is opened before each request, too.
    `app_factory`: global applications are moved into a factory. `unsafe`: what is not safe is
    written, too. `general`: the strategy is meant for every finding, not for a single one.
    """

    strategy: str = "auto"
    access: str = "auto"
    before_request: bool = False
    app_factory: bool = False
    unsafe: bool = False
    general: bool = False

    @property
    def guards_all(self) -> bool:
        """Whether everything is to be guarded, whatever its role."""
        return self.general and self.strategy == "guard"


def wishes_for(hazard: Hazard, wishes: Wishes, own: Mapping[str, str]) -> Wishes:
    """What is asked for one hazard: the settings' word on its callable, if nothing else is said."""
    named = own.get(hazard.call or "", "auto")
    if wishes.strategy != "auto":
        return wishes
    return msgspec.structs.replace(wishes, strategy=named, general=False)


class Moved(msgspec.Struct, frozen=True):
    """Whole lines that go elsewhere, as `ranges` of bytes.

    `opens`: the first opens a block. `behind`: they go behind those that were moved there before.
    """

    ranges: tuple[tuple[int, int], ...]
    opens: bool = False
    behind: bool = False


class Draft(msgspec.Struct):
    """A cure as written: `edits` by path, and in `doubts` why it may not hold (one sentence each).

    `names` are those that it gives new things in the modules: accessor first. `note` says in one
    sentence what it does. `joins`: all that it does is to move these lines to others that stand
    there.
    """

    edits: dict[str, list[Edit]] = msgspec.field(default_factory=dict)
    doubts: list[str] = msgspec.field(default_factory=list)
    names: tuple[str, ...] = ()
    note: str = ""
    joins: Moved | None = None

    def add(self, path: str, *edits: Edit) -> None:
        """Have these edits made in a module."""
        self.edits.setdefault(path, []).extend(edits)

    def add_once(self, path: str, *edits: Edit) -> None:
        """Have these edits made, save those that are wanted already: an import, for two places."""
        known = self.edits.setdefault(path, [])
        known += [edit for edit in edits if edit not in known]

    def doubt(self, reason: str) -> None:
        """Note why the cure isn't safe; each reason once."""
        if reason not in self.doubts:
            self.doubts.append(reason)


class Plan(msgspec.Struct, frozen=True):
    """What can be done about a hazard (None: a comment). `draft` is None if nothing can be written.

    `reasons` are all that speak against it; `fix.reason` is the first. `after`: the fix of that
    one comes first; `joining` can be made with it.
    """

    hazard: Hazard | None
    fix: Fix
    draft: Draft | None = None
    reasons: tuple[str, ...] = ()
    after: Hazard | None = None
    joining: Draft | None = None
