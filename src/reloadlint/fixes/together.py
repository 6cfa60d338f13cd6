"""Which fixes may be made in one round: those that don't touch what another one looks at."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from reloadlint.fixes.draft import Draft
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.guarding.removing import taken_in_turn, with_gaps

_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?<![\w.])\w+")
_KEYWORDS = frozenset(keyword.kwlist)

Spans: TypeAlias = Mapping[str, Sequence[tuple[int, int]]]


class _Touch(NamedTuple):
    """What a draft does to the files: `spans` by path, the words that it puts there, the names of
    them that are `fresh` in their file, and those of which fewer are left.

    `lines` are the spans of one that joins others, without the blank lines around; `behind` tells
    that it does so in their order.
    """

    spans: Spans
    lines: Spans | None
    behind: bool
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
        lines = self._lines(draft)
        for path, taken in (lines or {}).items():
            data = self._texts[path].encode()
            spans[path] += [with_gaps(data, *line) for line in taken if line[0] < line[1]]
        changes = [_words(self._texts[path], edits) for path, edits in draft.edits.items()]
        put, fresh, fewer = (frozenset[str]().union(*part) for part in zip(*changes, strict=True))
        behind = draft.joins is not None and draft.joins.behind
        return _Touch(spans, lines, behind, put, fresh, fewer)

    def _lines(self, draft: Draft) -> Spans | None:
        """Where a draft that joins others takes lines away and puts them."""
        if draft.joins is None:
            return None
        ((path, edits),) = draft.edits.items()
        return {path: [*draft.joins.ranges, *((e.start, e.end) for e in edits if e.text)]}


def _apart(one: _Touch, other: _Touch, *, waited: bool) -> bool:
    shared = one.spans.keys() & other.spans.keys()
    if not shared:
        return True
    if one.fresh & other.fresh or one.fewer & other.fewer:
        return False
    if one.fewer & other.put or other.fewer & one.put:
        return False
    in_turn = waited or (one.behind and other.behind)
    if in_turn and one.lines is not None and other.lines is not None:
        return not any(_meet(one.lines[path], other.lines[path], 0) for path in shared)
    return not any(_meet(one.spans[path], other.spans[path], 1) for path in shared)


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
    """The words that edits put into a text, the new names among them, and those they take away."""
    data = text.encode()
    put = Counter(word for edit in edits for word in _WORD.findall(edit.text))
    cut = Counter(
        word for edit in edits for word in _WORD.findall(data[edit.start : edit.end].decode())
    )
    names = {word for edit in edits for word in _NAME.findall(edit.text)} - _KEYWORDS
    return frozenset(put), frozenset(names - _known(text)), frozenset(cut - put)


def edits_of(
    drafts: Sequence[Draft], turns: Sequence[Draft], texts: Mapping[str, str]
) -> dict[str, list[Edit]]:
    """The edits of drafts that go together, by path.

    Args:
        drafts: in the order of the text, in which they put something at the same place.
        turns: the same as they would be made one after another, and take lines away.
        texts: the files as they are.
    """
    edits: dict[str, list[Edit]] = {}
    for draft in drafts:
        for path, own in draft.edits.items():
            kept = own if draft.joins is None else [edit for edit in own if edit.text]
            edits.setdefault(path, []).extend(kept)
    for path, made in edits.items():
        moves = [draft.joins for draft in turns if draft.joins and path in draft.edits]
        made += taken_in_turn(texts[path].encode(), moves) if moves else []
    return edits


@lru_cache(maxsize=8)  # several fixes change the same file
def _known(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
