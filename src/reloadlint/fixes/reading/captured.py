"""Names that a function binds in ways of which libcst takes no note."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.tree import Tree


def captured(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a `match`, or `:=` in a comprehension, binds the name in the function.

    libcst takes no note of the former and looks for the latter in the comprehension.
    """
    function = tree.function_of(node)
    if not isinstance(node, cst.Name) or function is None:
        return False
    if node.value in {name.value for item in tree.every(cst.Global) for name in _named(item)}:
        return False
    for pattern in (n for kind in _BINDING for n in tree.every(kind)):
        bound = _bound(pattern)
        if isinstance(bound, cst.Name) and bound.value == node.value:
            where = tree.function_of(pattern)
            if where is function or any(outer is where for outer in tree.ancestors(function)):
                return True
    return False


_BINDING: tuple[type[cst.CSTNode], ...] = (
    cst.MatchAs,
    cst.MatchStar,
    cst.MatchMapping,
    cst.NamedExpr,
)


def _named(statement: cst.Global) -> list[cst.Name]:
    return [item.name for item in statement.names]


def _bound(node: cst.CSTNode) -> cst.BaseExpression | None:
    if isinstance(node, cst.MatchMapping):
        return node.rest
    if isinstance(node, (cst.MatchAs, cst.MatchStar)):
        return node.name
    return node.target if isinstance(node, cst.NamedExpr) else None
