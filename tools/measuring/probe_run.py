"""Runs one snippet in a process of its own and writes down what it left: the measuring itself.

`python -I probe_run.py TASK` reads a task (see `runs.py`) as JSON and writes the answer to the file
that it names. Only the standard library is imported; the measured library comes with the snippet.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

with open(sys.argv[1], encoding="utf-8") as _file:  # noqa: PTH123
    TASK = json.load(_file)
sys.path[:0] = TASK["path"]

from aids import evaluated, free_port, pseudo_terminal, version_of  # noqa: E402
from census import Thing, census, settled  # noqa: E402
from names import import_longest, unresolved  # noqa: E402
from probe import system  # noqa: E402

del sys.path[: len(TASK["path"])]

_EVENTS = {
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.system",
    "sqlite3.connect",
    "_thread.start_new_thread",
    "_thread.start_joinable_thread",
}


class Listening:
    """The audit events of the measured call."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self.is_on = False
        sys.addaudithook(self._heard)

    def _heard(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.is_on and event in _EVENTS:
            self.seen[event] = self.seen.get(event, 0) + 1


class Run:
    """One task from its setup to its answer."""

    def __init__(self, task: dict[str, Any], listening: Listening) -> None:
        self.task = task
        self.listening = listening
        self.answer: dict[str, Any] = {
            "raised": None,
            "events": {},
            "held": None,
            "left": None,
            "absent": [],
        }
        self._before: dict[Thing, str] = {}
        self._held: dict[Thing, str] = {}
        self._is_writing = threading.Lock()
        self._is_closing = False
        self.space: dict[str, Any] = {
            "__name__": "__measured__",
            "host": "127.0.0.1",
            "folder": task["folder"],
            "port": task["port"],
            "url": f"http://127.0.0.1:{task['port']}",
            "free_port": free_port,
            "pseudo_terminal": pseudo_terminal,
            "ended": threading.Event(),
            "it": None,
        }

    def measure(self) -> None:
        """All of it, where no event loop is running."""
        closing = self.begin()
        if inspect.iscoroutine(closing):
            self._closed(lambda: asyncio.new_event_loop().run_until_complete(closing))
        self.end()

    async def measure_in_loop(self) -> None:
        """All of it inside a running event loop."""
        closing = self.begin()
        if inspect.isawaitable(closing):
            try:
                await closing
            except BaseException as error:
                self._note(error)
        await asyncio.sleep(0.2)
        self.end()

    def begin(self) -> Any:
        """Setup, call, and what the task says is done afterwards; what that returned."""
        self._set_up()
        threading.Thread(target=self._watch, daemon=True).start()
        time.sleep(0.01)
        gc.collect()
        self._before = settled()
        self._call()
        self._held = self._new(settled())
        self.answer["held"] = _shown(self._held)
        self.answer["events"] = dict(self.listening.seen)
        self._look_for_closers()
        if not self.task["after"] or self._has_failed():
            return None
        return self._closed(lambda: evaluated(self.task["after"], self.space))

    def end(self) -> None:
        """Wait until what was held is gone."""
        if not self._is_closing:
            return
        gc.collect()
        end = time.monotonic() + self.task["patience"]
        left = self._left()
        while time.monotonic() < end and any(t.kind in self.task["awaited"] for t in left):
            time.sleep(0.02)
            left = self._left()
        self.answer["left"] = _shown(left)

    def _set_up(self) -> None:
        for name in self.task["modules"]:
            self.space[name.partition(".")[0]] = import_longest(name)
        exec(compile(self.task["setup"], "<setup>", "exec"), self.space)
        self.answer["unknown"] = unresolved(self.task["names"])
        self.answer["version"] = version_of(self.task["distribution"])

    def _call(self) -> None:
        self.listening.is_on = True
        try:
            exec(compile(self.task["call"], "<call>", "exec"), self.space)
        except BaseException as error:
            self.answer["raised"] = type(error).__name__
            self.answer["trace"] = traceback.format_exc()[-1500:]
        self.listening.is_on = False
        gc.collect()

    def _look_for_closers(self) -> None:
        target = self.space.get(self.task["target"])
        if inspect.iscoroutine(target) or target is None:
            return
        self.answer["absent"] = [c for c in self.task["closers"] if not hasattr(target, c)]
        self.answer["with"] = hasattr(type(target), "__exit__")

    def _has_failed(self) -> bool:
        """Whether there is nothing that could be closed."""
        is_missing = self.space.get(self.task["target"]) is None
        return bool(self.answer["raised"]) and (is_missing or not self.task["after_raised"])

    def _closed(self, close: Callable[[], Any]) -> Any:
        self._is_closing = True
        try:
            return close()
        except BaseException as error:
            self._note(error)
            return None

    def _note(self, error: BaseException) -> None:
        self.answer["after_raised"] = f"{type(error).__name__}: {str(error)[:200]}"

    def _new(self, now: dict[Thing, str]) -> dict[Thing, str]:
        return {thing: word for thing, word in now.items() if thing not in self._before}

    def _left(self) -> dict[Thing, str]:
        return {thing: word for thing, word in self._new(census()).items() if thing in self._held}

    def _watch(self) -> None:
        """A call that doesn't return within its time is measured while it waits."""
        time.sleep(self.task["limit"])
        waiting = f"still waiting after {self.task['limit']:g} s"
        if self.answer["held"] is None:
            self.answer["raised"] = waiting
            self.answer["held"] = _shown(self._new(census()))
            self.answer["events"] = dict(self.listening.seen)
        else:
            self.answer["after_raised"] = waiting
            self.answer["left"] = _shown(self._left())
        self.finish()

    def finish(self) -> None:
        """Write the answer, end every child, and go without any exit handler."""
        with self._is_writing:
            with open(self.task["answer"], "w", encoding="utf-8") as file:  # noqa: PTH123
                json.dump(self.answer, file)
            for child in system.children():
                with contextlib.suppress(OSError):
                    os.kill(child, signal.SIGKILL)
            os._exit(0)


def _shown(things: dict[Thing, str]) -> list[list[str]]:
    """What is held, as it is reported: kind and word, without the numbers of this run."""
    return sorted([thing.kind, word] for thing, word in things.items())


def main() -> None:
    """Run the task; a failure of the setup is an answer, too."""
    # `nohup` has programs and their children ignore the one, and a shell's `&` the other.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run = Run(TASK, Listening())
    try:
        if TASK["running_loop"]:
            asyncio.run(run.measure_in_loop())
        else:
            run.measure()
    except BaseException:
        run.answer["failed"] = traceback.format_exc()[-2000:]
    run.finish()


main()
