"""When to analyse: at once after a pause, after the last of several changes otherwise."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial

from reloadlint.lsp.area import Interrupt, Superseded

log = logging.getLogger("reloadlint.lsp")

QUIET = 0.2
"""Seconds: changes that follow one another faster are analysed together."""


class Schedule:
    """Runs `work` after changes, one run at a time; a newer change ends a run that is under way.

    Args:
        work: is given what to call now and then, which raises `Superseded` if it is in vain.
    """

    def __init__(self, work: Callable[[Interrupt], Awaitable[None]]) -> None:
        self._work = work
        self._wanted = 0
        self._done = 0
        self._glanced = 0
        self._current = 0
        self._last = 0.0
        self._wait = 0.0
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()

    def request(self) -> None:
        """Have everything analysed, since something has changed."""
        now = time.monotonic()
        self._wait = QUIET if now - self._last < QUIET else 0.0
        self._last = now
        self._wanted += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def settled(self) -> None:
        """Wait until what has been asked for is done."""
        wanted = self._wanted
        async with self._news:
            await self._news.wait_for(lambda: self._done >= wanted)

    async def seen(self) -> None:
        """Wait until it is done, or has been glanced at."""
        wanted = self._wanted
        async with self._news:
            await self._news.wait_for(lambda: max(self._done, self._glanced) >= wanted)

    async def glanced(self) -> None:
        """Note that what is being worked on has been glanced at."""
        async with self._news:
            self._glanced = self._current
            self._news.notify_all()

    def cancel(self) -> None:
        """Forget what is to be done."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._done < self._wanted:
            while (left := self._last + self._wait - time.monotonic()) > 0:
                await asyncio.sleep(left)
            number = self._current = self._wanted
            try:
                await self._work(partial(self._go_on, number))
            except Superseded:
                continue
            except Exception:  # nobody must wait for ever for what has failed
                log.exception("analysis failed")
            async with self._news:
                self._done = max(self._done, number)
                self._news.notify_all()

    def _go_on(self, number: int) -> None:
        if number != self._wanted:
            raise Superseded
