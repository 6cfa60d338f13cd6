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
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PATIENCE = 30  # seconds for what is going to happen
INSTANCE = re.compile(r"(?:store|worker) (opened|started|closed|stopped) by (\d+)")


class Server:
    """A server of a project that prints a line when a store (or worker) is opened or closed."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._port = port
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._instances: Counter[int] = Counter()
        self.opened: Counter[int] = Counter()
        """How many stores each process has opened, as far as the log has been read."""
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
            line = ""
            while text not in line:
                line = self._lines.get(timeout=deadline - time.monotonic())
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
        for found in INSTANCE.finditer(line):  # processes may write into each other's lines
            begins = found[1] in ("opened", "started")
            self._instances[int(found[2])] += 1 if begins else -1
            self.opened[int(found[2])] += begins


@contextmanager
def serve(
    project: Path, command: Sequence[str] = ("app.py",), variables: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run `app.py` of a project; whatever happens, none of its processes is left.

    Args:
        project: the project's folder.
        command: what Python is called with; `{port}` in it stands for the port.
        variables: what is added to the environment.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("FLASK", "WERKZEUG"))}
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-B", *(part.format(port=port) for part in command)],
        cwd=project,
        env={**inherited, "PORT": str(port), "PYTHONUNBUFFERED": "1", **(variables or {})},
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
