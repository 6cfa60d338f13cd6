"""Names for what a cure adds: as a reader expects them, unless they are taken."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable

from reloadlint.fixes.draft import Refusal

_ACCESSORS = ("get_{}", "get_{}_connection", "open_{}", "current_{}", "request_{}")
_CLOSERS = ("close_{}", "close_{}_connection", "teardown_{}", "release_{}", "shut_{}")
_OPENERS = ("open_{}", "open_{}_connection", "prepare_{}", "connect_{}", "begin_{}")
_NEXT_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def in_words(name: str) -> str:
    """A name as functions have it: `stats_thread` for `StatsThread`."""
    return _NEXT_WORD.sub("_", name.strip("_")).lower()


def stem_of(name: str) -> str:
    """What the names are made from: `db` for `db`, `DB` and `_db`."""
    stem = in_words(name)
    if not stem.isidentifier() or keyword.iskeyword(stem):
        raise Refusal(f"no name for an accessor can be made from `{name}`")
    return stem


def accessor_name(stem: str, taken: Callable[[str], bool]) -> str:
    """`get_db`, or the next best that isn't taken."""
    return _first(_ACCESSORS, stem, taken)


def closer_name(stem: str, taken: Callable[[str], bool]) -> str:
    """`close_db`, or the next best that isn't taken."""
    return _first(_CLOSERS, stem, taken)


def opener_name(stem: str, taken: Callable[[str], bool]) -> str:
    """`open_db`, or the next best that isn't taken."""
    return _first(_OPENERS, stem, taken)


def free_name(wishes: Iterable[str], taken: Callable[[str], bool]) -> str:
    """The first wish that isn't taken; `Refusal` if all are."""
    for wish in wishes:
        if not taken(wish):
            return wish
    raise Refusal("all names that its functions could have are taken")


def _first(patterns: tuple[str, ...], stem: str, taken: Callable[[str], bool]) -> str:
    return free_name((pattern.format(stem) for pattern in patterns), taken)
