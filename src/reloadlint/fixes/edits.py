"""Changes to a text, as places and what to put there: analysis yields them, nothing mutates."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Overlap(ValueError):  # noqa: N818 - named as what it says
    """Two edits change the same place."""


class Edit(msgspec.Struct, frozen=True):
    """Put `text` in place of the bytes from `start` to `end` of a text's UTF-8 form."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[Edit]) -> str:
    """`text` with these edits; insertions at one place keep their order.

    Raises:
        Overlap: two of them change the same bytes.
    """
    data = text.encode()
    parts: list[bytes] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < done:
            raise Overlap(f"at byte {edit.start}")
        parts += [data[done : edit.start], edit.text.encode()]
        done = edit.end
    return b"".join([*parts, data[done:]]).decode()
