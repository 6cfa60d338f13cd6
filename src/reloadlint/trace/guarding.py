"""Ends a program also where the trace itself is killed, and can end nothing any more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from reloadlint.trace import ending


class Guard:
    """A process that waits for our end, and ends the program unless it hears that all is done."""

    def __init__(self, token: str) -> None:
        # No `site`: it starts at once, and nothing of ours is imported.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", ending.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        self.tell(token)

    def tell(self, word: str) -> None:
        """Say the token, then the program's number, then that it has been ended."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()

    def close(self) -> None:
        """Let it do what is left for it."""
        with suppress(OSError):
            self._process.communicate()


@contextmanager
def guarded(token: str) -> Iterator[Guard | None]:
    """Have a guard while this is entered; on Windows there is none."""
    if os.name != "posix":
        yield None
        return
    guard = Guard(token)
    try:
        yield guard
        guard.tell(ending.DONE)
    finally:
        guard.close()
