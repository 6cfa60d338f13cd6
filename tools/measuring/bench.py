"""Where snippets are run: the servers and certificates that they share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from measuring.listeners import certificate
from measuring.servers import Missing, Server

if TYPE_CHECKING:
    import ssl
    from pathlib import Path


class Bench:
    """The servers, each started when it is first needed, and a certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: dict[str, Server | Missing] = {}
        self._lock = threading.Lock()
        self._context = certificate(folder)

    def close(self) -> None:
        """Stop the servers."""
        for server in self._servers.values():
            if isinstance(server, Server):
                server.stop()

    def server(self, name: str) -> Server:
        """A real server, started when it is first needed. Raises `Missing`."""
        with self._lock:
            if name not in self._servers:
                try:
                    self._servers[name] = Server(name, self._folder / name)
                except Missing as missing:
                    self._servers[name] = missing
            found = self._servers[name]
        if isinstance(found, Missing):
            raise found
        return found

    @property
    def context(self) -> ssl.SSLContext | None:
        """The certificate for encrypted protocols."""
        return self._context

    @property
    def files(self) -> dict[str, str]:
        """Paths that snippets may name."""
        return {"authority": str(self._folder / "cert.pem")}
