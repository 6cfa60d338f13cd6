"""Names of a package that mean one of its own modules as soon as that is loaded."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.conditions import used_names
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import Tree
from reloadlint.project.modules import Module

_IMPORTS = (cst.Import, cst.ImportFrom)


def check_no_submodule(project: Project, tree: Tree, members: Sequence[cst.BaseStatement]) -> None:
    """See that what statements read is still what it was when they are run later.

    Python gives a package the name of each of its modules when that is first loaded, whatever the
    package's own `__init__` has bound to it.

    Raises:
        Refusal: a name is a module's by then.
    """
    package = project.module(tree.path)
    for member in members if package.is_package else ():
        for name in sorted(_assigned(tree, member)):
            inner = project.index.submodule(package, name)
            if not isinstance(inner, Module):
                continue
            if project.reaches(tree.path, inner.path, deferred=True):
                raise Refusal(
                    f"`{name}` means the module `{inner.path}` as soon as that is loaded, and the "
                    "start would find that in its place; give one of them another name"
                )


def _assigned(tree: Tree, member: cst.BaseStatement) -> set[str]:
    """The module's own names that a statement reads, but for those that it has imported."""
    found = set()
    for name in used_names(tree, member):
        here = [a for a in tree.bound(member, name) if a.scope is tree.global_scope]
        if here and not any(isinstance(getattr(a, "node", None), _IMPORTS) for a in here):
            found.add(name)
    return found
