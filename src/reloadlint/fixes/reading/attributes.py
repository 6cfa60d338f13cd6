"""Where an attribute of an application is used: `app.db`, `current_app.db`."""

from __future__ import annotations

import libcst as cst

from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import References, Use, references
from reloadlint.fixes.reading.tree import Tree, last_name

_TARGETS = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del)
_LIKELY = frozenset({"app", "application", "_app", "flask_app"})


def attribute_references(project: Project, path: str, name: str) -> References:
    """Everything that refers to an attribute (`app.db`) of the application in a module.

    Raises:
        Refusal: a module that mentions it can't be parsed by libcst.
    """
    owner, _, attribute = name.rpartition(".")
    found = References()
    found.names.add((path, attribute))
    sure = {use.node for use in references(project, path, owner).uses}
    for other in project.mentioning(attribute):
        tree = project.tree(other)
        for node in tree.every(cst.Attribute):
            if node.attr.value == attribute:
                _sort(found, tree, node, sure)
    own = [use for use in found.rebound if use.tree.path == path]
    found.rebound = [use for use in found.rebound if use not in own[:1]]
    return found


def _sort(
    found: References, tree: Tree, node: cst.Attribute, sure: set[cst.BaseExpression]
) -> None:
    """Take an attribute of that name for a use, or say that it may be one."""
    is_own = node.value in sure or qualified_name(tree, node.value) == "flask.current_app"
    if is_own and isinstance(tree.parent(node), _TARGETS):
        found.rebound.append(Use(tree, node))
    elif is_own:
        found.uses.append(Use(tree, node))
    elif last_name(node.value) in _LIKELY:
        line = f"line {tree.line(node)} of {tree.path}"
        found.obstacles.append(f"`{tree.source(node)}` in {line} may be the same")
