"""Which names the functions of a cure get: those that are there already, or free ones."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import ImportAssignment

from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.stars import brought_by_stars
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import Tree, descendants
from reloadlint.fixes.writing.existing import Existing, existing_accessor
from reloadlint.fixes.writing.names import accessor_name, stem_of


def names_for(
    project: Project, found: list[Thing], there: list[Existing | None]
) -> tuple[list[str], set[str]]:
    """The accessor's name for each thing, and all names that are given."""
    accessors: list[str] = []
    given = {existing.name for existing in there if existing is not None}
    for thing, existing in zip(found, there, strict=True):
        if existing is not None:
            accessors.append(existing.name)
            continue
        accessors.append(accessor_name(stem_of(thing.made.name), Taken(project, thing, given)))
        given.add(accessors[-1])
    return accessors, given


def there_already(project: Project, thing: Thing) -> Existing | None:
    """The function that returns the object already, if all modules can use it by its name."""
    existing = existing_accessor(thing.made, thing.found)
    if existing is None or thing.made.owner:
        return None
    tree, start = existing.tree, existing.tree.span(thing.made.line)[0]
    if tree.span(existing.node)[0] < start and _is_used_before(tree, existing, start):
        return None
    others = (project.tree(path) for path in thing.found.paths if path != thing.made.tree.path)
    bound = [one for tree in others for one in tree.bound(tree.module, existing.name)]
    return existing if all(isinstance(one, ImportAssignment) for one in bound) else None


def _is_used_before(tree: Tree, existing: Existing, start: int) -> bool:
    """Whether the function may be needed while what stands above `start` is loaded."""
    body = list(tree.module.body)
    between = [node for node in body[body.index(existing.node) + 1 :] if tree.span(node)[0] < start]
    inside = [node for statement in between for node in descendants(statement)]
    named = any(isinstance(node, cst.Name) and node.value == existing.name for node in inside)
    return named or any(isinstance(node, (cst.Import, cst.ImportFrom)) for node in inside)


class Taken:
    """Whether a name can't be given in any of the modules where it would be used."""

    def __init__(self, project: Project, thing: Thing, given: set[str]) -> None:
        trees = [thing.made.tree, *(project.tree(path) for path in thing.found.paths)]
        stars = (brought_by_stars(tree.text, project.texts) for tree in trees)
        self._names = frozenset().union(given, *(tree.identifiers for tree in trees), *stars)

    def __call__(self, name: str) -> bool:
        return name in self._names
