"""From what was seen to what it means, and where the catalogue says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from measuring.words import described

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from measuring.runs import Observation
    from measuring.snippets import Subject

_EFFECTS = {
    "thread": "thread",
    "native thread": "thread",
    "process": "process",
    "listen": "listen",
    "socket": "socket",
    "unconnected": "socket",
    "device": "device",
    "dbfile": "dbfile",
}
#: Kinds that are an effect only where an entry names it.
_IF_NAMED = {"bound": "listen", "file": "dbfile", "other socket": "device"}
#: Events by which something that is over again is known to have been there.
_EVENTS = {
    "socket": ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"),
    "process": ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"),
    "dbfile": ("sqlite3.connect",),
    "listen": ("socket.bind",),
    "thread": ("_thread.start_new_thread", "_thread.start_joinable_thread"),
    "device": (),
}


def effects(things: Sequence[Sequence[str]], named: Sequence[str]) -> set[str]:
    """The effects of what is held, as an entry with the effects `named` would call them."""
    kinds = {kind for kind, _ in things}
    found = {_EFFECTS[kind] for kind in kinds & _EFFECTS.keys()}
    found |= {_IF_NAMED[kind] for kind in kinds & _IF_NAMED.keys() if _IF_NAMED[kind] in named}
    if "bound" in kinds and "listen" not in named:
        found.add("socket")
    return found


def seen(observation: Observation) -> str:
    """What the call left, in words."""
    answer = observation.first
    parts = [described(answer["held"])] if answer["held"] else []
    parts += [f"{events}" for events in [_transient(answer)] if events]
    if answer["raised"]:
        parts.append(_raised(answer["raised"]))
    return "; ".join(parts) or "nothing"


def _raised(said: str) -> str:
    return said if said.startswith("still") else f"raised {said}"


def _transient(answer: dict[str, Any]) -> str:
    """What happened during the call and is over."""
    held = effects(answer["held"], ())
    words = []
    if "socket" not in held and _happened(answer, "socket"):
        words.append("connects" if _connects(answer) else "asks for an address")
    if "process" not in held and _happened(answer, "process"):
        words.append("runs a process")
    return ", ".join(words)


def _connects(answer: dict[str, Any]) -> bool:
    """Whether it connected to somebody else; the ends of internal pairs connect to each other."""
    pairs = sum(kind == "pair" for kind, _ in answer["held"]) // 2
    return bool(answer["accepted"] or answer["events"].get("socket.connect", 0) > pairs)


def _happened(answer: dict[str, Any], effect: str) -> bool:
    if effect == "socket" and answer["accepted"]:
        return True
    return any(answer["events"].get(event) for event in _EVENTS[effect])


def differences(subject: Subject, observation: Observation) -> list[str]:
    """Where the entry and what was seen disagree, and nothing in the data explains it."""
    first = observation.first
    if first.get("failed"):
        return [f"the snippet failed: {first['failed'].strip()[-600:]}"]
    return [
        *_surprises(subject, first),
        *_names(subject, first),
        *_effects(subject, first),
        *_daemons(subject, first),
        *_releases(subject, observation),
        *_conditions(subject, observation),
    ]


def _surprises(subject: Subject, first: dict[str, Any]) -> Iterator[str]:
    raised, expected = first["raised"], subject.snippet.raises
    if raised != (expected or None) and not (raised and expected and raised.startswith(expected)):
        yield f"raised {raised}, not {expected or 'nothing'}: {first.get('trace', '')[-500:]}"


def _names(subject: Subject, first: dict[str, Any]) -> Iterator[str]:
    for name in first.get("unknown", ()):
        yield f"`{name}` can't be imported"
    for closer in first.get("absent", ()):
        if closer not in {*subject.snippet.close, *subject.snippet.unreleased}:
            yield f"closer `{closer}` is no method of it"


def _effects(subject: Subject, first: dict[str, Any]) -> Iterator[str]:
    yield from _missing(subject, first)
    yield from _too_many(subject, first)
    is_quiet = subject.entry.when == "lazy" and "socket" not in subject.snippet.besides
    if is_quiet and _connects(first):
        yield f"it is called lazy and connects ({seen_words(first)})"


def _missing(subject: Subject, first: dict[str, Any]) -> Iterator[str]:
    """Effects that are named and were not seen."""
    entry, snippet = subject.entry, subject.snippet
    held = effects(first["held"], entry.effects)
    for effect in entry.effects:
        passed = (entry.transient or bool(snippet.raises)) and _happened(first, effect)
        if effect not in snippet.unseen and not passed and (effect not in held or entry.transient):
            yield f"effect `{effect}` was not seen ({seen_words(first)})"
    # How the standard library is built differs between machines.
    for found in snippet.unseen.keys() & held if entry.library != "stdlib" else ():
        yield f"effect `{found}` is explained under `unseen` and was seen"


def _too_many(subject: Subject, first: dict[str, Any]) -> Iterator[str]:
    """Effects that were seen and are not named, or are said to be over."""
    entry, explained = subject.entry, subject.snippet.besides.keys()
    held = effects(first["held"], entry.effects)
    for effect in explained - held:
        if not _happened(first, effect):
            yield f"effect `{effect}` is explained under `besides` and wasn't seen"
    if entry.transient and subject.snippet.raises:
        return
    for found in sorted(held - explained):
        if found not in entry.effects:
            yield f"effect `{found}` was seen and isn't named ({seen_words(first)})"
        elif entry.transient:
            yield f"effect `{found}` is still held ({seen_words(first)})"


def seen_words(first: dict[str, Any]) -> str:
    """What was seen, for a message."""
    held = described(first["held"]) or "nothing"
    return f"{held}; {first['events']}, {first['accepted']} accepted"


def _daemons(subject: Subject, first: dict[str, Any]) -> Iterator[str]:
    if "thread" not in subject.entry.effects:
        return
    words = {word for kind, word in first["held"] if kind == "thread"} - {"without an object"}
    if words and subject.entry.daemon is not None:
        is_daemon = "non-daemon" not in words
        if is_daemon is not subject.entry.daemon:
            yield f"its threads are {' and '.join(sorted(words))}"


def _releases(subject: Subject, observation: Observation) -> Iterator[str]:
    for way, answer in observation.answers.items():
        kind, _, closer = way.partition(" ")
        remains = left(subject, answer)
        if kind == "close" and remains is not None:
            yield from _closer(subject, closer, answer, remains)
        elif remains is not None and kind not in subject.snippet.unreleased:
            yield from _without_closer(subject, kind, answer, remains)


def _closer(subject: Subject, closer: str, answer: dict[str, Any], remains: str) -> Iterator[str]:
    explained = closer in subject.snippet.unreleased
    if remains and not explained:
        yield f"`{closer}()` leaves {remains}{_after(answer)}"
    if explained and not remains and closer not in answer.get("absent", ()):
        yield f"`{closer}()` is explained under `unreleased` and released it"


def _without_closer(
    subject: Subject, kind: str, answer: dict[str, Any], remains: str
) -> Iterator[str]:
    if kind == "drop" and remains:
        yield f"dropping it leaves {remains}, and it is called collected"
    if kind == "with" and bool(remains) is subject.entry.closes_on_exit:
        yield f"`with` leaves {remains or 'nothing'}{_after(answer)}"


def _after(answer: dict[str, Any]) -> str:
    return f" ({answer['after_raised']})" if answer.get("after_raised") else ""


def left(subject: Subject, answer: dict[str, Any]) -> str | None:
    """What of the entry's effects remains; None where that wasn't measured."""
    if answer.get("failed"):
        return f"no answer: {answer['failed'][-300:]}"
    entry = subject.entry
    named = set(entry.effects)
    if answer.get("left") is None or not effects(answer["held"], entry.effects) & named:
        return None
    things = [t for t in answer["left"] if effects([t], entry.effects) & named]
    return described(things)


def _conditions(subject: Subject, observation: Observation) -> Iterator[str]:
    entry = subject.entry
    otherwise = observation.answers.get("otherwise")
    if otherwise is not None:
        if otherwise.get("failed") or otherwise["raised"]:
            reason = otherwise.get("trace") or otherwise.get("failed")
            yield f"the call under `otherwise` failed: {reason}"
        elif found := effects(otherwise["held"], entry.effects) & set(entry.effects):
            yield f"in spite of its conditions, effects: {', '.join(sorted(found))}"
    force = observation.answers.get("force")
    if force is not None:
        if force.get("failed"):
            yield f"the call under `force` failed: {force['failed']}"
        else:
            found = effects(force["held"], entry.forced_effects)
            for effect in set(entry.forced_effects) - found:
                if not _happened(force, effect):
                    yield f"forcing it did not bring `{effect}`"


def closed(subject: Subject, observation: Observation) -> str:
    """What each way of releasing it left, in words; empty if there was nothing to release."""
    words = []
    names = {"with": "with", "drop": "dropped"}
    for way, answer in observation.answers.items():
        kind, _, closer = way.partition(" ")
        name = closer if kind == "close" else names.get(kind, "")
        remains = left(subject, answer) if name else None
        if remains is not None:
            words.append(f"{name}: {f'leaves {remains}' if remains else 'released'}")
    return ", ".join(words)
