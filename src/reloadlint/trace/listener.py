"""Where the probes of all processes report: messages in the order in which they come."""

from __future__ import annotations

import json
import os
import secrets
import selectors
import socket
import tempfile
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

#: The variable by which a process finds the listener.
VARIABLE = "RELOADLINT_TRACE"

_CHUNK = 65536


class Message(msgspec.Struct, frozen=True):
    """One event of one process.

    `name` is `gone` when the process has closed its connection, and `text` for what is no
    message, such as what `faulthandler` writes.
    """

    pid: int
    name: str
    values: dict[str, Any]
    time: float


class _Connection:
    """What has been read of one process; without its token and its number it is nobody."""

    def __init__(self) -> None:
        self.pending = b""
        self.trusted = False
        self.pid = 0


class Listener:
    """A socket that only processes find which have been given `environ`."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(16)
        self._messages: deque[Message] = deque()
        self._is_awake = False
        self._selector = selectors.DefaultSelector()
        self._stack = ExitStack()
        self._server, self._address = self._opened()
        self._waker, self._woken = socket.socketpair()
        for sock in (self._server, self._woken):
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ)

    def _opened(self) -> tuple[socket.socket, dict[str, Any]]:
        """In the file system, where only this user finds it; else on loopback."""
        if os.name != "posix":
            server = socket.create_server(("127.0.0.1", 0))
            return server, {"family": "inet", "port": server.getsockname()[1]}
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="reloadlint-"))
        path = str(Path(folder, "trace"))
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen()
        return server, {"family": "unix", "path": path}

    @property
    def environ(self) -> dict[str, str]:
        """The variable that leads a process here."""
        return {VARIABLE: json.dumps({**self._address, "token": self.token})}

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *error: object) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._waker.close()
        self._selector.close()
        self._stack.close()

    def wake(self) -> None:
        """From now on, let `next` wait no longer; may be called from another thread."""
        self._waker.send(b"!")

    def next(self, deadline: float) -> Message | None:
        """The next message; None at `deadline` (of `time.monotonic`), or if none will come."""
        while not self._messages:
            patience = 0.0 if self._is_awake else max(0.0, deadline - time.monotonic())
            ready = self._selector.select(patience)
            if not ready:
                return None
            for key, _ in ready:
                self._take(key)
        return self._messages.popleft()

    def _take(self, key: selectors.SelectorKey) -> None:
        sock = key.fileobj
        assert isinstance(sock, socket.socket)
        if sock is self._woken:
            sock.recv(_CHUNK)
            self._is_awake = True
        elif sock is self._server:
            connection, _ = sock.accept()
            self._selector.register(connection, selectors.EVENT_READ, _Connection())
        else:
            self._read(sock, key.data)

    def _read(self, sock: socket.socket, connection: _Connection) -> None:
        try:
            chunk = sock.recv(_CHUNK)
        except OSError:
            chunk = b""
        if not chunk:
            self._selector.unregister(sock)
            sock.close()
            if connection.pid:
                self._put(connection.pid, "gone", {})
            return
        *lines, connection.pending = (connection.pending + chunk).split(b"\n")
        for line in lines:
            self._line(connection, line.decode(errors="replace"))

    def _line(self, connection: _Connection, line: str) -> None:
        if not connection.trusted:
            connection.trusted = secrets.compare_digest(line.encode(), self.token.encode())
            return
        try:
            values = json.loads(line)
            name = values.pop("event")
        except (ValueError, AttributeError, KeyError, TypeError):
            name, values = "text", {"text": line}
        if name == "hello":
            connection.pid = values["pid"]
        if connection.pid:
            self._put(connection.pid, name, values)

    def _put(self, pid: int, name: str, values: dict[str, Any]) -> None:
        self._messages.append(Message(pid, name, values, time.monotonic()))
