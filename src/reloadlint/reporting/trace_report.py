"""What a trace is shown with: each traced effect beside the finding that foretold it."""

from __future__ import annotations

from typing import Literal

import msgspec

from reloadlint.findings import Finding
from reloadlint.trace.records import Effect, Process, Trace

#: `foretold` by a finding; `suppressed` by a comment or a setting; `guarded`: a test of the
#: reloader's process decides, which is no finding; `called`: Flask calls the factory that does it,
#: no module; `unforeseen`: only the trace saw it.
Knowledge = Literal["foretold", "suppressed", "guarded", "called", "unforeseen"]


class Foretold(msgspec.Struct, frozen=True):
    """What the analysis says of one traced effect; `finding` is None where it reports nothing."""

    knowledge: Knowledge
    finding: Finding | None = None


class Unseen(msgspec.Struct, frozen=True):
    """A finding that nothing was traced for, and why, as far as that is known."""

    finding: Finding
    reason: str


class Report(msgspec.Struct, frozen=True):
    """A trace side by side with the analysis.

    `foretold` has the process's number in `trace.processes` and the effect's `id` as its key;
    effects that are over again have an entry only if something was said of them.
    """

    trace: Trace
    foretold: dict[tuple[int, int], Foretold]
    unseen: tuple[Unseen, ...]

    def of(self, process: Process, effect: Effect) -> Foretold | None:
        """What was said of an effect."""
        return self.foretold.get((self.trace.processes.index(process), effect.id))

    @property
    def unforeseen(self) -> int:
        """How many places hold something that the analysis does not see."""
        places = {
            (effect.kind, effect.place, effect.lines, effect.detail if not effect.place else "")
            for process in self.trace.processes
            for effect in process.effects
            if (said := self.of(process, effect)) and said.knowledge == "unforeseen"
        }
        return len(places)
