"""What a process holds at one moment: threads, sockets, children and files, asked of the system.

Part of what runs beside a measured library, so it knows nothing but the standard library and the
modules of the probe that `reloadlint trace` has.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from probe import system
from probe.files import is_device

#: A pseudo-terminal's own end: what a child process is talked to through, and no device.
_OWN_END = "/dev/ptmx"
_QUIET = 0.05  # seconds in which nothing may change for a state to be called settled
_LONGEST = 1.0


class Thing(NamedTuple):
    """Something held: what it is, and by what it is told from others of its kind."""

    kind: str
    key: Any


def census() -> dict[Thing, str]:
    """Everything that is held now, each with a word about it."""
    found: dict[Thing, str] = {}
    _add_threads(found)
    for child, runs in system.children().items():
        if runs:
            found[Thing("process", child)] = ""
    _add_descriptors(found)
    return found


def settled() -> dict[Thing, str]:
    """The census once it has stopped changing: threads and children need a moment to begin."""
    last, since, end = census(), time.monotonic(), time.monotonic() + _LONGEST
    while time.monotonic() - since < _QUIET and time.monotonic() < end:
        time.sleep(_QUIET / 5)
        now = census()
        if now.keys() != last.keys():
            last, since = now, time.monotonic()
    return last


def _add_threads(found: dict[Thing, str]) -> None:
    known = set()
    for thread in threading.enumerate():
        known.add(thread.native_id)
        daemon = "daemon" if thread.daemon else "non-daemon"
        if type(thread).__name__ == "_DummyThread":
            daemon = "without an object"
        found[Thing("thread", thread.native_id)] = daemon
    for number in system.threads() - known:
        found[Thing("native thread", number)] = ""


def _add_descriptors(found: dict[Thing, str]) -> None:
    sockets: dict[int, str] = {}
    for number, target in system.descriptors().items():
        if target.startswith("socket:"):
            sockets[number] = target
        elif target.startswith(("pipe:", "anon_inode:")):
            found[Thing(target.partition(":")[0].replace("_inode", ""), target + str(number))] = ""
        elif target.startswith("/"):
            found[Thing(_kind_of_file(target), (target, number))] = ""
    for number, (kind, word) in _sorted_out(sockets).items():
        found[Thing(kind, (sockets[number], number))] = word


def _kind_of_file(path: str) -> str:
    if path == _OWN_END:
        return "terminal"
    if is_device(path):
        return "device"
    return "dbfile" if system.is_database(path) else "file"


def _sorted_out(sockets: dict[int, str]) -> dict[int, tuple[str, str]]:
    """What each socket is for; the two ends of a connection to oneself are a pair."""
    asked = {number: _described(number) for number in sockets}
    own = {local for _, _, local, _ in asked.values() if local}
    return {
        number: ("pair" if kind == "socket" and peer and peer in own else kind, word)
        for number, (kind, word, _, peer) in asked.items()
    }


def _described(number: int) -> tuple[str, str, Any, Any]:
    """Kind, word, own address and the peer's of an open socket."""
    try:
        copy = socket.socket(fileno=os.dup(number))
    except OSError:
        return "other socket", "", None, None
    with copy:
        local, peer = _asked(copy.getsockname), _asked(copy.getpeername)
        if copy.family == socket.AF_UNIX:
            return _unix(copy, local, peer), "unix", None, None
        if copy.family not in (socket.AF_INET, socket.AF_INET6):
            return "other socket", str(copy.family), None, None
        word = "udp" if copy.type == socket.SOCK_DGRAM else "tcp"
        if _listens(copy):
            return "listen", word, local, None
        if peer:
            return "socket", word, local, peer
        is_bound = bool(local and local[1])
        return ("bound" if is_bound else "unconnected"), word, local, None


def _unix(copy: socket.socket, local: Any, peer: Any) -> str:
    if _listens(copy):
        return "listen"
    return "socket" if peer else "bound" if local else "pair"


def _listens(copy: socket.socket) -> bool:
    try:
        return bool(copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError:
        return False


def _asked(question: Callable[[], Any]) -> Any:
    try:
        return question()
    except OSError:
        return None
