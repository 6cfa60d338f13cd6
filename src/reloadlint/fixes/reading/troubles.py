"""Why code may run without an application context, in words."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.tree import Tree, dotted, last_name


class Trouble(NamedTuple):
    """Why code may run without an application context; `fatal` if it runs while loading.

    `place` is the code around which a context could be put, where there is such. `aside` says
    that the code is run by a thread, a scheduler or the like, which it was handed to.
    """

    reason: str
    fatal: bool = False
    place: tuple[Tree, cst.CSTNode] | None = None
    aside: bool = False


def after_teardown(node: cst.CSTNode, name: str) -> Trouble:
    signal = next(part for part in name.split(".") if "tearing_down" in part)
    return Trouble(f"`{name_of(node)}` is called by the signal `{signal}`, after the teardown")


def kept(tree: Tree, node: cst.CSTNode) -> Trouble:
    return Trouble(f"`{name_of(node)}` is kept in {line_in(tree, node)}, to be called elsewhere")


def line_in(tree: Tree, node: cst.CSTNode) -> str:
    return f"line {tree.line(node)} of {tree.path}"


def name_of(node: cst.CSTNode) -> str:
    return dotted(node) or last_name(node) or "lambda"


def callee_of(tree: Tree, node: cst.BaseExpression) -> str:
    """The dotted name of what is called, in full where it is imported."""
    func = node.func if isinstance(node, cst.Call) else node
    written = dotted(func) or last_name(func)
    return qualified_name(tree, func) or written
