"""When Python looks for garbage among objects that refer to one another."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """While this runs, no garbage is collected.

    Trees are many small objects without garbage: collecting meanwhile halves the speed.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def leave_to_the_end_of_the_process() -> None:
    """Never look again through what there is now; at its exit the interpreter would once more."""
    gc.freeze()
