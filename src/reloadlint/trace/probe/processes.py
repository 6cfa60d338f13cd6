"""Child processes, started in whatever way Python has for it."""

from __future__ import annotations

import os
import sys
from typing import Any, Iterator

from . import system
from .frames import is_within
from .journal import Effect, Journal

EVENTS = (
    "subprocess.Popen",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.system",
    "_posixsubprocess.fork_exec",  # since Python 3.14
)
INSIDE = {"os.posix_spawn": "_posix_spawn", "_posixsubprocess.fork_exec": "_execute_child"}
"""The function of `subprocess` that has told of the process before."""


class Processes:
    """Every start of a process, with the numbers that the system gave to what was started."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[Effect] = []
        self._children: dict[int, Effect] = {}
        self._others = frozenset(system.children())
        self.handlers = dict.fromkeys(EVENTS, self._starts)

    def _starts(self, event: str, *args: Any) -> None:
        inside = INSIDE.get(event)
        if inside is not None and is_within(sys._getframe(), "subprocess", inside):
            return
        self.look()
        command = _command(event, args)
        if system.PYTHONS_OWN in command:
            return
        effect = self._journal.begin("process", command)
        if effect is not None:
            self._waiting.append(effect)

    def look(self) -> None:
        """Find out which processes the latest events have started."""
        if not self._waiting or not system.sees_children():
            return
        known = self._others | self._children.keys()
        new = [child for child in sorted(system.children()) if child not in known]
        new = [child for child in new if not self._is_pythons_own(child)]
        self._children.update(zip(new, self._waiting))
        # What has more children than events knows of gets them all under its last event.
        self._children.update(dict.fromkeys(new[len(self._waiting) :], self._waiting[-1]))
        self._waiting.clear()

    def held(self) -> Iterator[dict[str, Any]]:
        """Those that are still running; where nobody can tell, all of them, as unknown."""
        if not system.sees_children():
            yield from ({"id": effect["id"], "unknown": True} for effect in self._waiting)
            return
        self.look()
        running: dict[int, list[int]] = {}
        for child, runs in system.children().items():
            if runs and child not in self._others and not self._is_pythons_own(child):
                effect = self._children.get(child) or self._unseen(child)
                if effect is not None:
                    running.setdefault(effect["id"], []).append(child)
        for number, children in running.items():
            yield {"id": number, "pids": children}

    def _is_pythons_own(self, child: int) -> bool:
        if child not in self._children and system.is_pythons_own(child):
            self._others |= {child}
        return child in self._others

    def _unseen(self, child: int) -> Any:
        """A process that was started without an event, as `multiprocessing` does for `spawn`."""
        effect = self._journal.begin("process", "started outside of `subprocess`", native=True)
        if effect is not None:
            self._children[child] = effect
        return effect


def _command(event: str, args: Any) -> str:
    """What a process is to run, shortly."""
    if event == "os.system":
        return os.fsdecode(args[0])
    if event in ("subprocess.Popen", "_posixsubprocess.fork_exec"):
        given = args[1]
        words = [given] if isinstance(given, (str, bytes, os.PathLike)) else list(given)
        return " ".join(os.fsdecode(word) for word in words)
    return "a fork" if event.startswith("os.fork") else os.fsdecode(args[0])
