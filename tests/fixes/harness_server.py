"""A development server with its reloader, in processes of its own on a free port of loopback."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 30  # seconds for what is going to happen
STORE = re.compile(r"store (opened|closed) by (\d+)")


class Server:
    """`python app.py` in a project that prints a line when a store is opened or closed."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._port = port
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._instances: Counter[int] = Counter()
        self._reader = threading.Thread(target=self._read, args=(process.stderr,))
        self._reader.start()
        self.pid = process.pid

    @property
    def instances(self) -> dict[int, int]:
        """How many stores each process holds, as far as the log has been read."""
        return {pid: number for pid, number in self._instances.items() if number}

    def logs(self, text: str, patience: float = PATIENCE) -> bool:
        """Read the log on to a line with `text`; tell whether one comes in time."""
        deadline = time.monotonic() + patience
        with suppress(queue.Empty):
            while text not in (line := self._lines.get(timeout=deadline - time.monotonic())):
                self._count(line)
            return True
        return False

    def get(self, path: str, patience: float = PATIENCE) -> dict[str, Any] | None:
        """Return what the server answers, or None if it doesn't in time.

        The port is bound by the parent, before there is anyone to answer: nothing is refused.
        """
        url = f"http://127.0.0.1:{self._port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=patience) as response:
                return json.load(response)
        except (TimeoutError, urllib.error.URLError, ConnectionError):
            return None

    def join(self) -> None:
        """Wait until all that wrote to the log is gone."""
        self._reader.join()

    def _read(self, log: IO[str]) -> None:
        with log:
            for line in log:
                self._lines.put(line)

    def _count(self, line: str) -> None:
        if found := STORE.search(line):
            self._instances[int(found[2])] += 1 if found[1] == "opened" else -1


@contextmanager
def serve(project: Path) -> Iterator[Server]:
    """Run `app.py` of a project; whatever happens, none of its processes is left."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("FLASK", "WERKZEUG"))}
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-B", "app.py"],
        cwd=project,
        env={**inherited, "PORT": str(port), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    server = Server(process, port)
    try:
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        server.join()


def is_alive(pid: int) -> bool:
    """Tell whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
