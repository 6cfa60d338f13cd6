"""Edits of bytes and rewrites between lines and columns mean the same places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reloadlint.fixes.edits import Edit, applied
from reloadlint.fixes.rewrites import edits_of, rewrites_of
from reloadlint.source import SourceFile

TEXTS = st.text(st.sampled_from("aé日\n\r 𝄞"), max_size=30)


def rewrites(text: str, *edits: Edit) -> list[tuple[int, int, int, int]]:
    source = SourceFile(Path("/x/a.py"), "a.py", text)
    return [
        (r.line, r.column, r.end_line, r.end_column)
        for r in rewrites_of({"a.py": edits}, {"a.py": source})
    ]


@pytest.mark.parametrize(
    ("text", "edit", "place"),
    [
        ("ab\ncd", Edit(0, 0, "x"), (1, 1, 1, 1)),
        ("ab\ncd", Edit(1, 4, ""), (1, 2, 2, 2)),
        ("é\r\nc", Edit(4, 5, ""), (2, 1, 2, 2)),
        ("é\r\nc", Edit(0, 2, ""), (1, 1, 1, 2)),
        ("ab\n", Edit(3, 3, "c"), (2, 1, 2, 1)),
    ],
)
def test_place_is_counted_as_editors_do(
    text: str, edit: Edit, place: tuple[int, int, int, int]
) -> None:
    assert rewrites(text, edit) == [place]


@given(TEXTS, st.data())
def test_there_and_back_changes_the_same(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if "\r\n" in (text[start - 1 : start + 1], text[end - 1 : end + 1]):
        return  # between the two halves of a line's end
    edit = Edit(len(text[:start].encode()), len(text[:end].encode()), "new")
    source = SourceFile(Path("/x/a.py"), "a.py", text)
    back = edits_of(rewrites_of({"a.py": [edit]}, {"a.py": source}), text)
    assert applied(text, back) == applied(text, [edit])


def test_place_behind_the_end_is_the_end() -> None:
    from reloadlint.findings import Rewrite

    (edit,) = edits_of([Rewrite("a.py", 1, 1, 2, 1, "")], "abc")
    assert edit == Edit(0, 3, "")
