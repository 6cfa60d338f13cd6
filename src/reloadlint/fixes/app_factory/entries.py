"""Where a program is run: there the factory is called, and the application gets its name back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.app_factory.others import Other
from reloadlint.fixes.app_factory.staying import Module
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.references import Alias
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.flask_import import extended
from reloadlint.fixes.writing.import_block import first_block
from reloadlint.fixes.writing.style import Style
from reloadlint.fixes.writing.unimport import without_alias

FACTORY = "create_app"


def made_in_guard(
    body: Body, piece: Piece, names: Iterable[str], app: str, before: str = ""
) -> list[Edit]:
    """The edit that makes the application in the main guard, above the first that needs it.

    `before` is a line that has to come first.
    """
    nodes = [node for name in names for node in piece.now.get(name, ())]
    assert isinstance(piece.node, cst.If)
    return _made_before(body.tree, piece.node.body, nodes, app, before)


def made_in_function(body: Body, piece: Piece, nodes: Sequence[cst.CSTNode], app: str) -> Edit:
    """The edit that makes the application in the function that runs it."""
    assert isinstance(piece.node, cst.FunctionDef)
    return _made_before(body.tree, piece.node.body, nodes, app)[0]


def _made_before(
    tree: Tree, block: cst.BaseSuite, nodes: Sequence[cst.CSTNode], app: str, before: str = ""
) -> list[Edit]:
    lines = [before, f"{app} = {FACTORY}()"] if before else [f"{app} = {FACTORY}()"]
    needing = [n for n in block.body if any(n in (node, *tree.ancestors(node)) for node in nodes)]
    if not needing:
        return []
    start = tree.span(needing[0])[0]
    if not isinstance(block, cst.IndentedBlock):
        return [_opened(tree, block, lines)]
    line = tree.line_start(start)
    indent = tree.data[line:start].decode()
    first = line
    for above in reversed(list(getattr(needing[0], "leading_lines", ()))):
        if above.comment is None:
            break
        first = tree.line_above(first)
    text = "".join(f"{indent}{line}{tree.module.default_newline}" for line in lines)
    return [Edit(first, first, text)]


def _opened(tree: Tree, block: cst.BaseSuite, lines: Sequence[str]) -> Edit:
    """The edit that gives a block on the line of its head lines of its own, these as the first."""
    start = tree.span(block.body[0])[0]
    colon = tree.data.rindex(b":", 0, start) + 1
    owner = tree.span(tree.parent(block))[0]
    above = tree.data[tree.line_start(owner) : owner].decode()
    line = f"{tree.module.default_newline}{above}{tree.module.default_indent}"
    return Edit(colon, start, "".join(line + text for text in [*lines, ""]))


def handed_over(module: Module) -> list[Edit]:
    """The edits by which functions get the application as their first argument."""
    body, edits = module.body, []
    for name in sorted(module.needing):
        (piece,) = body.binding(name)
        assert isinstance(piece.node, cst.FunctionDef)
        edits.append(_first_in(body.tree, piece.node, module.app))
        for reader in body.reading(name):
            for node in (*reader.now.get(name, ()), *reader.later.get(name, ())):
                call = body.tree.parent(node)
                assert isinstance(call, cst.Call)
                edits.append(_first_argument(body.tree, call, module.app))
    return edits


def _first_in(tree: Tree, function: cst.FunctionDef, app: str) -> Edit:
    start = tree.span(function.name)[1]
    place = tree.data.index(b"(", start) + 1
    params = function.params
    others = (params.params, params.posonly_params, params.kwonly_params, params.star_kwarg)
    more = any(others) or isinstance(params.star_arg, cst.Param)
    return Edit(place, place, f"{app}, " if more else app)


def _first_argument(tree: Tree, call: cst.Call, app: str) -> Edit:
    place = tree.data.index(b"(", tree.span(call.func)[1]) + 1
    return Edit(place, place, f"{app}, " if call.args else app)


def made_by_importer(other: Other, alias: Alias, style: Style) -> list[Edit]:
    """The edits with which a module that imports the application makes it instead."""
    tree, local = other.tree, alias.alias.evaluated_alias or alias.alias.evaluated_name
    made = f"{local} = {FACTORY}()"
    block = first_block(tree)
    line = tree.parent(alias.statement)
    assert isinstance(line, cst.SimpleStatementLine)
    inside = tree.function_of(alias.statement) is not None
    edits = _import_of_factory(alias)
    if inside or line not in block:
        end = tree.line_end(tree.span(line)[1])
        start = tree.span(line)[0]
        indent = tree.data[tree.line_start(start) : start].decode()
        return [*edits, Edit(end, end, f"{_broken(tree, end, style)}{indent}{made}{style.newline}")]
    end = tree.line_end(tree.span(block[-1])[1])
    gap = tree.data[end : tree.line_end(end)].strip()
    after = style.newline if gap else ""
    before = _broken(tree, end, style) + style.newline
    return [*edits, Edit(end, end, f"{before}{made}{style.newline}{after}")]


def _broken(tree: Tree, end: int, style: Style) -> str:
    """The line break that is missing at the end of a file."""
    return "" if tree.data[:end].endswith((b"\n", b"\r")) else style.newline


def _import_of_factory(alias: Alias) -> list[Edit]:
    tree, statement = alias.tree, alias.statement
    assert not isinstance(statement.names, cst.ImportStar)
    if len(statement.names) == 1:
        return [Edit(*tree.span(alias.alias), FACTORY)]
    return [extended(tree, statement, FACTORY), without_alias(tree, statement, alias.alias)]
