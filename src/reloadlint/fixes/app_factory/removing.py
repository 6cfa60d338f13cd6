"""Taking an import away, with the blank lines that would open a block or a file."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.references import Alias
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.unimport import without_alias


def without(alias: Alias) -> Edit:
    """The edit that takes a name out of its import, or the import out of its block."""
    tree = alias.tree
    edit = without_alias(tree, alias.statement, alias.alias)
    line = tree.parent(alias.statement)
    names = alias.statement.names
    if edit.text or isinstance(names, cst.ImportStar) or len(names) > 1:
        return edit
    if not _is_first(tree, line):
        return edit
    end = edit.end
    while end < len(tree.data) and not tree.data[end : tree.line_end(end)].strip():
        end = tree.line_end(end)
    return Edit(edit.start, end, "")


def _is_first(tree: Tree, line: cst.CSTNode) -> bool:
    block = tree.parent(line)
    if isinstance(block, cst.Module):
        return block.body[0] is line and not tree.data[: tree.span(line)[0]].strip()
    return isinstance(block, cst.IndentedBlock) and block.body[0] is line
