"""Taking an imported name away that nothing uses any more."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst.metadata import ImportAssignment

from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree, descendants
from reloadlint.fixes.writing.pieces import whole_lines


def unused_without(tree: Tree, gone: cst.CSTNode) -> Iterator[Edit]:
    """The edits that take away the imports that only an expression uses, which goes itself."""
    inside = set(descendants(gone))
    for name in {node.value for node in inside if isinstance(node, cst.Name)}:
        bound = list(tree.bound(tree.module, name))
        used = {access.node for one in bound for access in one.references}
        if len(bound) == 1 and isinstance(bound[0], ImportAssignment) and used <= inside:
            statement = bound[0].node
            if isinstance(statement, (cst.Import, cst.ImportFrom)) and f'"{name}"' not in tree.text:
                yield from _without(tree, statement, name)


def _without(tree: Tree, statement: cst.Import | cst.ImportFrom, name: str) -> Iterator[Edit]:
    if not isinstance(statement.names, cst.ImportStar):
        for alias in statement.names:
            if (alias.evaluated_alias or alias.evaluated_name) == name:
                yield without_alias(tree, statement, alias)


def without_alias(
    tree: Tree, statement: cst.Import | cst.ImportFrom, alias: cst.ImportAlias
) -> Edit:
    """The edit that takes one name out of an import; the whole import, if it is the only one."""
    assert not isinstance(statement.names, cst.ImportStar)
    names = list(statement.names)
    place = names.index(alias)
    if len(names) == 1:
        return _without_statement(tree, statement)
    if place + 1 < len(names):
        return Edit(tree.span(alias)[0], tree.span(names[place + 1])[0], "")
    return Edit(tree.span(names[place - 1])[1], tree.span(alias)[1], "")


def _without_statement(tree: Tree, statement: cst.Import | cst.ImportFrom) -> Edit:
    line = tree.parent(statement)
    alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    block = tree.parent(line)
    if alone and (block is tree.module or len(block.children) > 1):
        return Edit(*whole_lines(tree, line), "")
    return Edit(*tree.span(statement), "pass")
