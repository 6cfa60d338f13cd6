"""The stack of calls: which lines are the project's own, and which library is between."""

from __future__ import annotations

import os
import sys
import sysconfig
from types import CodeType, FrameType
from typing import Any, Iterator, NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.dirname(os.path.dirname(HERE))  # reloadlint, which Flask may load as a plug-in
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")
INSTALLED = ("site-packages", "dist-packages")
MOST_LINES = 40
OPTIMIZED = 0x1  # of code objects: only functions have it


class Way(NamedTuple):
    """How the project's code led to an effect.

    `lines` are the project's own, outermost first, each `[file, line]`; `place` is the one that
    stands in the innermost module being loaded; `through` names the library's callable that the
    last line called, or is None. `loads` is False where no module is being loaded, as in a factory
    that Flask calls.
    """

    place: list | None  # type: ignore[type-arg]
    lines: list  # type: ignore[type-arg]
    through: str | None
    loads: bool = True


class Code:
    """Tells the project's code from that of libraries and of Python itself."""

    def __init__(self) -> None:
        self._folder = os.getcwd()
        paths = sysconfig.get_paths()
        library = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
        scripts = {os.path.dirname(sys.executable), paths["scripts"], OURS}
        self._foreign = tuple(os.path.join(path, "") for path in library | scripts)
        self._known: dict[str, str] = {}

    def own(self, filename: str) -> str:
        """The absolute path of a file of the project; empty for any other."""
        if filename not in self._known:
            self._known[filename] = self._judged(filename)
        return self._known[filename]

    def _judged(self, filename: str) -> str:
        if filename.startswith("<"):
            return ""
        path = os.path.normpath(os.path.join(self._folder, filename))
        parts = path.replace(os.sep, "/").split("/")
        foreign = path.startswith(self._foreign) or any(part in INSTALLED for part in parts)
        return "" if foreign else path

    def way(self, frame: FrameType | None) -> Way:
        """How the project's code led to `frame`."""
        inner: FrameType | None = None
        own: list[tuple[FrameType, str]] = []
        for each in _outwards(frame):
            path = self.own(each.f_code.co_filename)
            if path:
                own.append((each, path))
            elif not own and _is_library(each):
                inner = each
        lines = [[path, each.f_lineno] for each, path in own]
        place = _place([each for each, _ in own])
        outermost_first = lines[::-1][-MOST_LINES:]
        at = lines[place] if place is not None else outermost_first[0] if lines else None
        through = _name(inner) if inner is not None else None
        return Way(at, outermost_first, through, place is not None)

    def loaded(self) -> list[str]:
        """The files of the project's modules that have been loaded, in that order."""
        files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        own = [self.own(file) for file in files if isinstance(file, str)]
        return list(dict.fromkeys(file for file in own if file.endswith(".py")))


def is_within(frame: FrameType | None, module: str, function: str) -> FrameType | None:
    """The frame of that function around `frame`, if there is one."""
    for each in _outwards(frame):
        if each.f_code.co_name == function and each.f_globals.get("__name__") == module:
            return each
    return None


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_library(frame: FrameType) -> bool:
    filename = frame.f_code.co_filename
    return not filename.startswith(("<", HERE))


def _place(own: list[FrameType]) -> int | None:
    """Which of the frames, innermost first, is where a module being loaded has written the call."""
    loading = [number for number, frame in enumerate(own) if frame.f_code.co_name == "<module>"]
    if not loading:
        return None
    innermost = loading[0]
    while innermost and _belongs_to_loading(own[innermost - 1].f_code):
        innermost -= 1
    return innermost


def _belongs_to_loading(code: CodeType) -> bool:
    return not code.co_flags & OPTIMIZED or code.co_name in COMPREHENSIONS


def _name(frame: FrameType) -> str:
    """The dotted name of a frame's function; that of a module for its body."""
    module = str(frame.f_globals.get("__name__", "?"))
    code: Any = frame.f_code
    function = getattr(code, "co_qualname", "") or _method(frame)
    return module if code.co_name == "<module>" else f"{module}.{function}"


def _method(frame: FrameType) -> str:
    """The name of a function with its class, where it looks like a method (up to Python 3.10)."""
    name = frame.f_code.co_name
    names = frame.f_code.co_varnames
    if names[:1] == ("self",) and "self" in frame.f_locals:
        return f"{type(frame.f_locals['self']).__name__}.{name}"
    return name
