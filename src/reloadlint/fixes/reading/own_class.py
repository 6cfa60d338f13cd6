"""An own class behind a connection: its methods, and what each is for."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from reloadlint.effects.roles import is_closer
from reloadlint.effects.values import Class
from reloadlint.fixes.reading.functions import referring
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, descendants, dotted

MAKING = frozenset({"__init__", "__new__", "__post_init__", "__enter__", "__del__"})


class Methods:
    """The methods of a class and of its bases in the project, as written.

    `set_up` are those that are only called where an object is made, right after its constructor.
    """

    def __init__(self, project: Project, cls: Class, set_up: Collection[str] = ()) -> None:
        self.name = cls.definition.name
        self._project = project
        self._set_up = set(set_up)
        self.defined: list[tuple[Tree, cst.ClassDef, cst.FunctionDef]] = []
        for base in cls.mro:
            if isinstance(base, Class) and base.module.path in project.texts:
                tree = project.tree(base.module.path)
                self.defined += _methods(tree, base)

    def serving(self) -> list[tuple[Tree, cst.FunctionDef]]:
        """The methods that work for callers: neither constructor, closer, nor their helpers."""
        names = {method.name.value for _, _, method in self.defined}
        making = {*MAKING, *self._set_up, *filter(is_closer, names)}
        helpers = self._called_only_by(making)
        return [
            (tree, method)
            for tree, _, method in self.defined
            if method.name.value not in making | helpers
        ]

    def constructing(self) -> list[tuple[Tree, cst.FunctionDef]]:
        """The methods that make an object."""
        return [(t, method) for t, _, method in self.defined if method.name.value in MAKING]

    def _called_only_by(self, making: set[str]) -> set[str]:
        helpers: set[str] = set()
        names = {method.name.value for _, _, method in self.defined} - making
        while True:
            found = {name for name in names - helpers if self._is_helper(name, making | helpers)}
            if not found:
                return helpers
            helpers |= found

    def _is_helper(self, name: str, making: set[str]) -> bool:
        callers = {
            method.name.value
            for _, _, method in self.defined
            for node in descendants(method.body)
            if isinstance(node, cst.Call) and dotted(node.func) == f"self.{name}"
        }
        if not callers or not callers <= making:
            return False
        return name.startswith("_") or self._is_only_called_inside(name)

    def _is_only_called_inside(self, name: str) -> bool:
        """Whether nothing but the methods of the class mentions a public one."""
        own = {method for _, _, method in self.defined}
        return all(
            where.function_of(node) in own
            for tree, _, method in self.defined
            if method.name.value == name
            for where, node in referring(self._project, tree, method)
        )


def _methods(tree: Tree, cls: Class) -> list[tuple[Tree, cst.ClassDef, cst.FunctionDef]]:
    for node in tree.every(cst.ClassDef):
        if (
            node.name.value == cls.definition.name
            and tree.line(node.name) == cls.definition.span[0]
        ):
            body = node.body.body
            return [(tree, node, item) for item in body if isinstance(item, cst.FunctionDef)]
    return []
