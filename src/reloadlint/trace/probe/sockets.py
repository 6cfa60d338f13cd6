"""Sockets that Python code opens."""

from __future__ import annotations

import os
import socket
import weakref
from typing import Any, Callable, Iterator

from .journal import Effect, Journal


class Sockets:
    """Every socket object, by the line that made it, or the one further down that bound it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[int, tuple[Any, Effect]] = {}
        self.handlers: dict[str, Callable[..., None]] = {
            "socket.__new__": self._opened,
            "socket.bind": self._bound,
            "socket.connect": self._connected,
        }

    def wrap(self) -> None:
        """See which ports are refused: the audit event comes before the attempt."""
        bind = socket.socket.bind

        def noting_bind(sock: socket.socket, address: Any) -> None:
            try:
                bind(sock, address)
            except OSError as error:
                if not self._journal.is_silent:
                    self._refused(sock, error)
                raise

        noting_bind.__doc__ = bind.__doc__
        socket.socket.bind = noting_bind  # type: ignore[method-assign,assignment]

    def _opened(self, _event: str, sock: Any, *_args: Any) -> None:
        self._known.pop(id(sock), None)
        effect = self._journal.begin("socket", "not connected")
        if effect is not None:
            self._known[id(sock)] = (weakref.ref(sock), effect)

    def _bound(self, _event: str, sock: Any, address: Any) -> None:
        self._moved(sock, "listen", f"bound to {shown(address)}")

    def _connected(self, _event: str, sock: Any, address: Any) -> None:
        self._moved(sock, "socket", f"connected to {shown(address)}")

    def _moved(self, sock: Any, kind: str, detail: str) -> None:
        known = self._known.get(id(sock))
        if known is None or (known[1]["kind"] == "listen" and not self._is_client(known[1], kind)):
            return
        effect = self._journal.begin(kind, detail, instead=known[1])
        if effect is not None:
            self._known[id(sock)] = (known[0], effect)

    def _is_client(self, bound: Effect, kind: str) -> bool:
        """Whether it was bound to any port at all, as clients are that then connect."""
        return kind == "socket" and str(bound["detail"]).endswith(":0")

    def _refused(self, sock: socket.socket, error: OSError) -> None:
        known = self._known.get(id(sock))
        if known is not None:
            self._journal.send("refused", id=known[1]["id"], why=error.strerror or str(error))
            del self._known[id(sock)]

    def held(self) -> Iterator[dict[str, Any]]:
        """Those that are still open."""
        for _, effect in self._open():
            yield {"id": effect["id"]}

    @property
    def descriptors(self) -> frozenset[int]:
        """The descriptors of the sockets that are open."""
        return frozenset(sock.fileno() for sock, _ in self._open())

    def _open(self) -> Iterator[tuple[socket.socket, Effect]]:
        for reference, effect in list(self._known.values()):
            sock = reference()
            if sock is not None and sock.fileno() >= 0:
                yield sock, effect


def shown(address: Any) -> str:
    """An address as `host:port`, or the path of a socket in the file system."""
    if isinstance(address, tuple) and len(address) >= 2:
        host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
        return f"{host}:{address[1]}"
    return os.fsdecode(address) if isinstance(address, (str, bytes)) else str(address)
