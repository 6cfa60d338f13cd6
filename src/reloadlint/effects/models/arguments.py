"""What models are, and how they read their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from reloadlint.effects.state import Arguments, State
from reloadlint.effects.values import UNKNOWN, Literal, Value

Model: TypeAlias = Callable[[State, Arguments], Value]
"""A function of the solver's state and the call's arguments that gives the call's result."""


def first(args: Arguments) -> Value:
    """The first positional argument."""
    return args.positional[0] if args.positional else UNKNOWN


def text_of(value: Value | None) -> str | None:
    """The text that a value is, if it is one that is written out."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None
