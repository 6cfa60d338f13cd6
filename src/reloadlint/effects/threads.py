"""Whether a thread that an object has started ends when the object is closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.loops import Loop
from reloadlint.effects.roles import CLOSER_NAMES
from reloadlint.effects.state import Arguments
from reloadlint.effects.values import (
    Builtin,
    Class,
    ExternalMethod,
    Function,
    Instance,
    Literal,
    Mapping,
    Method,
    Partial,
    Sequence,
    Value,
    alternatives,
)

if TYPE_CHECKING:
    from reloadlint.effects.frames import Site
    from reloadlint.effects.observer import Log, Observer

STARTERS = frozenset(
    {
        "threading.Thread.start",
        "threading.Timer.start",
        "multiprocessing.Process.start",
        "_thread.start_new_thread",
    }
)
"""What starts a thread whose code the program gives, so that its source says how it ends."""

WORK_FOR_EVER = frozenset(
    {
        "serve_forever",
        "run_forever",
        "loop_forever",
        "start_consuming",
        "infinity_polling",
        "start_polling",
    }
)
"""Methods of libraries that come back only when their object is told to stop."""

CLOSING = frozenset({*CLOSER_NAMES, "exit", "kill", "send", "call_soon_threadsafe", "abort"})
"""Methods of libraries' objects after which these can't be used as before."""

NO_WAY_OUT = "its loop has no way out"
NOT_TOLD = "nothing tells it to end"

_SIGNALS = frozenset({"set", "clear", "put", "put_nowait", "shutdown", "notify", "notify_all"})
_WAITING = frozenset({"get", "get_nowait", "wait", "is_set", *WORK_FOR_EVER})
_CALLABLES = (Function, Method, ExternalMethod, Partial, Builtin)


class Work(msgspec.Struct, frozen=True):
    """What a thread does, as far as its end is concerned.

    `again` if it starts itself anew; `closes` are objects (by identity) that it releases.
    """

    log: Log
    again: bool = False
    closes: frozenset[int] = frozenset()

    @property
    def loops(self) -> list[Loop]:
        """The loops that it may never leave."""
        return self.log.loops


def work_of(observer: Observer, owner: Instance, site: Site) -> Work | None:
    """What the thread `owner` does; None if its code isn't known."""
    targets = _targets(owner)
    if not targets:
        return None
    before = len(observer.occurrences)
    with observer.watching() as log:
        for target in targets:
            if isinstance(target, ExternalMethod) and not _works_for_ever(target):
                return None
            with observer.doubting():
                observer.observe(target, _arguments(owner), site)
    for receiver, method in log.calls:
        if method in WORK_FOR_EVER:
            called = frozenset({(receiver, method)})
            log.loops.append(Loop(False, False, called, called))
    started = [o.owner for o in observer.occurrences[before:] if o.entry.name in STARTERS]
    again = any(_same(targets, _targets(thread)) for thread in started)
    return Work(log, again)


def remains(work: Work, closing: Log, *, joined: bool, own: frozenset[int]) -> str | None:
    """Why the thread goes on after closing; None if it ends, or if that isn't known.

    Args:
        closing: what the closers touch.
        joined: whether they wait for it.
        own: objects that the constructor made, which nobody else can signal with.
    """
    told = joined or _told(work, closing)
    if work.again:
        return None if told else NOT_TOLD
    if not work.loops or _closes_what_it_uses(work, closing):
        return None
    if any(loop.trapped for loop in work.loops):
        return NO_WAY_OUT
    if told or _ends_itself(work):
        return None
    return NOT_TOLD if all(_knows_signal(loop, work, own) for loop in work.loops) else None


def _targets(owner: Instance) -> list[Value]:
    run = owner.cls.lookup("run") if isinstance(owner.cls, Class) else None
    if isinstance(run, Function):
        return [Method(run, owner)]
    kept: list[Value] = [option for value in owner.keeps for option in alternatives(value)]
    callables: list[Value] = [value for value in kept if isinstance(value, _CALLABLES)]
    return callables[:1]


def _arguments(owner: Instance) -> Arguments:
    """What `Thread(args=…, kwargs=…)` hands to its target."""
    positional = next((v.items for v in owner.keeps if isinstance(v, Sequence)), [])
    keywords = next((v.items for v in owner.keeps if isinstance(v, Mapping)), {})
    named = {
        key.value: value
        for key, value in keywords.items()
        if isinstance(key, Literal) and isinstance(key.value, str)
    }
    return Arguments(list(positional), named)


def _works_for_ever(target: ExternalMethod) -> bool:
    return target.name.rpartition(".")[2] in WORK_FOR_EVER


def _same(targets: Iterable[Value], others: Iterable[Value]) -> bool:
    return bool({_code(t) for t in targets} & {_code(o) for o in others})


def _code(target: Value) -> int:
    function = target.function if isinstance(target, Method) else target
    return id(function.definition if isinstance(function, Function) else function)


def _closes_what_it_uses(work: Work, closing: Log) -> bool:
    """Whether the closers close something under the thread's hands: its next use of it raises."""
    closed = {owner for owner, method in closing.calls if method in CLOSING}
    handed_over = closing.passed | closing.dropped
    return bool((closed | handed_over) & work.log.used)


def _told(work: Work, closing: Log) -> bool:
    signalled = {owner for owner, method in closing.calls if method in _SIGNALS}
    if signalled & work.log.used or closing.writes & work.log.reads:
        return True
    if work.again and any(method == "cancel" for _, method in closing.calls):
        return True
    return bool(closing.global_names)


def _ends_itself(work: Work) -> bool:
    """Whether the thread changes what its own loops look at."""
    return any(loop.reads & work.log.writes for loop in work.loops)


def _knows_signal(loop: Loop, work: Work, own: frozenset[int]) -> bool:
    """Whether the loop waits for a signal that only this object can give."""
    looked_at = work.log.flags | work.log.calls if loop.constant else loop.signals
    waited = {t for t in looked_at if t in work.log.flags or t[1] in _WAITING}
    return any(owner in own for owner, _ in waited)
