"""A function that is there already and only returns the object: it becomes the accessor."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.reading.uses import References


class Existing(NamedTuple):
    """`def get_db(): return db`: its name, its first line, its docstring as written."""

    tree: Tree
    node: cst.FunctionDef
    statements: list[cst.SimpleStatementLine]
    header: str
    doc: list[str]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.node.name.value

    def removal(self) -> Edit:
        """The edit that takes it away where it stands, with the blank lines above it."""
        start, end = self.tree.span(self.node)
        start = self.tree.line_start(start)
        while start and not self.tree.data[self.tree.line_above(start) : start].strip():
            start = self.tree.line_above(start)
        return Edit(start, self.tree.line_end(end), "")


def existing_accessor(made: Made, found: References) -> Existing | None:
    """The first function of the module that does nothing but return the object."""
    for use in found.uses:
        if use.tree is made.tree and isinstance(made.tree.parent(use.node), cst.Return):
            function = made.tree.function_of(use.node)
            if isinstance(function, cst.FunctionDef) and _is_plain(made.tree, function):
                existing = _read(made.tree, function)
                if existing is not None:
                    return existing
    return None


def _is_plain(tree: Tree, function: cst.FunctionDef) -> bool:
    parameters = function.params
    takes_any = any((parameters.params, parameters.kwonly_params, parameters.posonly_params))
    stars = isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg is not None
    commented = any(line.comment is not None for line in function.leading_lines)
    bare = function.asynchronous is None and not function.decorators and not commented
    return bare and not takes_any and not stars and tree.parent(function) is tree.module


def _read(tree: Tree, function: cst.FunctionDef) -> Existing | None:
    """What a function says, if it says nothing but a docstring, `global` and `return`."""
    lines = [s for s in function.body.body if isinstance(s, cst.SimpleStatementLine)]
    if not isinstance(function.body, cst.IndentedBlock) or len(lines) < len(function.body.body):
        return None
    doc = [line for line in lines[:1] if _is_text(line)]
    rest = [small for line in lines[len(doc) :] for small in line.body]
    returns = [small for small in rest if isinstance(small, cst.Return)]
    others = [small for small in rest if not isinstance(small, (cst.Return, cst.Global))]
    start, end = tree.span(function)
    text = tree.data[start:end].decode()
    if others or len(returns) != 1 or rest[-1] is not returns[0] or "#" in text:
        return None
    header = text[: text.index(":", text.index(")")) + 1]
    arrow = function.returns
    if arrow is not None:
        header = tree.data[start : tree.span(arrow.annotation)[1]].decode() + ":"
    return Existing(tree, function, lines, header, [_line(tree, line) for line in doc])


def _is_text(line: cst.SimpleStatementLine) -> bool:
    small = line.body[0]
    return len(line.body) == 1 and (
        isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
    )


def _line(tree: Tree, line: cst.SimpleStatementLine) -> str:
    start, end = tree.span(line)
    return tree.data[tree.line_start(start) : end].decode()
