"""Keeping a name as a proxy: `db = LocalProxy(get_db)`, for what is imported widely."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.draft import Draft
from reloadlint.fixes.reading.functions import definition_of
from reloadlint.fixes.reading.object import Made
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import last_name
from reloadlint.fixes.writing.flask_import import beside, flask_name
from reloadlint.fixes.writing.style import Style

_TESTS = (cst.If, cst.While, cst.IfExp, cst.BooleanOperation, cst.UnaryOperation, cst.Assert)
_COMPARING = (cst.Comparison, cst.ComparisonTarget)


def proxied(thing: Thing, accessor: str, style: Style, draft: Draft) -> str:
    """The text that binds the name to a proxy, below its accessor."""
    made = thing.made
    tree = made.tree
    before = tree.span(made.line)[0]
    proxy = flask_name(tree, "LocalProxy", before, style.newline, module="werkzeug.local")
    beside(draft.edits.setdefault(tree.path, []), proxy)
    gap = style.newline * style.blank
    return f"{gap}{_target(made)} = {proxy.expression}({accessor}){style.newline}"


def _target(made: Made) -> str:
    start, end = made.target
    return made.tree.data[start:end].decode()


def proxy_doubts(project: Project, thing: Thing) -> Iterator[str]:
    """Where a proxy means something else than the object itself."""
    for use in thing.found.uses:
        if use.tree.statement_of(use.node) in thing.statements:
            continue
        parent = use.tree.parent(use.node)
        if isinstance(parent, (*_TESTS, *_COMPARING)):
            yield f"a proxy would be compared or tested for truth in {use.where}"
        elif isinstance(parent, cst.Arg):
            yield from _handed_on(project, use, use.tree.parent(parent))


def _handed_on(project: Project, use: Use, call: cst.CSTNode) -> Iterator[str]:
    if isinstance(call, cst.Call) and definition_of(project, use.tree, call.func) is None:
        yield f"`{last_name(call)}` in {use.where} would get a proxy, which C code doesn't take"
