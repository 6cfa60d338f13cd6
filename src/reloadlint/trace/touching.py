"""Makes a file look changed to a reloader, and gives it its time back."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from reloadlint.errors import UsageError

_SECOND = 1_000_000_000


class Touched:
    """A file whose time of change goes on while this is entered; its content stays.

    Raises:
        UsageError: its time can't be changed.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._before = (0, 0)
        self._ours = 0

    def __enter__(self) -> Touched:
        try:
            stat = self.file.stat()
        except OSError as error:
            raise UsageError(f"{self.file}: {error.strerror}; name another file") from error
        self._before = (stat.st_atime_ns, stat.st_mtime_ns)
        return self

    def touch(self) -> None:
        """Make it newer than it was, by more than any file system is coarse.

        And open it for writing, without writing: of a mere change of its time, watchdog 7 tells
        Werkzeug nothing, but of this it does.
        """
        accessed, changed = self._before
        self._ours = max(time.time_ns(), max(changed, self._ours) + 2 * _SECOND)
        try:
            os.utime(self.file, ns=(accessed, self._ours))
        except OSError as error:
            raise UsageError(
                f"{self.file} cannot be touched: {error.strerror}; name another with --touch"
            ) from error
        with suppress(OSError), self.file.open("ab"):
            pass

    def __exit__(self, *error: object) -> None:
        """Undo it, unless someone has changed the file meanwhile."""
        if self._ours and self.file.exists() and self.file.stat().st_mtime_ns == self._ours:
            os.utime(self.file, ns=self._before)
