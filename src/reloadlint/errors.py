"""What goes wrong through the user's input, as opposed to a fault of ours."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """Wrong usage or configuration: one clear line for the user, exit status 2.

    The message states the cause, then the remedy, without a trailing full stop being required.
    """


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown `word`: the nearest known one, or nothing."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
