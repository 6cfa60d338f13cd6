"""Reading files in several processes.

Starting them takes some hundredths of a second, so, unless it was asked for, it is done for larger
projects only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

FEWEST_FILES = 100
_MOST = 8
_A_TIME = 16


def processes_for(files: int, jobs: int | None) -> int:
    """How many processes read that many files; 1 is this one alone.

    Args:
        files: how many there are.
        jobs: what the user asked for; None leaves it to us.
    """
    if not _can_fork():
        return 1
    if jobs is not None:
        return max(1, min(jobs, files))
    processors = os.cpu_count() or 1
    return min(processors, _MOST) if files >= FEWEST_FILES else 1


def _can_fork() -> bool:
    """Whether a child may begin as a copy of this process.

    Any other way would import the program again that uses us, which need not be prepared for it.
    """
    return hasattr(os, "fork") and _count_threads() == 1


def _count_threads() -> int:
    """This process's threads, those included that Python doesn't know, where the system tells."""
    try:
        return len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return threading.active_count()


def mapped(work: Callable[[T], R], items: Sequence[T], processes: int) -> Iterator[R]:
    """`map(work, items)` in that many processes, in order; here where processes can't be had."""
    if processes <= 1:
        yield from map(work, items)
        return
    from concurrent.futures.process import BrokenProcessPool  # brings what one process never needs

    done = 0
    try:
        for result in _in_pool(work, items, processes):
            yield result
            done += 1
    except (BrokenProcessPool, OSError):
        # Somebody has killed one, or there may be none.
        yield from map(work, items[done:])


def _in_pool(work: Callable[[T], R], items: Sequence[T], processes: int) -> Iterator[R]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("fork"), initializer=_leave_interrupts
    )
    try:
        yield from pool.map(work, items, chunksize=_A_TIME)
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts() -> None:
    """Ctrl-C reaches all processes; the one that has started them ends them."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
