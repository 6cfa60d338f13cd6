"""What an entry of the catalogue says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Condition, Entry

_NOUNS = {
    "thread": "a running thread",
    "socket": "an open connection",
    "listen": "a bound port",
    "process": "a child process",
    "device": "an open device",
    "dbfile": "an open database file",
}
_CURES = {
    "g": "open it at first use in a request, keep it on `flask.g`, close it in a teardown",
    "pool": "a pool that opens at first use; connections taken out and given back through `g`",
    "lazy": "one instance per process, made at first use under a lock, closed at exit",
    "guard": "start it only in the process that serves",
    "none": "",
}


def effects(entry: Entry) -> str:
    """What a call leaves behind, in as few words as a table has room for."""
    if entry.when == "lazy":
        return "nothing (lazy)"
    over = " (over at return)" if entry.transient else ""
    return ", ".join(entry.effects) + over


def leaving(entry: Entry) -> str:
    """The same in a sentence."""
    if entry.when == "lazy":
        return "leaves nothing behind: it acts at first use, or never (lazy)"
    left = " and ".join(_NOUNS[effect] for effect in entry.effects)
    if entry.transient:
        return f"{left}, over when the call returns"
    traits = [
        _daemon(entry.daemon) if {"thread", "process"} & set(entry.effects) else "",
        "a second process is refused" if entry.exclusive else "",
    ]
    return "; ".join(filter(None, [f"leaves {left} (eager)", *traits]))


def _daemon(daemon: bool | None) -> str:
    if daemon is None:
        return ""
    return "lets the interpreter exit" if daemon else "keeps the interpreter from exiting"


def condition(test: Condition) -> str:
    """A test of an argument, as a reader of the call would say it."""
    name = f"`{test.argument}`"
    if test.equals is not msgspec.UNSET:
        return f"{name} is `{test.equals!r}`"
    words = {
        "given": "is given",
        "missing": "is left out",
        "truthy": "is true",
        "falsy": "is false",
    }
    return f"{name} {next(words[key] for key in words if getattr(test, key))}"


def cure(entry: Entry) -> str:
    """Which cure fits, with what it means; empty where none is needed."""
    if entry.defer is not None:
        return f"`defer`: pass `{entry.defer.argument}={entry.defer.value!r}`, and it opens later"
    words = _CURES[entry.cure]
    return f"`{entry.cure}`: {words}" if words else "none needed"


def knowledge(entry: Entry) -> str:
    """How it is known: measured with which versions, or why not."""
    if entry.measured is None:
        return f"not measured: {entry.unmeasured}" if entry.unmeasured else "not measured"
    seen = entry.measured
    python = f"Python {seen.python}"
    library = f"{entry.library} {seen.library} on " if entry.library != "stdlib" else ""
    day = f" on {seen.date}" if seen.date else ""
    return f"measured{day} with {library}{python}: {seen.seen}"


def released(entry: Entry) -> str:
    """What was left after each way of releasing it, as it was measured."""
    return entry.measured.closed if entry.measured else ""
