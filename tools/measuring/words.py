"""What is held, said in words: `2 threads (daemon), 1 connection`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOUNS = {
    "native thread": "native thread",
    "process": "child process",
    "listen": "listening socket",
    "bound": "bound socket",
    "socket": "connection",
    "unconnected": "unconnected socket",
    "pair": "internal socket",
    "device": "device",
    "dbfile": "database file",
    "file": "file",
    "pipe": "pipe",
    "anon": "event descriptor",
    "terminal": "terminal",
    "other socket": "other socket",
}
_PLURALS = {"child process": "child processes"}


def described(things: Sequence[Sequence[str]]) -> str:
    """What is held, counted: `2 threads (daemon), 1 connection`."""
    return ", ".join(_counted(kind, word, n) for (kind, word), n in _counts(things))


def _counts(things: Sequence[Sequence[str]]) -> list[tuple[tuple[str, str], int]]:
    order = ["thread", *_NOUNS]
    counts = Counter((kind, word if kind == "thread" else "") for kind, word in things)
    return sorted(counts.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))


def _counted(kind: str, word: str, number: int) -> str:
    noun = _NOUNS.get(kind, kind)
    if number > 1:
        noun = _PLURALS.get(noun, noun + "s")
    return f"{number} {noun}" + (f" ({word})" if word else "")
