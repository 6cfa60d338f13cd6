"""The accessor that takes one connection per request from a pool, and the teardown for it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import libcst as cst

from reloadlint.effects.hazards import Hazard
from reloadlint.fixes.draft import Draft
from reloadlint.fixes.edits import Edit
from reloadlint.fixes.on_g.naming_g import Taken
from reloadlint.fixes.on_g.registration import Hooks, register
from reloadlint.fixes.per_process.checkouts import CLOSE, Checkout, Checkouts
from reloadlint.fixes.per_process.giving_back import removal
from reloadlint.fixes.per_process.singles import Once
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.uses import References
from reloadlint.fixes.writing.accessor import Parts, accessor_text, teardown_text
from reloadlint.fixes.writing.flask_import import flask_name
from reloadlint.fixes.writing.keys import free_key
from reloadlint.fixes.writing.names import accessor_name, free_name, stem_of
from reloadlint.fixes.writing.rewriting import rewrite
from reloadlint.fixes.writing.style import style_of

_TEARDOWNS = ("release_{}", "give_back_{}", "return_{}")


class Through(NamedTuple):
    """What a pool's connections are reached by: the two functions, and their text.

    `imports` are the edits that it needs besides, behind those that the pool's accessor needs.
    """

    accessor: str
    teardown: str
    text: str
    imports: tuple[Edit, ...]


def connections_through_g(
    hazard: Hazard, project: Project, single: Once, uses: Checkouts, draft: Draft
) -> Through:
    """Add the edits of all uses to the draft; the functions' text goes below the pool's accessor.

    Raises:
        Refusal: there is no application to register a teardown with, or no free name.
    """
    made = single.thing.made
    tree, style = made.tree, style_of(made.tree)
    stem = stem_of(Counter(each.name for each in uses.each).most_common(1)[0][0])
    given = {single.accessor}
    accessor = accessor_name(stem, Taken(project, single.thing, given))
    wishes = (pattern.format(stem) for pattern in _TEARDOWNS)
    teardown = free_name(wishes, Taken(project, single.thing, given | {accessor}))
    g = flask_name(tree, "g", tree.span(made.line)[0], style.newline)
    only_here = all(path == tree.path for path in single.thing.found.paths)
    registered = register(made, Hooks(teardown), project, style, draft, only_here=only_here)
    key = free_key(stem, hazard, project)
    pool = f"{single.accessor}()"
    parts = Parts(
        accessor=accessor,
        closer=teardown,
        key=key,
        local=stem,
        g=g.expression,
        returns=None,
        release=f"{CLOSE}()" if uses.give == CLOSE else "",
        giving_back=None if uses.give == CLOSE else f"{pool}.{uses.give}({stem})",
        decorator=registered.decorator,
        what=stem,
    )
    opening = f"{2 * style.indent}{g.expression}.{key} = {pool}.{uses.take}()"
    gap = style.newline * style.blank
    text = f"{gap}{accessor_text(parts, opening, style)}{gap}{teardown_text(parts, style)}"
    _rewrite(single, uses, accessor, draft)
    return Through(accessor, teardown, text + registered.after, g.edits)


def _rewrite(single: Once, uses: Checkouts, accessor: str, draft: Draft) -> None:
    named = References()
    named.aliases, named.mentions = single.thing.found.aliases, single.thing.found.mentions
    rewrite(named, single.statements, accessor, draft)
    for checkout in uses.each:
        draft.add(checkout.tree.path, _taken(checkout, accessor))
        draft.add(checkout.tree.path, *removal(checkout.tree, checkout.gives))


def _taken(checkout: Checkout, accessor: str) -> Edit:
    tree, node = checkout.tree, checkout.use.node
    start = tree.span(node.attr if isinstance(node, cst.Attribute) else node)[0]
    return Edit(start, tree.span(checkout.call)[1], f"{accessor}()")
