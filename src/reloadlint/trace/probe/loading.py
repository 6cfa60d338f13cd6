"""Loads an application as `flask run` would, under the probe, and ends the process."""

from __future__ import annotations

import faulthandler
import os
import re
import signal
import sys
import traceback
from importlib import import_module
from types import FrameType
from typing import Any

from .applications import Absent, application
from .channel import Channel
from .recorder import Recorder

HERE = os.path.dirname(os.path.abspath(__file__))


def main(target: str) -> None:
    """Load `module`, `module:name`, `module:factory(…)`, with a path in place of the module."""
    channel = Channel.from_environment()
    channel.hello()
    Loading(channel).run(target)


class Loading:
    """One application being loaded in this process."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._recorder = Recorder(channel.send, self._serves)

    def run(self, target: str) -> None:
        """Load it, report how that went and what is held, and leave."""
        path, _, name = _split(target)
        module = _importable(path)
        sys.argv[:] = [path]
        # As under `flask run`: an `app.run()` that nothing guards is passed over.
        os.environ["FLASK_RUN_FROM_CLI"] = "true"
        self._heed_the_time_limit()
        self._recorder.start()
        self._recorder.natives.start()
        try:
            found, note = application(import_module(module), name)
        except BaseException as error:
            self._failed(error, module)
            self._leave()  # while the error still holds what its frames do
        else:
            self._channel.send("note", text=note)
            self._leave(found)

    def _serves(self, _event: str, _frame: FrameType, _around: FrameType) -> None:
        """The program starts its server although it is only being loaded: that is its end."""
        self._channel.send("note", text="starts its server while it is loaded; seen up to there")
        self._leave(at_once=True)

    def _failed(self, error: BaseException, module: str) -> None:
        trace = _without_ours(error)
        if isinstance(error, Absent):
            self._channel.send("failed", how="absent", text=str(error))
        elif _is_missing(error, module) and trace is None:
            self._channel.send("failed", how="absent", text=_no_module(module))
        elif isinstance(error, SystemExit):
            is_status = error.code is None or isinstance(error.code, int)
            status = f"status {error.code or 0}" if is_status else f"status 1 ({error.code})"
            self._channel.send("failed", how="exits", text=status)
        else:
            lines = traceback.format_exception(type(error), error, trace)
            self._channel.send("failed", how="raises", text="".join(lines))

    def _leave(self, _kept: Any = None, *, at_once: bool = False) -> None:
        """Report what is held, and end; without waiting for anything if there is something.

        Args:
            _kept: the application, which a factory's caller would have.
        """
        if not self._channel.is_mine:
            os._exit(0)
        self._recorder.natives.stop()
        held = self._recorder.held()
        self._recorder.journal.serving = True  # what exit handlers begin is not loading
        own = self._recorder.journal.code.loaded()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        self._channel.send("loaded", held=held, own=own)
        if held or at_once:
            os._exit(0)
        sys.exit(0)

    def _heed_the_time_limit(self) -> None:
        """Where the launcher asks for it, say where the program is, and what it holds."""
        if hasattr(signal, "SIGUSR2") and hasattr(faulthandler, "register"):
            signal.signal(signal.SIGUSR2, self._is_late)
            faulthandler.register(
                signal.SIGUSR2, self._channel.descriptor, all_threads=False, chain=True
            )

    def _is_late(self, _number: int, _frame: Any) -> None:
        own = self._recorder.journal.code.loaded()
        self._channel.send("late", held=self._recorder.held(), own=own)


def _split(target: str) -> tuple[str, str, str]:
    """The module (or path) and the name; a drive letter's colon is none of that kind."""
    found = re.match(r"(.+?):(?![\\/])(.*)", target, re.DOTALL)
    return (found[1], ":", found[2]) if found else (target, "", "")


def _importable(path: str) -> str:
    """The dotted name of what is to be imported; makes it possible, as Flask does."""
    file = os.path.realpath(path)
    if not os.path.exists(file):
        sys.path.insert(0, os.getcwd())
        return path
    file = file[:-3] if file.endswith(".py") else file
    folder, name = os.path.split(file)
    names = [name]
    if name == "__init__":
        folder, names = os.path.dirname(folder), [os.path.basename(folder)]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        names.insert(0, name)
    sys.path.insert(0, folder)
    return ".".join(names)


def _no_module(module: str) -> str:
    return f"there is no module `{module}` here; name a file, or a module that can be imported"


def _is_missing(error: BaseException, module: str) -> bool:
    """Whether it is the module itself, or a package around it, that isn't there."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return bool(missing) and f"{module}.".startswith(f"{missing}.")


def _without_ours(error: BaseException) -> Any:
    """The program's part of a traceback; None if there is no line of its own."""
    trace = error.__traceback__
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_ours(filename: str) -> bool:
    return (
        filename.startswith((HERE, "<frozen importlib"))
        or filename == import_module.__code__.co_filename
    )
