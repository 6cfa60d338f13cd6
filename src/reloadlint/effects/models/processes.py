"""Child processes whose output is read to its end: by then they are over."""

from __future__ import annotations

from reloadlint.effects.models.arguments import Model
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import UNKNOWN, ExternalMethod, Value

_PIPES = ("subprocess.Popen.stdout", "subprocess.Popen.stderr")
_ITERATED = frozenset(_PIPES) | {f"{pipe}.readline" for pipe in _PIPES}
"""Iterating over these goes on until the pipe is closed: `iter(p.stdout.readline, b"")`, too."""


def _read(state: State, args: Arguments) -> Value:
    """`p.stdout.read()`; a number of bytes may come before the end."""
    receiver, *sizes = args.positional
    if not (sizes or args.keywords or args.open):
        state.release(receiver)
    return UNKNOWN


def is_output(value: Value) -> bool:
    """Whether going through this ends when a child process has closed its output."""
    return isinstance(value, ExternalMethod) and value.name in _ITERATED


def note_exhausted(state: State, iterated: Value) -> None:
    """What was iterated over has given all that it has."""
    if isinstance(iterated, ExternalMethod) and is_output(iterated):
        state.release(iterated.receiver)


PROCESS_MODELS: dict[str, Model] = {
    f"{pipe}.{method}": _read for pipe in _PIPES for method in ("read", "readlines")
}
