"""The environment, the reloader, what is registered and run later."""

from __future__ import annotations

from reloadlint.effects.models.arguments import first, text_of
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.truth import RELOADER_VARIABLE
from reloadlint.effects.values import (
    NONE,
    RELOADER_TEST,
    UNKNOWN,
    EnvironmentValue,
    Value,
)


def getenv(_state: State, args: Arguments) -> Value:
    """`os.getenv(name)`; the reloader's own variable tells its processes apart."""
    name = text_of(args.get("key", 0))
    if name == RELOADER_VARIABLE:
        return RELOADER_TEST
    return EnvironmentValue(name or "")


def registered(state: State, args: Arguments) -> Value:
    """What is called at exit or on a signal keeps what it needs until then."""
    state.escaped += args.all()
    return first(args)


def reloader_test(_state: State, _args: Arguments) -> Value:
    """`is_running_from_reloader()`."""
    return RELOADER_TEST


def import_module(state: State, args: Arguments) -> Value:
    """`importlib.import_module(name)` with a name that is written out."""
    name = text_of(args.get("name", 0))
    return state.import_by_name(name) if name else UNKNOWN


def set_daemon(state: State, args: Arguments) -> Value:
    """`thread.setDaemon(True)`."""
    if len(args.positional) == 2:
        state.set_attribute(args.positional[0], "daemon", args.positional[1])
    return NONE


def unknown(_state: State, _args: Arguments) -> Value:
    """A call of which nothing is known here."""
    return UNKNOWN
