"""Gathers what one process reports into its record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from reloadlint.trace.listener import Message
from reloadlint.trace.records import Effect, Line, Process, State

#: Events that end a process's loading.
LOADED = frozenset({"loaded", "restarting", "serving", "unreloaded"})

Held = dict[int, dict[str, Any]]


class Observed:
    """One process: what it has begun, and what was there at each moment that it told of."""

    def __init__(self, hello: Message) -> None:
        self.pid = hello.pid
        self.ppid: int = hello.values["ppid"]
        self.is_reloaded: bool = hello.values["reloaded"]
        self.python: str = hello.values["python"]
        self.moments: dict[str, float] = {"began": hello.time}
        self.own: list[str] = []
        self.failure: dict[str, str] | None = None
        self.note: str | None = None
        self.text: list[str] = []
        self.alive: Iterable[int] = ()
        self.hangs = False
        self.held: Held | None = None
        self._begun: dict[int, dict[str, Any]] = {}
        self._by_then: frozenset[int] = frozenset()
        self._latest: Held | None = None
        self._refused: dict[int, str] = {}

    def take(self, message: Message) -> None:
        """Note one message."""
        self.moments.setdefault(message.name, message.time)
        take = getattr(self, f"_take_{message.name}", None)
        if take is not None:
            take(**message.values)
        if "held" in message.values:
            self._latest = {one["id"]: one for one in message.values["held"]}
            if message.name in LOADED | {"late"} and self.held is None:
                self.held, self._by_then = self._latest, frozenset(self._begun)
        if message.name in LOADED:
            self.moments.setdefault("ready", message.time)
        self.own = message.values.get("own", self.own)

    def _take_begun(self, effect: dict[str, Any]) -> None:
        self._begun.pop(effect["instead"], None)
        self._begun[effect["id"]] = effect

    def _take_withdrawn(self, id: int) -> None:  # noqa: A002 - the name in the message
        self._begun.pop(id, None)

    def _take_refused(self, id: int, why: str) -> None:  # noqa: A002
        self._refused[id] = why

    def _take_failed(self, how: str, text: str) -> None:
        self.failure = {"how": how, "text": text}

    def _take_note(self, text: str) -> None:
        self.note = text or None

    def _take_text(self, text: str) -> None:
        self.text.append(text)

    @property
    def is_ready(self) -> bool:
        """Whether its loading has ended."""
        return "ready" in self.moments

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return "gone" in self.moments

    @property
    def there(self) -> Held:
        """What was there at the latest moment that it told of."""
        return self._latest or {}

    @property
    def pids(self) -> set[int]:
        """All processes that it has started and told of."""
        return {pid for one in self.there.values() for pid in one.get("pids", ())}

    def process(
        self, role: Literal["program", "parent", "child"], number: int, start: float
    ) -> Process:
        """The record, with times counted from `start`."""
        times = {name: round(time - start, 3) for name, time in self.moments.items()}
        effects = tuple(self._effect(one) for one in self._begun.values())
        return Process(
            role=role,
            number=number,
            pid=self.pid,
            python=self.python,
            began=times["began"],
            loaded=times.get("ready"),
            exiting=times.get("exiting"),
            ended=times.get("gone"),
            effects=effects,
            alive=tuple(sorted(self.alive)),
            hangs=self.hangs,
            waits_for=self._obstacles(effects) if self.hangs else (),
        )

    def _obstacles(self, effects: Iterable[Effect]) -> tuple[int, ...]:
        """What keeps it from ending: its threads; only if there is none, its processes."""
        there = [one for one in effects if one.id in self.there]
        threads = [one.id for one in there if one.blocks_exit]
        return tuple(threads or [one.id for one in there if one.kind == "process"])

    def _effect(self, begun: dict[str, Any]) -> Effect:
        held = self._found(begun["id"])
        place = begun["place"]
        return Effect(
            id=begun["id"],
            kind=begun["kind"],
            detail=begun["detail"],
            place=Line(*place) if place else None,
            lines=tuple(Line(*line) for line in begun["lines"]),
            through=begun["through"],
            native=begun["native"],
            daemon=held.get("daemon", begun["daemon"]),
            count=held.get("count", 1),
            state=self._state(begun["id"]),
            loads=begun["loads"],
            refusal=self._refused.get(begun["id"]),
        )

    def _found(self, number: int) -> dict[str, Any]:
        return {**(self._latest or {}).get(number, {}), **(self.held or {}).get(number, {})}

    def _state(self, number: int) -> State:
        """What became of it by the end of loading, or later if it began after that."""
        if number in self._refused:
            return "refused"
        if self._found(number).get("unknown"):
            return "unknown"
        if number in self.there or number in (self.held or {}):
            return "held"
        was_asked = number in self._by_then or self._latest is not self.held
        return "transient" if was_asked else "unknown"
