"""One thread that does all the work, so that the server answers meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from reloadlint.effects.solver import RECURSION_LIMIT

T = TypeVar("T")

STACK = 64 * 1024 * 1024
"""Bytes: deep programs are followed by deep calls, and some systems give threads little."""


class Worker:
    """A thread with a queue; results come back to the event loop that asked."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns, or raises; it is done after all that was asked for before."""
        if self._thread is None:
            self._start()
        future: Future[T] = Future()
        self._jobs.put(lambda: _do(work, future))
        return await asyncio.wrap_future(future)

    def stop(self) -> None:
        """End the thread when it is through with what it does."""
        self._jobs.put(None)

    def _start(self) -> None:
        # Both are the process's, and set for a while wherever a text is parsed or a program is
        # followed: with several threads they have to stay as they are.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
        warnings.simplefilter("ignore")
        before = threading.stack_size()
        with contextlib.suppress(ValueError):
            threading.stack_size(STACK)
        self._thread = threading.Thread(target=self._work, name="reloadlint-analysis", daemon=True)
        self._thread.start()
        with contextlib.suppress(ValueError):
            threading.stack_size(before)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _do(work: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # it is told where it is awaited
        future.set_exception(error)
