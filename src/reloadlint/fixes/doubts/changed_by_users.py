"""What code that has the object by another name changes of it: a local one, or a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from reloadlint.fixes.doubts.containers import held_by
from reloadlint.fixes.reading.functions import naming
from reloadlint.fixes.reading.mutations import MUTATORS
from reloadlint.fixes.reading.own_class import Methods
from reloadlint.fixes.reading.parameters import parameters_for
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.references import Use
from reloadlint.fixes.reading.tree import Tree

_TARGETS = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del)


def changed_by_users(
    project: Project, uses: Iterable[Use], methods: Methods | None
) -> Iterator[str]:
    """Where attributes of an object, or of what it holds, are set under whatever name."""
    followed = _Followed(project, held_by(methods) if methods is not None else set())
    for use in uses:
        followed.follow(use.tree, use.node, "")
    for tree, node in followed.changes:
        where = f"line {tree.line(node)} of {tree.path}"
        yield f"`{tree.source(node)}` is changed in {where}, which would last for one request only"


class _Followed:
    """Where an object goes, and what is changed of it there."""

    def __init__(self, project: Project, held: set[str]) -> None:
        self.changes: list[tuple[Tree, cst.CSTNode]] = []
        self._project = project
        self._held = held
        self._seen: set[cst.CSTNode] = set()

    def follow(self, tree: Tree, node: cst.CSTNode, part: str) -> None:
        """See what becomes of an expression: the object, or the attribute `part` of it."""
        if node in self._seen:
            return
        self._seen.add(node)
        parent = tree.parent(node)
        if not part and isinstance(parent, cst.Subscript):
            return  # an item of the object itself, which its own method may set
        while isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is node:
            if self._changes_held(tree, parent, part):
                self.changes.append((tree, node))
                return
            part = part or (parent.attr.value if isinstance(parent, cst.Attribute) else "")
            node, parent = parent, tree.parent(parent)
        if isinstance(parent, _TARGETS) and parent.target is node:
            if isinstance(node, (cst.Attribute, cst.Subscript)):
                self.changes.append((tree, node))
        else:
            self._given(tree, node, parent, part)

    def _given(self, tree: Tree, node: cst.CSTNode, parent: cst.CSTNode, part: str) -> None:
        """Follow it under the name that it is given, if it is."""
        if isinstance(parent, cst.Assign) and tree.function_of(node) is not None:
            for target in (t.target for t in parent.targets if isinstance(t.target, cst.Name)):
                self._named(tree, target, part)
        elif isinstance(parent, cst.Arg) and isinstance(call := tree.parent(parent), cst.Call):
            for where, _, name in parameters_for(self._project, tree, call, parent):
                self._named(where, name, part)

    def _named(self, tree: Tree, name: cst.Name, part: str) -> None:
        for where, place in naming(self._project, tree, name):
            self.follow(where, place, part)

    def _changes_held(self, tree: Tree, method: cst.CSTNode, part: str) -> bool:
        """Whether `tags.add` is called on a container that the object holds."""
        call = tree.parent(method)
        return (
            part in self._held
            and isinstance(method, cst.Attribute)
            and method.attr.value in MUTATORS
            and isinstance(call, cst.Call)
            and call.func is method
        )
