"""Modules of the standard library: how a module names them, and the imports that are missing."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst
from libcst.metadata import ImportAssignment

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.import_block import new_import


def module_names(
    tree: Tree, wanted: Iterable[str], before: int, newline: str
) -> tuple[dict[str, str], list[Edit]]:
    """How code from `before` on can name these modules, and the edits that import the missing.

    Raises:
        Refusal: a module's name stands for something else.
    """
    names: dict[str, str] = {}
    missing: list[tuple[str, str]] = []
    for module in sorted(wanted):
        known = _imported_as(tree, module, before)
        names[module] = known or _free(tree, module)
        if known is None:
            local = names[module]
            missing.append((module, module if local == module else f"{module} as {local}"))
    return names, _merged(tree, missing, newline)


def _imported_as(tree: Tree, module: str, before: int) -> str | None:
    for line in tree.module.body:
        if tree.span(line)[0] >= before or not isinstance(line, cst.SimpleStatementLine):
            continue
        for small in line.body:
            for alias in small.names if isinstance(small, cst.Import) else ():
                local = alias.evaluated_alias or alias.evaluated_name
                if alias.evaluated_name == module and _is_only(tree, local, module):
                    return local
    return None


def _is_only(tree: Tree, name: str, module: str) -> bool:
    """Whether nothing but imports of a module bind a name at module level."""
    bound = [a for a in tree.bound(tree.module, name) if a.scope is tree.global_scope]
    return all(
        isinstance(a, ImportAssignment)
        and isinstance(a.node, cst.Import)
        and any(_binds(alias, name, module) for alias in a.node.names)
        for a in bound
    )


def _binds(alias: cst.ImportAlias, name: str, module: str) -> bool:
    if alias.evaluated_alias is not None:
        return alias.evaluated_alias == name and alias.evaluated_name == module
    return alias.evaluated_name.partition(".")[0] == name == module


def _free(tree: Tree, module: str) -> str:
    """The name under which to import a module that isn't imported before."""
    if _is_only(tree, module, module):
        return module
    if f"_{module}" in tree.identifiers:
        raise Refusal(f"`{module}` stands for something else in {tree.path}")
    return f"_{module}"


def _merged(tree: Tree, missing: list[tuple[str, str]], newline: str) -> list[Edit]:
    """One edit for all imports that go to the same place, so that they form one block."""
    found: dict[int, tuple[str, list[str], str]] = {}
    for module, written in missing:
        text = f"import {written}"
        edit = new_import(tree, text, module, newline)
        above, _, below = edit.text.partition(text)
        lines = found.get(edit.start, ("", [], ""))[1]
        found[edit.start] = (above, [*lines, text], below)
    return [
        Edit(place, place, above + newline.join(lines) + below)
        for place, (above, lines, below) in found.items()
    ]
