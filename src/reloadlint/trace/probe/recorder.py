"""Notes what begins in a process, by Python's audit hooks, and says what of it is still there."""

from __future__ import annotations

import gc
import sys
import threading
from types import FrameType
from typing import Any, Callable

from .files import Files
from .frames import is_within
from .journal import Journal, ignore
from .natives import Natives
from .processes import Processes
from .sockets import Sockets
from .threads import Threads


class Recorder:
    """All that is watched in this process.

    Args:
        send: called with the name of each event and its values, at once.
        server: called with the name of an event, its frame, and the frame of Werkzeug's server
            or reloader around that. What these do is not the program's, and is not recorded.
    """

    def __init__(
        self,
        send: Callable[..., None] = ignore,
        server: Callable[[str, FrameType, FrameType], None] | None = None,
    ) -> None:
        self.journal = Journal(send)
        self._server = server
        self._threads = Threads(self.journal, self._is_servers)
        self._sockets = Sockets(self.journal)
        self._files = Files(self.journal)
        self._processes = Processes(self.journal)
        self.natives = Natives(
            self.journal, self._threads, self._sockets, self._files, self._processes
        )
        self._handlers: dict[str, Callable[..., None]] = {
            **self._threads.handlers,
            **self._sockets.handlers,
            **self._files.handlers,
            **self._processes.handlers,
        }

    @property
    def begun(self) -> list[dict[str, Any]]:
        """All that has begun, in that order, each with the `id` by which `held` names it."""
        return self.journal.begun

    def start(self) -> None:
        """Watch from now on, for as long as the process lives."""
        self._threads.wrap()
        self._sockets.wrap()
        sys.addaudithook(self.hook)

    def hook(self, event: str, args: Any) -> None:
        """Take one audit event; whatever goes wrong here is not the program's concern."""
        handler = self._handlers.get(event)
        if handler is None or self.journal.is_silent:
            return
        with self.journal:
            try:
                if not self._is_servers(event, sys._getframe()):
                    handler(event, *args)
            except Exception as error:
                self.journal.send("fault", text=repr(error))

    def _is_servers(self, event: str, frame: FrameType) -> bool:
        if "werkzeug.serving" not in sys.modules or not _is_main_thread():
            return False
        reloader = is_within(frame, "werkzeug._reloader", "run_with_reloader")
        around = reloader or is_within(frame, "werkzeug.serving", "run_simple")
        if around is not None and self._server is not None:
            self._server(event, frame, around)
        return around is not None

    def held(self) -> list[dict[str, Any]]:
        """What is still there: the `id` of each effect, `daemon`, `pids` or `count` beside it."""
        with self.journal:
            gc.collect()
            watched = (self._threads, self._sockets, self._files, self._processes, self.natives)
            return [one for each in watched for one in each.held()]


def _is_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident
