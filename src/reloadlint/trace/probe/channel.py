"""The way on which the probe reports: a socket of its own, one JSON object a line."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from typing import Any

VARIABLE = "RELOADLINT_TRACE"


class Channel:
    """Sends messages for the process that opened it; a fork of that sends nothing.

    A launcher that has gone is no reason for the program to fail: messages are dropped then.
    """

    def __init__(self, address: dict[str, Any]) -> None:
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._socket = _connected(address)

    @classmethod
    def from_environment(cls) -> Channel:
        """The channel whose address the launcher has put into a variable.

        Raises:
            OSError, KeyError: nobody listens there.
        """
        return cls(json.loads(os.environ[VARIABLE]))

    @property
    def descriptor(self) -> int:
        return self._socket.fileno()

    @property
    def is_mine(self) -> bool:
        """Whether this is still the process that opened the channel."""
        return os.getpid() == self._pid

    def send(self, event: str, **values: Any) -> None:
        """Report one event."""
        if not self.is_mine:
            return
        line = json.dumps({"event": event, **values}) + "\n"
        with self._lock, contextlib.suppress(OSError):
            self._socket.sendall(line.encode())

    def hello(self) -> None:
        """Report which process this is."""
        self.send(
            "hello",
            pid=self._pid,
            ppid=os.getppid(),
            python=".".join(map(str, sys.version_info[:3])),
            reloaded=os.environ.get("WERKZEUG_RUN_MAIN") == "true",
        )


def _connected(address: dict[str, Any]) -> socket.socket:
    """A connection whose first line shows that the process was started by the launcher."""
    if address["family"] == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address["path"])
    else:
        connection = socket.create_connection(("127.0.0.1", address["port"]))
    connection.sendall(address["token"].encode() + b"\n")
    return connection
