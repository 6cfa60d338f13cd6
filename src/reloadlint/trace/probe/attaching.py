"""Watches a server that the user's own command starts, in the parent and in each child."""

from __future__ import annotations

import atexit
import os
import threading
from types import FrameType

from .channel import Channel
from .recorder import Recorder


def main() -> None:
    """Report from this process, from here to its end."""
    channel = Channel.from_environment()
    channel.hello()
    Attached(channel).start()


class Attached:
    """A process that loads an application, and then serves it or waits for a child that does."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._recorder = Recorder(channel.send, self._serves)
        self._has_told = False

    def start(self) -> None:
        self._recorder.start()
        self._recorder.natives.start()
        self._announce_exit()

    def _serves(self, event: str, frame: FrameType, around: FrameType) -> None:
        """Loading is over: the server starts, or the reloader, or that starts a child."""
        self._recorder.natives.stop()
        if event == "subprocess.Popen" and around.f_code.co_name == "run_with_reloader":
            self._tell("restarting")
        elif event == "threading.Thread.start" and frame is around and _is_child():
            self._tell("serving")
        elif event == "socket.bind" and not around.f_locals.get("use_reloader", True):
            self._tell("unreloaded")

    def _tell(self, event: str) -> None:
        held = self._recorder.held()
        self._recorder.journal.serving = True
        self._channel.send(event, held=held, own=self._recorder.journal.code.loaded())

    def _announce_exit(self) -> None:
        """Tell when the main thread is through, before it waits for threads that are no daemons."""
        shutdown = getattr(threading, "_shutdown", None)
        if shutdown is None:
            return

        def announcing_shutdown() -> None:
            if self._channel.is_mine:
                self._recorder.natives.stop()
                self._channel.send("exiting", held=self._recorder.held())
            shutdown()

        threading._shutdown = announcing_shutdown  # type: ignore[attr-defined]
        atexit.register(self._channel.send, "exited")


def _is_child() -> bool:
    return os.environ.get("WERKZEUG_RUN_MAIN") == "true"
