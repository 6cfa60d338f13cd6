"""Commands of an application that is not there yet: click makes them, the factory adds them."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.app_factory.body import Body, Piece
from reloadlint.fixes.app_factory.registrations import Registration, is_command
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.reading.tree import Tree
from reloadlint.fixes.writing.flask_import import flask_name
from reloadlint.fixes.writing.plain_imports import module_names
from reloadlint.fixes.writing.style import Style


def as_commands(
    body: Body,
    piece: Piece,
    found: Sequence[Registration],
    style: Style,
    known: Sequence[Edit],
) -> list[Edit]:
    """The edits that take a function's registering decorators away, or make a command of it.

    `known` are those of the module so far: an import for two commands is made once.
    """
    tree = body.tree
    if not is_command(list(found)):
        return [_without(tree, one.decorator) for one in found]
    call = found[0].call
    assert call is not None
    click, imports = module_names(tree, ["click"], piece.start, style.newline)
    arguments = [arg for arg in call.args if _keyword(arg) != "with_appcontext"]
    written = ", ".join(tree.source(arg) for arg in arguments)
    lines = [f"@{click['click']}.command({written})"]
    if not _is_without_context(call):
        context = flask_name(tree, "with_appcontext", piece.start, style.newline, "flask.cli")
        imports += context.edits
        lines.append(f"@{context.expression}")
    start, _ = tree.span(found[0].decorator)
    end = tree.span(found[0].decorator.decorator)[1]
    edit = Edit(start, end, style.newline.join(lines))
    return [edit, *(one for one in imports if one not in known)]


def _keyword(arg: cst.Arg) -> str:
    return arg.keyword.value if arg.keyword is not None else ""


def _is_without_context(call: cst.Call) -> bool:
    return any(
        _keyword(arg) == "with_appcontext"
        and isinstance(arg.value, cst.Name)
        and arg.value.value == "False"
        for arg in call.args
    )


def _without(tree: Tree, decorator: cst.Decorator) -> Edit:
    start, end = tree.span(decorator)
    return Edit(tree.line_start(start), tree.line_end(end), "")
