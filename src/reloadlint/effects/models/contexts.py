"""Context managers of `contextlib`."""

from __future__ import annotations

from collections.abc import Callable

from reloadlint.effects.models.arguments import first
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import (
    NONE,
    Builtin,
    External,
    ExternalMethod,
    Instance,
    Value,
)


def new_closing(_state: State, args: Arguments) -> Value:
    """`contextlib.closing(x)`."""
    made = Instance(External("contextlib.closing"))
    target = first(args)

    def leave(state: State, _args: Arguments) -> Value:
        return state.call(state.attribute(target, "close"), Arguments())

    made.attributes["__enter__"] = Builtin("enter", lambda _state, _args: target)
    made.attributes["__exit__"] = Builtin("exit", leave)
    return made


def new_exit_stack(_state: State, _args: Arguments) -> Value:
    """An `ExitStack`: what is entered or pushed runs backwards when it is left."""
    made = Instance(External("contextlib.ExitStack"))
    pending: list[Callable[[State], Value]] = []

    def enter_context(state: State, args: Arguments) -> Value:
        manager = first(args)
        entered = state.call(state.attribute(manager, "__enter__"), Arguments())
        leave = state.attribute(manager, "__exit__")
        if isinstance(leave, ExternalMethod):
            pending.append(lambda s: _released(s, leave.receiver))
            return manager
        pending.append(lambda s: s.call(leave, Arguments([NONE, NONE, NONE])))
        return entered

    def callback(_state: State, args: Arguments) -> Value:
        rest = Arguments(args.positional[1:], args.keywords)
        pending.append(lambda s: s.call(first(args), rest))
        return first(args)

    def leave_all(state: State, _args: Arguments) -> Value:
        while pending:
            pending.pop()(state)
        return NONE

    made.attributes["enter_context"] = Builtin("enter_context", enter_context)
    made.attributes["callback"] = Builtin("callback", callback)
    made.attributes["__enter__"] = Builtin("enter", lambda _state, _args: made)
    made.attributes["__exit__"] = Builtin("exit", leave_all)
    made.attributes["close"] = Builtin("close", leave_all)
    return made


def _released(state: State, owner: Instance) -> Value:
    state.release(owner)
    return NONE
