"""A progress bar for work that takes its time, on a terminal only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.progress import Progress, TaskID

_PATIENCE = 0.5


class ProgressBar:
    """Called with (done, total); appears after half a second and is gone when left.

    Does nothing, and imports nothing, where `stream` is no terminal.
    """

    def __init__(
        self, stream: TextIO, *, wanted: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._wanted = wanted and stream.isatty()
        self._clock = clock
        self._began = clock()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` files are read."""
        if not self._wanted:
            return
        if self._bar is None and self._clock() - self._began >= _PATIENCE:
            self._start()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("Reading files"), BarColumn(), MofNCompleteColumn())
        self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
        self._task = self._bar.add_task("")
        self._bar.start()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
