"""Every use of a name becomes a call of its accessor; every import and mention names that."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.references import Alias, Mention, References, Use
from reloadlint.fixes.writing.pieces import whole_lines
from reloadlint.fixes.writing.unimport import without_alias


def rewrite(
    found: References,
    gone: Collection[cst.BaseStatement],
    accessor: str,
    draft: Draft,
) -> None:
    """Have all references renamed, save those in statements that are `gone`.

    Raises:
        Refusal: one can't be.
    """
    for use in found.uses:
        if use.tree.statement_of(use.node) not in gone:
            draft.add(use.tree.path, called(use, accessor))
    for alias in found.aliases:
        draft.add(alias.tree.path, _imported(alias, accessor))
    for mention in found.mentions:
        if mention.tree.statement_of(mention.node) not in gone:
            draft.add(mention.tree.path, _mentioned(mention, accessor))


def called(use: Use, accessor: str) -> Edit:
    """The edit that calls the accessor in place of a use.

    Raises:
        Refusal: what stands there prints its own source.
    """
    start, end = use.tree.span(use.node)
    for node in use.tree.ancestors(use.node):
        if isinstance(node, cst.FormattedStringExpression) and node.equal is not None:
            raise Refusal(f"a text in {use.where} prints the name itself (`=` in an f-string)")
    if isinstance(use.node, cst.Attribute):
        start = use.tree.span(use.node.attr)[0]
    return Edit(start, end, f"{accessor}()")


def _imported(alias: Alias, accessor: str) -> Edit:
    start, end = alias.tree.span(alias.alias)
    if any(_binds(other, accessor) for other in _names(alias)):
        return without_alias(alias.tree, alias.statement, alias.alias)
    as_itself = alias.alias.evaluated_alias == alias.alias.evaluated_name  # says: re-exported
    return Edit(start, end, f"{accessor} as {accessor}" if as_itself else accessor)


def _names(alias: Alias) -> Sequence[cst.ImportAlias]:
    names = alias.statement.names
    return () if isinstance(names, cst.ImportStar) else names


def _binds(alias: cst.ImportAlias, name: str) -> bool:
    return alias.evaluated_name == name and alias.evaluated_alias in (None, name)


def _mentioned(mention: Mention, accessor: str) -> Edit:
    tree, node = mention.tree, mention.node
    start, end = tree.span(node)
    if isinstance(node, cst.SimpleString):
        return Edit(start, end, f"{node.prefix}{node.quote}{accessor}{node.quote}")
    statement = tree.parent(node)
    assert isinstance(statement, cst.Global)
    if len(statement.names) > 1:
        names = [n.name.value for n in statement.names if n is not node]
        return Edit(*tree.span(statement), f"global {', '.join(names)}")
    line = tree.parent(statement)
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        return Edit(*whole_lines(tree, line), "")
    return Edit(*tree.span(statement), "pass")
