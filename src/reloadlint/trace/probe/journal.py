"""The list of what has begun in a process, with the lines of the project that led to it."""

from __future__ import annotations

import os
import sys
import threading
from itertools import count
from typing import Any, Callable, Dict

from .frames import Code, Way

Effect = Dict[str, Any]  # as JSON has it


def ignore(event: str, **values: Any) -> None:
    """Report to nobody."""


class Journal:
    """What has begun in this process so far.

    Args:
        send: called with the name of each event and its values, at once.

    `origins` are the starts of threads, by the identity of the thread. `serving` is set when
    loading is over: from then on only what those threads begin is noted.
    """

    def __init__(self, send: Callable[..., None] = ignore) -> None:
        self.code = Code()
        self.begun: list[Effect] = []
        self.origins: dict[int, Effect] = {}
        self.serving = False
        self.send = send
        self._numbers = count(1)
        self._process = os.getpid()
        self._local = threading.local()

    @property
    def is_silent(self) -> bool:
        """Whether what happens now is our own doing, or that of a fork."""
        return getattr(self._local, "depth", 0) > 0 or os.getpid() != self._process

    def __enter__(self) -> None:
        """What this thread does until `__exit__` is our own doing."""
        self._local.depth = getattr(self._local, "depth", 0) + 1

    def __exit__(self, *error: object) -> None:
        self._local.depth -= 1

    def begin(
        self,
        kind: str,
        detail: str,
        *,
        native: bool = False,
        way: Way | None = None,
        instead: Effect | None = None,
    ) -> Effect | None:
        """Note and report that something begins here; None if it is not loading's doing.

        Args:
            kind: one of the effects that `check` knows.
            detail: what it is, as shown to the user.
            native: C code did it, behind Python's back.
            way: how the project's code led to it, if not by the stack as it is.
            instead: what has become this, and counts no more.
        """
        origin = self._origin() if way is None else None
        if self.serving and origin is None:
            return None
        way = way or self.code.way(sys._getframe())
        effect: Effect = {
            "id": next(self._numbers),
            "kind": kind,
            "detail": detail,
            "place": (origin["place"] if origin else None) or way.place,
            "lines": [*(origin["lines"] if origin else ()), *way.lines],
            "through": way.through,
            "loads": origin["loads"] if origin else way.loads,
            "native": native,
            "daemon": None,
            "instead": instead["id"] if instead else None,
        }
        self.begun.append(effect)
        self.send("begun", effect=effect)
        return effect

    def withdraw(self, effect: Effect | None) -> None:
        """It has not begun after all."""
        if effect is not None:
            self.begun.remove(effect)
            self.send("withdrawn", id=effect["id"])

    def _origin(self) -> Effect | None:
        """The start of the thread that this is, if it has been seen."""
        active: dict[int, threading.Thread] = getattr(threading, "_active", {})
        return self.origins.get(id(active.get(threading.get_ident())))
