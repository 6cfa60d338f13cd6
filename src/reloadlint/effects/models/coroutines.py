"""Coroutines: what runs them, and what waits for several."""

from __future__ import annotations

from collections.abc import Iterator

from reloadlint.effects.models.arguments import Model
from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import UNKNOWN, Sequence, Suspended, Value


def _run(_state: State, args: Arguments) -> Value:
    """`asyncio.run(coroutine)`; `loop.run_until_complete(coroutine)`."""
    return next((value.run() for value in _coroutines(args.positional)), UNKNOWN)


def _awaited_later(_state: State, args: Arguments) -> Value:
    """`asyncio.wait_for(coroutine, 3)`, `loop.create_task(coroutine)`: it runs when awaited."""
    return next(_coroutines(args.positional), UNKNOWN)


def _gathered(_state: State, args: Arguments) -> Value:
    """`asyncio.gather(one(), other())`: they run when this is awaited."""
    return _together(list(_coroutines(args.positional)))


def _waited_for(_state: State, args: Arguments) -> Value:
    """`asyncio.wait([one(), other()])`."""
    collections = (value for value in args.positional if isinstance(value, Sequence))
    return _together([one for value in collections for one in _coroutines(value.items)])


def _together(waiting: list[Suspended]) -> Value:
    return Suspended("coroutine", lambda: Sequence("list", [value.run() for value in waiting]))


def _coroutines(values: list[Value]) -> Iterator[Suspended]:
    return (v for v in values if isinstance(v, Suspended) and v.kind == "coroutine")


_LOOP = "asyncio.AbstractEventLoop"

COROUTINE_MODELS: dict[str, Model] = {
    "asyncio.run": _run,
    f"{_LOOP}.run_until_complete": _run,
    f"{_LOOP}.create_task": _awaited_later,
    "asyncio.create_task": _awaited_later,
    "asyncio.ensure_future": _awaited_later,
    "asyncio.shield": _awaited_later,
    "asyncio.wait_for": _awaited_later,
    "asyncio.gather": _gathered,
    "asyncio.wait": _waited_for,
}
