"""What a finding says: the message, what it means for a reload, and the remedy."""

from __future__ import annotations

from reloadlint.effects.hazards import Hazard
from reloadlint.findings import Severity

_WHEN_LOADED = "while the module is loaded"
_WHEN_RUN = "before the application runs, in the reloader's parent and again in every child"

_CONSEQUENCES = {
    "hang": "A reload hangs: the old process waits for ever for what is no daemon, "
    "and changed code is never served.",
    "port": "A reload fails: the reloader's parent keeps the port, "
    "so the process that serves is refused it.",
    "exclusive": "A reload fails: the reloader's parent holds it exclusively, "
    "so the process that serves is refused it.",
    "double": "Everything is doubled: the reloader's parent holds one for ever, with the first "
    "version of the code, and every reload makes another.",
}

NOUNS = {
    "thread": "a thread",
    "socket": "a connection",
    "listen": "a bound port",
    "process": "a child process",
    "device": "a device",
    "dbfile": "an open database file",
}
"""What an object holds, by the effect that took it."""

_REMEDIES = {
    "g": "Open it at first use in a request: an accessor that keeps it on `flask.g`, "
    "and {closer} in a teardown.",
    "pool": "Open the pool at first use, once per process; take connections from it through "
    "`flask.g` and give them back in a teardown.",
    "lazy": "Make it at first use, once per process and under a lock; {closer} at exit.",
    "defer": "Pass `{defer}`: it then opens by itself at first use.",
    "guard": "Only the process that serves may start it: in the main guard under "
    "`if not DEBUG or is_running_from_reloader():`, or with the first request where a server loads "
    "the module; or make it a program of its own.",
    "in_guard": "Start it directly before the run, under "
    "`if not DEBUG or is_running_from_reloader():` with the DEBUG that the run gets.",
}


_WHY = {
    "connection": "two requests at once must not use one `{subject}`",
    "client": "`{subject}` is thread-safe and meant to live once per process",
    "device": "a process opens a device once",
    "pool": "a pool serves all threads of its process",
    "service": "it works in the background as long as its process",
    "server": "a port can be bound by one process alone",
}
_WHY_MADE_OF = "`{subject}` works with one `{held}`, which is meant to live once per process"
"""Of a class of the project's own nobody knows whether it is thread-safe."""
_FITS = {
    "g": {"connection"},
    "lazy": {"client", "device", "pool", "service", "server"},
    "pool": {"pool"},
    "defer": {"client", "pool"},
    "guard": {"service", "server"},
}
"""The roles for which a cure is the right one, and not only wished for."""


def message(hazard: Hazard) -> str:
    """The finding in one sentence."""
    what = _join([step_phrase(hazard)])
    when = _WHEN_RUN if hazard.in_guard else _WHEN_LOADED
    return f"{_subject(hazard)} {what} {when}"


def step_phrase(hazard: Hazard) -> str:
    """What the call does, as the evidence's last line says it."""
    return hazard.steps[-1].message


def _join(parts: list[str]) -> str:
    return " and ".join(parts)


def _subject(hazard: Hazard) -> str:
    if hazard.kind == "call":
        return f"`{hazard.text}()`"
    if hazard.kind == "implicit":
        return _IMPLICIT.get(hazard.text) or _set_or_read(hazard.text)
    return f"`{hazard.text}`"


_IMPLICIT = {"with": "Entering `with`", "for … in": "Iterating"}
"""What runs without being called, by what stands there."""


def _set_or_read(text: str) -> str:
    name, assigned, _ = text.partition(" = ")
    return f"Setting `{name}`" if assigned else f"Reading `{text}`"


def severity(hazard: Hazard) -> Severity:
    """`ERROR` where a reload hangs or fails."""
    return Severity.WARNING if _outcome(hazard) == "double" else Severity.ERROR


def consequence(hazard: Hazard) -> str:
    """What it means for a reload, in one sentence."""
    return _CONSEQUENCES[_outcome(hazard)]


def _outcome(hazard: Hazard) -> str:
    if hazard.blocks_exit:
        return "hang"
    if "listen" in hazard.effects:
        return "port"
    return "exclusive" if hazard.exclusive else "double"


def remedy(hazard: Hazard, strategy: str | None = None) -> str:
    """What to do and why, in one sentence or two; by this strategy rather than the usual one."""
    closer = f"call `{hazard.closers[0]}()`" if hazard.closers else "close it"
    cure = strategy or ("guard" if hazard.in_guard else hazard.cure)
    reason = why(hazard, cure)
    before = f"{reason[0].upper()}{reason[1:]}. " if reason else ""
    words = _REMEDIES["in_guard" if cure == "guard" and _stands_in_guard(hazard) else cure]
    return before + words.format(closer=closer, defer=hazard.defer)


def _stands_in_guard(hazard: Hazard) -> bool:
    """Whether the main guard itself starts it, not a function that it calls (`create_app()`)."""
    return hazard.in_guard and len(hazard.steps) == 1


def why(hazard: Hazard, cure: str) -> str:
    """Why a cure fits the role of what it is for, as a clause; empty where it doesn't."""
    if hazard.role not in _FITS[cure]:
        return ""
    made_of = hazard.role == "client" and hazard.held
    words = _WHY_MADE_OF if made_of else _WHY[hazard.role]
    return words.format(subject=hazard.subject or hazard.text, held=hazard.held)
