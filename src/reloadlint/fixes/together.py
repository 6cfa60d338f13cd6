"""Which fixes may be made in one round: those that don't touch what another one looks at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from reloadlint.fixes.draft import Draft
from reloadlint.fixes.edits import Edit

_WORD = re.compile(r"\w+")


class _Touch(NamedTuple):
    """What a draft does to the files: `spans` by path, the words that it puts there, those of them
    that are `fresh` in their file, and those of which fewer are left."""

    spans: Mapping[str, Sequence[tuple[int, int]]]
    joins: bool
    put: frozenset[str]
    fresh: frozenset[str]
    fewer: frozenset[str]


class Together:
    """The fixes of a round, in the order in which they would be made one after another.

    Two that change different files go together. In one file they do if the second would be the
    same after the first: their edits are apart, or both do nothing but move lines to others; they
    don't bring the same new name (an import, a lock, an accessor); and neither takes away what the
    other has to do with. One that doesn't go together with those before it holds up those behind.

    Args:
        texts: the files as they are.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._asked: list[_Touch] = []

    def takes(self, draft: Draft, *, waited: bool = False) -> bool:
        """Whether this fix goes together with all that were asked for before.

        `waited`: it has to be made after them, and would add to what they leave behind.
        """
        touch = self._touch(draft)
        apart = all(_apart(touch, other, waited=waited) for other in self._asked)
        self._asked.append(touch)
        return apart

    def _touch(self, draft: Draft) -> _Touch:
        spans = {path: [(e.start, e.end) for e in edits] for path, edits in draft.edits.items()}
        changes = [_words(self._texts[path], edits) for path, edits in draft.edits.items()]
        put, fresh, fewer = (frozenset[str]().union(*part) for part in zip(*changes, strict=True))
        return _Touch(spans, draft.joins, put, fresh, fewer)


def _apart(one: _Touch, other: _Touch, *, waited: bool) -> bool:
    shared = one.spans.keys() & other.spans.keys()
    if not shared:
        return True
    if one.fresh & other.fresh or one.fewer & other.fewer:
        return False
    if one.fewer & other.put or other.fewer & one.put:
        return False
    gap = 0 if waited and one.joins and other.joins else 1
    return not any(_meet(one.spans[path], other.spans[path], gap) for path in shared)


def _meet(spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]], gap: int) -> bool:
    """Whether two of them overlap, or are not that far apart."""
    ordered = sorted([(*span, 0) for span in spans] + [(*span, 1) for span in others])
    ends = [-1, -1]
    for start, end, side in ordered:
        if start < ends[1 - side] + gap:
            return True
        ends[side] = max(ends[side], end)
    return False


def _words(
    text: str, edits: Sequence[Edit]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The words that edits put into a text, the new ones among them, and those they take away."""
    data = text.encode()
    put = Counter(word for edit in edits for word in _WORD.findall(edit.text))
    cut = Counter(
        word for edit in edits for word in _WORD.findall(data[edit.start : edit.end].decode())
    )
    return frozenset(put), frozenset(put.keys() - _known(text)), frozenset(cut - put)


@lru_cache(maxsize=8)  # several fixes change the same file
def _known(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
