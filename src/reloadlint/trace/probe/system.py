"""What the operating system knows of this process: its threads, open files and children.

On Linux that is read from /proc, on macOS asked of libproc and `ps`. Elsewhere nothing is known.
"""

from __future__ import annotations

import os
import subprocess
import sys

TASKS = "/proc/self/task"
HAS_PROC = os.path.isdir(TASKS)
IS_MAC = sys.platform == "darwin"

PYTHONS_OWN = "multiprocessing.resource_tracker"
"""A helper that ends by itself; from Python 3.14 on Werkzeug's debugger has one, too."""

_LIST_THREAD_IDS = 28  # PROC_PIDLISTTHREADIDS of libproc
_GET_PATH = 50  # F_GETPATH of fcntl
_LISTENS = "0A"
_MOST = 4096

#: What a file begins with, and where, if it is a database.
_MAGIC = (
    (0, b"SQLite format 3"),
    (8, b"DUCK"),
    (16, b"\xde\xc0\xef\xbe"),  # LMDB
    (0, b"\xce\x9a\x57\x13"),  # GDBM
    (0, b"\xcf\x9a\x57\x13"),
    (12, b"\x62\x31\x05\x00"),  # Berkeley DB
    (12, b"\x61\x15\x06\x00"),
)


def sees_threads() -> bool:
    """Whether threads that Python doesn't know can be seen here."""
    return HAS_PROC or IS_MAC


def sees_children() -> bool:
    """Whether it can be told here which child processes are running."""
    return HAS_PROC or os.name == "posix"


def count_threads() -> int:
    """How many threads the process has; 0 where that is not known. Made to be asked often."""
    return os.stat(TASKS).st_nlink - 2 if HAS_PROC else len(threads())


def threads() -> frozenset[int]:
    """The numbers by which the system knows the threads, as `Thread.native_id` has them."""
    if HAS_PROC:
        return frozenset(int(name) for name in os.listdir(TASKS))
    return _mac_threads() if IS_MAC else frozenset()


def _mac_threads() -> frozenset[int]:
    import ctypes

    numbers = (ctypes.c_uint64 * _MOST)()
    ask = ctypes.CDLL(None).proc_pidinfo
    ask.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_int)
    size = ask(os.getpid(), _LIST_THREAD_IDS, 0, numbers, ctypes.sizeof(numbers))
    return frozenset(numbers[: max(0, size) // ctypes.sizeof(ctypes.c_uint64)])


def count_descriptors() -> int:
    """How many files, sockets and the like are open; 0 where that is not known."""
    return len(os.listdir("/proc/self/fd")) if HAS_PROC else 0


def descriptors() -> dict[int, str]:
    """What each open descriptor stands for: a path, or `socket:[number]`."""
    found = {}
    folder = "/proc/self/fd" if HAS_PROC else "/dev/fd" if IS_MAC else ""
    for name in os.listdir(folder) if folder else ():
        target = _target(int(name))
        if target:
            found[int(name)] = target
    return found


def _target(descriptor: int) -> str:
    try:
        if HAS_PROC:
            return os.readlink(f"/proc/self/fd/{descriptor}")
        import fcntl

        path = fcntl.fcntl(descriptor, _GET_PATH, bytes(1024))
        return path.rstrip(b"\0").decode(errors="replace")
    except OSError:
        return ""


def listening() -> frozenset[str]:
    """The sockets that listen, as `descriptors` calls them."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in _lines(f"/proc/self/net/{table}")[1:]:
            fields = line.split()
            if len(fields) > 9 and fields[3] == _LISTENS:
                found.add(f"socket:[{fields[9]}]")
    return frozenset(found)


def is_database(path: str) -> bool:
    """Whether a file begins as one of the known kinds of databases does."""
    try:
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            start = file.read(32)
    except OSError:
        return False
    return any(start[place:].startswith(magic) for place, magic in _MAGIC)


def children() -> dict[int, bool]:
    """The child processes, and whether each is still running (and no zombie)."""
    if HAS_PROC:
        return {child: _runs(child) for child in _proc_children()}
    return _listed_children() if os.name == "posix" else {}


def _proc_children() -> list[int]:
    found: list[str] = []
    for task in os.listdir(TASKS):
        for line in _lines(f"{TASKS}/{task}/children"):
            found += line.split()
    return sorted(map(int, found))


def is_pythons_own(process: int) -> bool:
    """Whether a child process is Python's helper, and nothing that the program asked for."""
    if HAS_PROC:
        return PYTHONS_OWN in "".join(_lines(f"/proc/{process}/cmdline"))
    with subprocess.Popen(
        ["ps", "-o", "command=", "-p", str(process)], stdout=subprocess.PIPE, text=True
    ) as listing:
        return PYTHONS_OWN in listing.communicate()[0]


def _runs(process: int) -> bool:
    state = "".join(_lines(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return bool(state) and state[0] not in "ZX"


def _listed_children() -> dict[int, bool]:
    with subprocess.Popen(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], stdout=subprocess.PIPE, text=True
    ) as listing:
        rows = [line.split() for line in listing.communicate()[0].splitlines()]
        mine = [row for row in rows if row[1] == str(os.getpid()) and row[0] != str(listing.pid)]
    return {int(row[0]): not row[2].startswith("Z") for row in mine}


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
