"""RL201 and RL202: classes that take something for each object and don't give it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reloadlint.effects.closers import Closing, Leak
from reloadlint.effects.hazards import Step
from reloadlint.effects.occurrences import KINDS
from reloadlint.effects.roles import CLOSER_NAMES
from reloadlint.findings import Severity
from reloadlint.rules.program import Program, ProgramRule, Report
from reloadlint.rules.wording import NOUNS

if TYPE_CHECKING:
    from reloadlint.effects.values import Class, Function

_KINDS = frozenset({"thread", "socket", "listen"})
"""What a class must give back; a file database is closed with the last reference to it."""


class MissingCloser(ProgramRule):
    """A class starts a thread or opens a connection for each object and has no closer.

    ## What it does

    Follows the constructor of each class of the project. What is still there when the constructor
    has ended (a started thread that doesn't end by itself, an open socket, a bound port) has
    to be released by somebody; this class has no method that does.

    ## Why is this bad?

    Whoever makes an object must be able to get rid of it: a teardown at the end of a request, an
    `atexit` handler, a test. Without a closer each object leaves its thread or connection behind
    for as long as the process lives, and no cure for a hazard at import can be written.

    ## Known problems

    Arguments that the constructor doesn't name a default for are unknown, and what is unknown
    counts as harmless: a thread whose code isn't in the project is not reported. Nor is a class
    with `__getattr__`, or with a base class outside of the project: it may have a closer there.

    ## Example

    ```python
    class Database:
        def __init__(self):
            self._queue = queue.Queue()
            threading.Thread(target=self._work).start()
    ```

    ## Use instead

    ```python
    class Database:
        def __init__(self):
            self._queue = queue.Queue()
            self._thread = threading.Thread(target=self._work)
            self._thread.start()

        def close(self):
            self._queue.put(None)  # `_work` returns when it takes this
            self._thread.join()
    ```

    ## Fix safety

    There is no automatic fix: only the author knows how the object's work ends.
    """

    code = "RL201"
    name = "missing-closer"

    def check(self, program: Program) -> Iterator[Report]:
        """Classes with a leak and without any method that releases something."""
        for cls, leaks in _leaking(program):
            if _closers(program.closing, cls) or not _KINDS & {leak.kind for leak in leaks}:
                continue
            yield Report(
                rule=MissingCloser,
                severity=self.severity,
                message=f"`{cls.definition.name}` takes {_nouns(leaks)} for each object "
                "and has no method that gives it back",
                path=cls.module.path,
                span=cls.definition.span,
                certain=any(leak.certain for leak in leaks),
                call=cls.name,
                effects=_effects(leaks),
                steps=(_made(cls), *leaks[0].steps),
                consequence="Each object leaves it behind for as long as the process lives.",
                remedy="Give the class a `close()` that releases what the constructor took.",
            )


class LeakingCloser(ProgramRule):
    """A closer doesn't release everything that the constructor took.

    ## What it does

    Compares what the constructor takes with what the closers (`close`, `stop`, `shutdown`,
    `__exit__` …, those of base classes and the methods that they call included) release. A thread
    ends if its target reads what a closer writes: an event, a flag, a sentinel on its queue. A
    thread in an endless loop without a way out is not ended by `join()` either.

    ## Why is this bad?

    A teardown that calls such a closer looks like a cure and is none: every request leaves a
    thread or a connection behind, and a thread that is no daemon still keeps the reload hanging.

    ## Known problems

    All closers of a class are taken together, as if each were called. What a closer hands to code
    that isn't known counts as released.

    ## Example

    ```python
    class Database:
        def __init__(self):
            self._queue = queue.Queue()
            self._thread = threading.Thread(target=self._work)
            self._thread.start()

        def _work(self):
            while True:
                self._write(self._queue.get())

        def close(self):
            pass
    ```

    ## Use instead

    ```python
        def _work(self):
            while (entry := self._queue.get()) is not None:
                self._write(entry)

        def close(self):
            self._queue.put(None)
            self._thread.join()
    ```

    ## Fix safety

    There is no automatic fix: only the author knows how the object's work ends.
    """

    code = "RL202"
    name = "leaking-closer"
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Report]:
        """Classes with a leak in spite of a closer."""
        for cls, leaks in _leaking(program):
            closers = _closers(program.closing, cls)
            if not closers:
                continue
            own = closers[0].module == cls.module
            closer = closers[0].definition
            at_closer = Step(closers[0].module.path, closer.span[0], f"closes by {closer.name}()")
            yield Report(
                rule=LeakingCloser,
                severity=self.severity,
                message=f"`{cls.definition.name}.{closer.name}()` leaves {_nouns(leaks)} "
                f"that the constructor took: {leaks[0].reason}",
                path=cls.module.path,
                span=closer.span if own else cls.definition.span,
                certain=any(leak.certain for leak in leaks),
                call=cls.name,
                effects=_effects(leaks),
                closers=tuple(function.definition.name for function in closers),
                steps=(_made(cls), *leaks[0].steps, at_closer),
                consequence="Closing the object is no cure: it stays behind all the same.",
                remedy=_remedy(leaks),
            )


def _leaking(program: Program) -> Iterator[tuple[Class, list[Leak]]]:
    """The classes with leaks of their own, not those of a base or of an object that they hold."""
    found = [(cls, leaks) for cls in program.classes() if (leaks := program.closing.leaks(cls))]
    for cls, leaks in found:
        others = [(other, its) for other, its in found if other is not cls]
        own = [leak for leak in leaks if not any(_is_theirs(leak, cls, *o) for o in others)]
        if own:
            yield cls, own


def _is_theirs(leak: Leak, cls: Class, other: Class, its: list[Leak]) -> bool:
    same = [known for known in its if known.site == leak.site]
    return bool(same) and (other in cls.mro or len(same[0].steps) < len(leak.steps))


def _closers(closing: Closing, cls: Class) -> list[Function]:
    """The closers; a method of the class itself, and the most usual name, first."""
    closers = closing.closers(cls)
    return sorted(
        closers, key=lambda f: (f.owner is not cls, f.definition.name not in CLOSER_NAMES)
    )


def _made(cls: Class) -> Step:
    return Step(cls.module.path, cls.definition.span[0], f"an object of {cls.definition.name}")


def _effects(leaks: list[Leak]) -> tuple[str, ...]:
    return tuple(sorted({leak.kind for leak in leaks}))


def _nouns(leaks: list[Leak]) -> str:
    kinds = {leak.kind for leak in leaks}
    return " and ".join(NOUNS[kind] for kind in KINDS if kind in kinds)


def _remedy(leaks: list[Leak]) -> str:
    if leaks[0].kind != "thread":
        return "Release it in the closer as well."
    return "Let the thread's loop look at an event or take a sentinel, and give it in the closer."
