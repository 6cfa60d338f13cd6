"""What a program does with `flask.g` and its contexts as such."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree, last_name

_WHOLE = frozenset({"dict", "iter", "len", "list", "set", "sorted", "tuple", "vars"})
_INSIDE = frozenset({"__dict__", "_get_current_object"})
_MAY_BE_WHOLE = re.compile(
    rf"(?:\bfor\b[^:\n]*\bin\s+|\b(?:{'|'.join(sorted(_WHOLE))})\s*\(\s*)(?:\w+\s*\.\s*)?g\b"
    rf"|\bg\s*\.\s*(?:{'|'.join(sorted(_INSIDE))})\b"
)
"""What a module's text has in any case that does so: most needn't be read for it."""


def context_for_ever(project: Project, path: str) -> Iterator[str]:
    """`app.app_context().push()` while loading: requests of that thread share one `g`."""
    together = project.connected_with(path) & project.flask_modules
    for other in sorted(together.intersection(project.mentioning("app_context", "push"))):
        tree = project.tree(other)
        for call in tree.every(cst.Call) if ".app_context().push()" in tree.text else ():
            if last_name(call) == "push" and tree.function_of(call) is None:
                line = tree.line(call)
                yield f"the context pushed in line {line} of {other} is never torn down"


def taken_as_a_whole(project: Project, path: str) -> Iterator[str]:
    """Where a program goes through everything on `g`, which would find the object there."""
    together = project.connected_with(path) & project.flask_modules
    for other in sorted(together.intersection(project.mentioning("g", "flask"))):
        if project.is_test(other) or not _MAY_BE_WHOLE.search(project.texts[other]):
            continue
        tree = project.tree(other)
        for node in (n for n in tree.index.named("g") if _is_whole(tree, n)):
            line = tree.line(node)
            yield f"line {line} of {other} takes all that is on `g`, and would find it there"


def _is_whole(tree: Tree, node: cst.CSTNode) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.Attribute) and parent.attr is node:  # `flask.g`
        node, parent = parent, tree.parent(parent)
    if isinstance(parent, (cst.For, cst.CompFor)):
        whole = parent.iter is node
    elif isinstance(parent, cst.Arg):
        whole = last_name(tree.parent(parent)) in _WHOLE
    else:
        whole = isinstance(parent, cst.Attribute) and parent.attr.value in _INSIDE
    named = isinstance(node, (cst.Name, cst.Attribute)) and qualified_name(tree, node)
    return whole and named == "flask.g"
