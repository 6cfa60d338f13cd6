"""Modules that are asked for their attributes: `getattr(store, name)`, `sys.modules[…].db`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, last_name
from reloadlint.project.modules import Module

_ASKING = frozenset({"getattr", "hasattr", "setattr", "delattr", "attrgetter", "object"})
_WHOLE = frozenset({"vars", "dir", "getmembers", "reload"})

_CALLS = re.compile(rf"\b(?:{'|'.join(sorted(_ASKING | _WHOLE))})\(")
_TABLE = re.compile(r"\bmodules\s*\[")
_CALLS_OF_TABLE = re.compile(_CALLS.pattern + r"[\s(]*(?:\w+\s*\.\s*)*modules\s*\[")


def of_module(project: Project, path: str, name: str) -> Iterator[str]:
    """Where a name is asked of its module as an object, or any name is; one reason each."""
    of_item = re.compile(rf"\][\s)\\]*\.[\s\\]*{re.escape(name)}\b")
    short = project.module(path).name.rpartition(".")[2]
    together = project.connected_with(path)
    by_import = [other for other in project.mentioning(short) if other in together]
    by_table = [
        other
        for other in project.mentioning("sys", "modules")
        if other in together or other in project.mentioning(name)
    ]
    for other in dict.fromkeys((*by_import, *by_table, path)):
        text = project.texts[other]
        from_table = _TABLE.search(text) is not None
        if other in by_table and from_table and of_item.search(text):
            yield from _of_table(project.tree(other), short, name, own=other == path)
        held = project.may_hold(other, path)  # without which most modules need no tree
        if (_CALLS if held else _CALLS_OF_TABLE).search(text):
            yield from _asked(project, project.tree(other), path, name)
        if "__dict__" in text and (held or from_table):
            yield from _whole(project, project.tree(other), path)


def _of_table(tree: Tree, short: str, name: str, *, own: bool) -> Iterator[str]:
    """`sys.modules[__name__].db`, or of a module that may be this one."""
    for node in tree.every(cst.Attribute):
        table = node.value
        if node.attr.value == name and isinstance(table, cst.Subscript):
            key = tree.source(table).partition("[")[2]
            known = short in key if "__name__" not in key else own
            written = key.startswith(("'", '"')) or "__name__" in key
            if last_name(table.value) == "modules" and (known or not written):
                yield f"`sys.modules` gives it in line {tree.line(node)} of {tree.path}"


def _asked(project: Project, tree: Tree, path: str, name: str) -> Iterator[str]:
    for call in tree.every(cst.Call):
        kind = last_name(call)
        if kind not in _ASKING | _WHOLE or not call.args:
            continue
        if not _may_be(project, tree, call.args[0].value, path):
            continue
        said = call.args[1].value if len(call.args) > 1 else None
        text = said.evaluated_value if isinstance(said, cst.SimpleString) else None
        if kind in _WHOLE or text == name or (text is None and said is not None):
            yield f"`{tree.source(call.func)}` may name it in line {tree.line(call)} of {tree.path}"


def _whole(project: Project, tree: Tree, path: str) -> Iterator[str]:
    for node in tree.every(cst.Attribute):
        if node.attr.value == "__dict__" and _may_be(project, tree, node.value, path):
            yield f"`__dict__` may give it in line {tree.line(node)} of {tree.path}"


def _may_be(project: Project, tree: Tree, node: cst.BaseExpression, path: str) -> bool:
    """Whether an expression stands for the module at `path`."""
    if isinstance(node, cst.Subscript) and last_name(node.value) == "modules":
        key = tree.source(node).partition("[")[2]
        return "__name__" not in key or tree.path == path
    full = qualified_name(tree, node)
    level = len(full) - len(full.lstrip("."))
    found = project.resolve(tree.path, full[level:], level) if full else None
    return isinstance(found, Module) and found.path == path
