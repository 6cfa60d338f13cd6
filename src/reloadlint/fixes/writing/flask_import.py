"""`g` of Flask: how a module writes it, and the import that is missing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.fixes.writing.import_block import new_import
from reloadlint.fixes.writing.import_order import by_kind, order_of

__all__ = ["Imported", "extended", "flask_name", "new_import"]

ImportNode = TypeVar("ImportNode", cst.Import, cst.ImportFrom)


class Imported(NamedTuple):
    """How an imported thing is written in a module, and the edits that import it."""

    expression: str
    edits: tuple[Edit, ...]


def flask_name(tree: Tree, name: str, before: int, newline: str, module: str = "flask") -> Imported:
    """`name` of Flask (`g`, `Flask`) in a module, imported before offset `before`.

    Raises:
        Refusal: the name stands for something else there.
    """
    here = [node for node in tree.module.body if tree.span(node)[0] < before]
    froms = [s for s in _imports(here, cst.ImportFrom) if dotted(s.module) == module]
    froms = [s for s in froms if not s.relative]
    known = _already(tree, froms, name)
    if known is not None:
        return Imported(known, ())
    for alias in (alias for plain in _imports(here, cst.Import) for alias in plain.names):
        if alias.evaluated_name == module and not froms:
            return Imported(f"{alias.evaluated_alias or module}.{name}", ())
    local = _local(tree, name)
    wanted = name if local == name else f"{name} as {local}"
    extendable = [s for s in froms if not isinstance(s.names, cst.ImportStar)]
    if extendable:
        return Imported(local, (extended(tree, extendable[0], wanted),))
    return Imported(local, (new_import(tree, f"from {module} import {wanted}", module, newline),))


def beside(edits: list[Edit], new: Imported) -> None:
    """Add the edits of an import to those of others: what is put below the same line is one group,
    in which one import brings all names of a module.
    """
    for edit in new.edits:
        wanted = _GROUP.fullmatch(edit.text)
        for number, known in enumerate(edits):
            there = _GROUP.fullmatch(known.text) if known.start == edit.start else None
            if there is not None and wanted is not None:
                edits[number] = Edit(known.start, known.end, _joined(there, wanted))
                break
        else:
            edits.insert(0, edit)


def _joined(*groups: re.Match[str]) -> str:
    names: dict[str, set[str]] = defaultdict(set)
    for module, brought in _LINE.findall("".join(group[2] for group in groups)):
        names[module] |= set(brought.split(", "))
    above, _, newline, below = groups[0].groups()
    lines = (f"from {m} import {', '.join(sorted(names[m], key=by_kind))}" for m in sorted(names))
    return above + newline.join(lines) + newline + below


_GROUP = re.compile(r"(\s*)((?:from [\w.]+ import [\w, ]+(\r\n|\n|\r))+)(\s*)")
_LINE = re.compile(r"from ([\w.]+) import ([\w, ]+)")


def _imports(body: Sequence[cst.CSTNode], kind: type[ImportNode]) -> list[ImportNode]:
    lines = [line for line in body if isinstance(line, cst.SimpleStatementLine)]
    return [small for line in lines for small in line.body if isinstance(small, kind)]


def _already(tree: Tree, froms: list[cst.ImportFrom], name: str) -> str | None:
    bound = [a for a in tree.bound(tree.module, name) if a.scope is tree.global_scope]
    for statement in froms:
        if isinstance(statement.names, cst.ImportStar):
            if not bound:
                return name
            continue
        for alias in statement.names:
            if alias.evaluated_name == name:
                return alias.evaluated_alias or name
    return None


def _local(tree: Tree, name: str) -> str:
    """The name under which to import; another one where the module has its own of that name."""
    taken = [a for a in tree.bound(tree.module, name) if a.scope is tree.global_scope]
    if not taken:
        return name
    if f"flask_{name}" in tree.identifiers:
        raise Refusal(f"`{name}` stands for something else in {tree.path}")
    return f"flask_{name}"


def extended(tree: Tree, statement: cst.ImportFrom, wanted: str) -> Edit:
    """The edit that adds a name to `from … import a, b`, in order where the names have one."""
    assert not isinstance(statement.names, cst.ImportStar)
    names = [alias.evaluated_name for alias in statement.names]
    key = order_of(names)
    place = len(names)
    if key is not None:
        place = next((i for i, name in enumerate(names) if key(name) > key(wanted)), place)
    if place < len(names):
        start = tree.span(statement.names[place])[0]
        return Edit(start, start, wanted + _gap(tree, statement, place))
    end = tree.span(statement.names[-1])[1]
    return Edit(end, end, _gap_after(tree, statement) + wanted)


def _gap(tree: Tree, statement: cst.ImportFrom, place: int) -> str:
    """What separates a new name from the one that it is put before."""
    start = tree.span(statement.names[place])[0]  # type: ignore[index]
    line = tree.line_start(start)
    before = tree.data[line:start].decode()
    if statement.lpar is not None and not before.strip():
        return f",{_newline(tree, line)}{before}"
    return ", "


def _gap_after(tree: Tree, statement: cst.ImportFrom) -> str:
    start = tree.span(statement.names[-1])[0]  # type: ignore[index]
    line = tree.line_start(start)
    before = tree.data[line:start].decode()
    if statement.lpar is not None and not before.strip():
        return f",{_newline(tree, line)}{before}"
    return ", "


def _newline(tree: Tree, line: int) -> str:
    """The line break before a line."""
    return "\r\n" if tree.data[line - 2 : line] == b"\r\n" else tree.data[line - 1 : line].decode()
