"""`is_running_from_reloader` of Werkzeug: how a module writes it, and the missing import."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.guarding.blocks import Block
from reloadlint.fixes.reading.tree import Tree, dotted
from reloadlint.fixes.writing.flask_import import Imported, flask_name
from reloadlint.fixes.writing.style import style_of

_NAME = "is_running_from_reloader"
_MODULES = ("werkzeug.serving", "werkzeug._reloader")


def asked(block: Block) -> Imported:
    """The function as a guard in the block can write it.

    Raises:
        Refusal: the name stands for something else there.
    """
    tree = block.tree
    if _in_block(block):
        return Imported(_NAME, ())
    before = tree.span(_top(tree, block.run))[0]
    return flask_name(tree, _NAME, before, style_of(tree).newline, _MODULES[0])


def _in_block(block: Block) -> bool:
    """Whether the block itself has imported it, above the start."""
    limit = block.run if block.is_moved_in else block.holder
    for statement in block.body[: block.body.index(limit)]:
        parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
        for small in parts:
            if isinstance(small, cst.ImportFrom) and dotted(small.module) in _MODULES:
                names = small.names if not isinstance(small.names, cst.ImportStar) else ()
                if any(a.evaluated_name == _NAME and a.asname is None for a in names):
                    return True
    return False


def _top(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The statement of the module that holds a node."""
    return [node, *tree.ancestors(node)][-2]
