"""What refers to a module-level name: uses, imports, mentions."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.reading.tree import Tree


class Use(NamedTuple):
    """An expression that stands for the object: `db`, or `app.db` by way of its module."""

    tree: Tree
    node: cst.BaseExpression

    @property
    def where(self) -> str:
        """The place in words, for a reason."""
        return f"line {self.tree.line(self.node)} of {self.tree.path}"


class Alias(NamedTuple):
    """A `from … import` that binds the name in a module."""

    tree: Tree
    statement: cst.ImportFrom
    alias: cst.ImportAlias


class Mention(NamedTuple):
    """The name in `__all__`, or in a `global` statement."""

    tree: Tree
    node: cst.SimpleString | cst.NameItem


class References:
    """All that refers to one object of a module.

    `rebound` are places that bind or delete the name again; `obstacles` say, in one sentence
    each, where it is referred to in a way that can't be rewritten.
    """

    def __init__(self) -> None:
        self.uses: list[Use] = []
        self.aliases: list[Alias] = []
        self.mentions: list[Mention] = []
        self.rebound: list[Use] = []
        self.obstacles: list[str] = []
        self.names: set[tuple[str, str]] = set()
        """The modules that have the name, and as which."""

    @property
    def paths(self) -> list[str]:
        """The modules that have to be rewritten."""
        trees = (
            *(use.tree for use in self.uses),
            *(alias.tree for alias in self.aliases),
            *(mention.tree for mention in self.mentions),
        )
        return sorted({tree.path for tree in trees})
