"""What snippets may call, and what else a run needs; the standard library is all that is known."""

from __future__ import annotations

import os
import sys
from typing import Any


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def pseudo_terminal() -> str:
    """The path of a pseudo-terminal that stands for a serial device; its other end stays open."""
    import pty
    import tty

    _, theirs = pty.openpty()
    tty.setraw(theirs)
    path = os.ttyname(theirs)
    os.close(theirs)
    return path


def version_of(distribution: str) -> str | None:
    """The installed version; of the standard library, Python's."""
    if distribution == "stdlib":
        return ".".join(map(str, sys.version_info[:3]))
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def evaluated(text: str, space: dict[str, Any]) -> Any:
    """The value of an expression; None for statements."""
    try:
        code = compile(text, "<after>", "eval")
    except SyntaxError:
        exec(compile(text, "<after>", "exec"), space)
        return None
    return eval(code, space)
