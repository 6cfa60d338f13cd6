from __future__ import annotations

import pytest

from reloadlint.fixes.edits import Edit, Overlap, applied


def test_puts_text_in_place_of_bytes():
    assert applied("a b c", [Edit(2, 3, "xyz"), Edit(0, 1, "")]) == " xyz c"


def test_counts_bytes_of_utf_8():
    assert applied("é = db", [Edit(5, 7, "get_db()")]) == "é = get_db()"


def test_insertions_at_one_place_keep_their_order():
    assert applied("b", [Edit(0, 0, "1"), Edit(0, 0, "2")]) == "12b"


def test_insertion_may_touch_a_replacement():
    assert applied("db", [Edit(0, 2, "get_db"), Edit(2, 2, ", g")]) == "get_db, g"


def test_overlapping_edits_are_refused():
    with pytest.raises(Overlap):
        applied("abc", [Edit(0, 2, ""), Edit(1, 3, "")])
