"""Code that runs inside an application context asks for `current_app`."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.draft import Draft, Refusal
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.flask_import import flask_name
from reloadlint.fixes.writing.style import style_of


def use_current(draft: Draft, tree: Tree, nodes: Sequence[cst.BaseExpression]) -> None:
    """Have these places of a module ask for `current_app`, or for the object behind it.

    Raises:
        Refusal: one prints its own source, or the name is taken.
    """
    if not nodes:
        return
    first = min(tree.span(node)[0] for node in nodes)
    current = flask_name(tree, "current_app", first, style_of(tree).newline)
    draft.add_once(tree.path, *current.edits)
    for node in nodes:
        if _is_printed(tree, node):
            raise Refusal(f"a text in line {tree.line(node)} of {tree.path} prints the name itself")
        parent = tree.parent(node)
        whole = not (isinstance(parent, cst.Attribute) and parent.value is node)
        text = current.expression + ("._get_current_object()" if whole else "")
        draft.add(tree.path, Edit(*tree.span(node), text))


def _is_printed(tree: Tree, node: cst.CSTNode) -> bool:
    return any(
        isinstance(outer, cst.FormattedStringExpression) and outer.equal is not None
        for outer in tree.ancestors(node)
    )
