"""Listeners on loopback, one protocol each."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

from measuring.protocols import Goodbye, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class Listener:
    """A port of loopback on which one protocol is spoken until `close`."""

    def __init__(self, protocol: Protocol, context: ssl.SSLContext | None = None) -> None:
        self._protocol = protocol
        self._context = context
        self._sock = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: list[socket.socket] = []
        self.port: int = self._sock.getsockname()[1]
        self.accepted = 0
        """How many connections there were; a client in C can't be seen to make one otherwise."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening, and hang up on everybody."""
        for sock in (self._sock, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._sock.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._context and self._protocol.is_encrypted:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            sock.sendall(self._protocol.greeting)
            while received := sock.recv(65536):
                answer = self._protocol.answer(received)
                sock.sendall(answer)
                if isinstance(answer, Goodbye):
                    sock.close()
                    return


def certificate(folder: Path) -> ssl.SSLContext | None:
    """A certificate of the machine's own for encrypted protocols, if openssl can make one."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    try:
        done = subprocess.run(
            [*made, "-keyout", key, "-out", cert], capture_output=True, check=False
        )
    except OSError:
        return None
    if done.returncode:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
