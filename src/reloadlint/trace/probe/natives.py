"""What C code holds behind Python's back, by asking the operating system after each line."""

from __future__ import annotations

import os
import sys
import time
from types import FrameType
from typing import Any, Iterator

from . import system
from .files import Files, is_device
from .frames import Code, Way
from .journal import Effect, Journal
from .processes import Processes
from .sockets import Sockets
from .threads import Threads

MOST_LOOKS = 100_000  # lines after which it is asked: from then on no line is known any more
LINGERING = 0.5  # seconds in which the system may still know a thread that has ended


class Natives:
    """Threads and descriptors that no event tells of, each with the line that it appeared in."""

    def __init__(
        self,
        journal: Journal,
        threads: Threads,
        sockets: Sockets,
        files: Files,
        processes: Processes,
    ) -> None:
        self._journal = journal
        self._code: Code = journal.code
        self._threads = threads
        self._sockets = sockets
        self._files = files
        self._processes = processes
        self._ways: dict[tuple[str, int], Way | None] = {}
        self._effects: dict[tuple[str, int], Effect] = {}
        self._last: tuple[FrameType, int] | None = None
        self._looks = 0
        self._is_over = False
        self._before: frozenset[tuple[str, int]] | None = None
        self._seen: tuple[int, int] = (0, 0)

    def start(self) -> None:
        """Follow the project's lines in this thread, from here on."""
        self._note(None)
        self._before = frozenset(self._ways)
        self._seen = _counts()
        sys.settrace(self._calls)

    def stop(self) -> None:
        """Leave the project's lines alone again; what comes from now on is not loading's doing."""
        if self._before is None or self._is_over:
            return
        self._note(self._way())
        self._is_over = True
        if sys.gettrace() == self._calls:
            sys.settrace(None)
        self._last = None

    def _calls(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        return self._lines if self._code.own(frame.f_code.co_filename) else None

    def _lines(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if self._looks > MOST_LOOKS or self._journal.is_silent:
            return None
        with self._journal:
            self._look()
        caller = self._caller(frame) if event == "return" else frame
        self._last = (caller, caller.f_lineno) if caller else None
        return self._lines

    def _caller(self, frame: FrameType) -> FrameType | None:
        """The project's next frame outside of this one."""
        outer = frame.f_back
        while outer is not None and not self._code.own(outer.f_code.co_filename):
            outer = outer.f_back
        return outer

    def _look(self) -> None:
        """What is there now and was not is the doing of the line before."""
        self._looks += 1
        self._processes.look()
        seen = _counts()
        if seen != self._seen:
            self._seen = seen
            self._note(self._way())

    def _way(self) -> Way | None:
        if self._last is None:
            return None
        frame, line = self._last
        way = self._code.way(frame)
        way.lines[-1][1] = line  # the frame itself has gone on
        return way

    def _note(self, way: Way | None) -> None:
        for key in (*_tasks(), *_descriptors()):
            self._ways.setdefault(key, way)

    def held(self) -> Iterator[dict[str, Any]]:
        """Those that are still there; where nobody knows which line it was, without one."""
        if self._before is None:
            return
        groups: dict[int, list[tuple[str, int]]] = {}
        for key, kind, detail in [*self._held_tasks(), *self._held_files()]:
            effect = self._effects.get(key) or self._begin(key, kind, detail)
            if effect is not None:
                groups.setdefault(effect["id"], []).append(key)
        yield from ({"id": number, "count": len(keys)} for number, keys in groups.items())

    def _begin(self, key: tuple[str, int], kind: str, detail: str) -> Effect | None:
        """One effect for all threads of one line, one for each descriptor."""
        way = self._ways.get(key) or Way(None, [], None)
        alike = [e for k, e in self._effects.items() if k[0] == key[0] == "task"]
        same = next((e for e in alike if e["lines"] == way.lines), None)
        effect = same or self._journal.begin(kind, detail, native=True, way=way)
        if effect is not None:
            self._effects[key] = effect
        return effect

    def _held_tasks(self) -> Iterator[tuple[tuple[str, int], str, str]]:
        for task in self._unknown():
            if ("task", task) in self._ways:
                yield ("task", task), "thread", "started outside of `threading`"

    def _unknown(self) -> list[int]:
        """Threads that are not Python's, once those that have just ended are gone."""
        deadline = time.monotonic() + LINGERING
        before = {number for name, number in self._before or () if name == "task"}
        known = self._threads.native_ids | before
        while True:
            unknown = sorted(system.threads() - known)
            if not unknown or time.monotonic() > deadline:
                return unknown
            time.sleep(LINGERING / 100)

    def _held_files(self) -> Iterator[tuple[tuple[str, int], str, str]]:
        listening = system.listening()
        inherited = {name for name, _ in self._before or ()}  # or a copy of what is
        for number, target in system.descriptors().items():
            is_new = target not in inherited and (target, number) in self._ways
            kind = self._kind(number, target, listening) if is_new else ""
            if kind:
                is_file = kind in ("device", "dbfile")
                yield (target, number), kind, target if is_file else "opened outside of `socket`"

    def _kind(self, number: int, target: str, listening: frozenset[str]) -> str:
        """What an open descriptor is, if Python does not know it; else nothing."""
        if target.startswith("socket:"):
            known = number in self._sockets.descriptors
            return "" if known else "listen" if target in listening else "socket"
        if target in self._files.paths or not os.path.isabs(target):
            return ""
        return "device" if is_device(target) else "dbfile" if system.is_database(target) else ""


def _counts() -> tuple[int, int]:
    return system.count_threads(), system.count_descriptors()


def _tasks() -> list[tuple[str, int]]:
    return [("task", number) for number in system.threads()]


def _descriptors() -> list[tuple[str, int]]:
    return [(target, number) for number, target in system.descriptors().items()]
