"""Whether anything would ever call an accessor whose object is set up while the module loads."""

from __future__ import annotations

from collections.abc import Sequence

from reloadlint.fixes.doubts.background import is_asked_for
from reloadlint.fixes.draft import Instead
from reloadlint.fixes.reading.things import Thing


def check_set_up_for_use(found: Sequence[Thing]) -> None:
    """See that what sets a thing up still runs: that somebody asks for it, or for what it makes.

    Raises:
        Instead: nobody does, as where a camera is told to record and only its output is read.
    """
    for thing in found:
        if thing.lines and not is_asked_for(thing, found):
            tree, line = thing.made.tree, thing.lines[0]
            raise Instead(
                f"nothing but what sets it up uses `{thing.made.name}`, so behind an accessor line "
                f"{tree.line(line)} would never run; `--strategy guard` has it run where requests "
                "are served",
                "guard",
            )
