"""Lines taken away together leave what they would leave if one went after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import pytest

from reloadlint.fixes.draft import Moved
from reloadlint.fixes.edits import applied
from reloadlint.fixes.guarding.removing import taken_away, taken_in_turn


def moved(text: str, *lines: str, opens: bool = False) -> Moved:
    places = [(text.index(line), text.index(line) + len(line)) for line in lines]
    return Moved(tuple(places), opens)


def without(text: str, *lines: str, opens: bool = False) -> str:
    return applied(text, taken_away(text.encode(), moved(text, *lines, opens=opens)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\nx\nb\n", "a\nb\n"),
        ("a\n\nx\n\nb\n", "a\n\nb\n"),
        ("a\n\n\nx\n\nb\n", "a\n\n\nb\n"),
        ("a\n\nx\n\n\nb\n", "a\n\n\nb\n"),
        ("a\nx\n\nb\n", "a\n\nb\n"),
        ("a\n\nx\nb\n", "a\n\nb\n"),
        ("x\n\na\n", "\na\n"),
        ("a\n\nx\n", "a\n\n"),
        ("x", ""),
    ],
)
def test_the_wider_gap_stays(text, left):
    text = text.replace("x", "gone = 1")
    assert (
        without(text, text[text.index("gone") :].partition("\n")[0] + "\n" * ("\n" in text)) == left
    )


def test_block_does_not_begin_with_a_blank_line():
    assert without("    x\n\n    y\n", "    x\n", opens=True) == "    y\n"


def test_line_ends_of_every_kind_are_lines():
    assert without("a\r\n\r\nx\r\n\r\nb\r\n", "x\r\n") == "a\r\n\r\nb\r\n"


def test_lines_with_nothing_but_blank_ones_between_leave_one_gap():
    assert without("a\n\nx\n\ny\n\nb\n", "x\n", "y\n") == "a\n\nb\n"


def _one_by_one(text: str, turns: Sequence[Sequence[str]]) -> str:
    for lines in turns:
        text = without(text, *lines)
    return text


@pytest.mark.parametrize("backwards", [True, False])
def test_taken_together_is_taken_in_turn(backwards):
    for gaps in product((0, 1, 2), repeat=4):
        text = "a\n" + "".join(
            "\n" * gap + f"{name}\n" for gap, name in zip(gaps, "xyzb", strict=True)
        )
        for number in (2, 3):
            for lines in combinations(("x\n", "y\n", "z\n"), number):
                turns = [[line] for line in (reversed(lines) if backwards else lines)]
                moves = [moved(text, *turn) for turn in turns]
                assert applied(text, taken_in_turn(text.encode(), moves)) == _one_by_one(
                    text, turns
                )
