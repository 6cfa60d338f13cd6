"""Parsing with `ast`, with the faults of a text told as one line each, and what trees are asked."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Callable
from typing import TypeVar

from reloadlint.garbage import collector_paused

T = TypeVar("T")

TOO_DEEP = "nested too deeply to be analysed"
TOO_LARGE = "has more than a million parts, which is too large to be analysed; leave it out"
MOST_PARTS = 1_000_000
"""A tree takes about a kilobyte for each comma of a list."""
_BETWEEN = (*",.([{=:+-*/%|&^@<>;\n", " and ", " or ", " if ", " in ", " is ", " not ")
"""What stands between the parts of a program."""


class InvalidSyntax(Exception):  # noqa: N818 - named as SyntaxError is
    """A text that Python's own parser refuses. `line` and `column` start at 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = max(line, 1)
        self.column = max(column, 1)


def parse(text: str, use: Callable[[ast.Module], T]) -> T:
    """What `use` makes of the tree of `text`. The tree is gone when this returns.

    Raises:
        InvalidSyntax: the text is no Python for the running interpreter, too deeply nested or too
            large.
    """
    if is_too_large(text):
        raise InvalidSyntax(TOO_LARGE)
    try:
        with collector_paused(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return use(ast.parse(text))
    except SyntaxError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        message = f"{error.msg} (read as Python {version})"
        raise InvalidSyntax(message, error.lineno or 1, error.offset or 1) from None
    except (RecursionError, MemoryError):
        raise InvalidSyntax(TOO_DEEP) from None
    except ValueError as error:
        raise InvalidSyntax(str(error)) from None


def is_too_large(text: str) -> bool:
    """Whether the tree of a text would take a gigabyte: by its parts, for one text may be long."""
    return len(text) > MOST_PARTS and sum(map(text.count, _BETWEEN)) > MOST_PARTS


def is_main_guard(node: ast.AST) -> bool:
    """Whether a statement is `if __name__ == "__main__":` (either way round)."""
    if not (isinstance(node, ast.If) and isinstance(node.test, ast.Compare)):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    values = {side.value for side in sides if isinstance(side, ast.Constant)}
    return names == {"__name__"} and values == {"__main__"}
