"""Threads that Python code starts."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any, Callable, Iterator

from . import system
from .journal import Effect, Journal

EVENTS = ("_thread.start_new_thread", "_thread.start_joinable_thread")


class Threads:
    """Every start of a thread; `native_ids` are the numbers of all that Python has started.

    Args:
        skips: tells from the name of the event and the frame whether a thread is not the
            program's own.
    """

    def __init__(self, journal: Journal, skips: Callable[[str, FrameType], bool]) -> None:
        self._journal = journal
        self._skips = skips
        self._starting = threading.local()
        self.native_ids = {threading.get_native_id()}
        # Where the system tells of all threads, it tells of those, too, and whether they go on.
        self.handlers = {} if system.sees_threads() else dict.fromkeys(EVENTS, self._bare)

    def wrap(self) -> None:
        """Take each start: not every Python raises an audit event for it, and none says which."""
        start = threading.Thread.start

        def noting_start(thread: threading.Thread) -> None:
            if self._journal.is_silent:
                return start(thread)
            with self._journal:
                effect = self._begun(thread, sys._getframe(1))
            return self._start(start, thread, effect)

        noting_start.__doc__ = start.__doc__
        threading.Thread.start = noting_start  # type: ignore[method-assign,assignment]

    def _begun(self, thread: threading.Thread, caller: FrameType) -> Effect | None:
        self._journal.origins.pop(id(thread), None)
        if self._skips("threading.Thread.start", caller):
            return None
        effect = self._journal.begin("thread", thread.name)
        if effect is not None:
            self._journal.origins[id(thread)] = effect
        return effect

    def _start(
        self, start: Callable[..., None], thread: threading.Thread, effect: Effect | None
    ) -> None:
        self._starting.now = True
        try:
            start(thread)
        except BaseException:
            self._journal.withdraw(effect)
            raise
        finally:
            self._starting.now = False
        if thread.native_id is not None:
            self.native_ids.add(thread.native_id)

    def _bare(self, *_event: Any) -> None:
        """A thread without an object; one that has an object is known already."""
        if not getattr(self._starting, "now", False):
            self._journal.begin("thread", "without a Thread object")

    def held(self) -> Iterator[dict[str, Any]]:
        """Those that are still running."""
        for thread in threading.enumerate():
            if thread.native_id is not None:
                self.native_ids.add(thread.native_id)
            effect = self._journal.origins.get(id(thread))
            if effect is not None:
                yield {"id": effect["id"], "daemon": thread.daemon}
