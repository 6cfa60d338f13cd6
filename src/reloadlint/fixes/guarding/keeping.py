"""The names that a hook has to keep for others when it starts something."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from reloadlint.fixes.draft import Refusal
from reloadlint.fixes.guarding.blocks import bound
from reloadlint.fixes.guarding.standing import Standing, used_outside
from reloadlint.fixes.guarding.started import made_global
from reloadlint.fixes.reading.none_returned import may_be_none
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.tree import descendants


class Kept(NamedTuple):
    """Names that are bound outside of the hook.

    `new` are those that nothing else binds, so that they are None until it starts. `tells`: the
    only name is never None afterwards, and so tells whether that has been done. `first` is the
    one that is given what starts, if that is one of them.
    """

    names: tuple[str, ...]
    new: tuple[str, ...]
    tells: bool
    keyword: str
    first: str | None

    @property
    def only(self) -> str | None:
        """The name, if there is one only."""
        return self.names[0] if len(self.names) == 1 else None


def kept_names(project: Project, place: Standing, members: list[cst.BaseStatement]) -> Kept:
    """The names that what is started is assigned to, as far as others need them.

    Raises:
        Refusal: another module takes one, or an object, while it is still None.
    """
    keyword = "global" if place.function is None else "nonlocal"
    given = set[str]().union(*(bound(member) for member in members))
    names = sorted(name for name in given if "." not in name)
    if {name for name in given if name.partition(".")[0] not in names} - _of_objects(place):
        raise Refusal("it is kept as an attribute of something else, which would be without it")
    taken = {*names, *made_global(place.tree, place.start)}
    for name in sorted(taken) if place.function is None else ():
        for path in project.importers_of(place.tree.path, name):
            raise Refusal(f"`{path}` takes `{name}` from the module, before anything is started")
    plain = _plain_name(place.unit)
    tells = len(names) == 1 and plain == names[0] and not _bound_elsewhere(place, plain, members)
    if tells and plain and not _may_be_none(project, place):
        return Kept((plain,), (plain,), True, keyword, plain)
    used = tuple(name for name in names if used_outside(place, name, members))
    new = tuple(name for name in used if not _bound_elsewhere(place, name, members, above=True))
    return Kept(used, new, False, keyword, plain if plain in used else None)


def _of_objects(place: Standing) -> set[str]:
    """Attributes of what is started itself: `thread.daemon`."""
    func = place.start.func
    owner = place.tree.source(func.value) if isinstance(func, cst.Attribute) else ""
    return {name for name in bound(place.unit) | _all(place) if name.startswith(f"{owner}.")}


def _all(place: Standing) -> set[str]:
    return set[str]().union(*(bound(statement) for statement in place.below))


def _may_be_none(project: Project, place: Standing) -> bool:
    small = place.unit.body[0] if isinstance(place.unit, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, (cst.Assign, cst.AnnAssign)) else None
    return value is not None and may_be_none(project, place.tree, value)


def _plain_name(unit: cst.BaseStatement) -> str | None:
    small = unit.body[0] if isinstance(unit, cst.SimpleStatementLine) else None
    if isinstance(small, cst.AnnAssign):
        target = small.target
    elif isinstance(small, cst.Assign) and len(small.targets) == 1:
        target = small.targets[0].target
    else:
        return None
    return target.value if isinstance(target, cst.Name) else None


def _bound_elsewhere(
    place: Standing, name: str, members: list[cst.BaseStatement], *, above: bool = False
) -> bool:
    """Whether another statement of the scope gives a name something.

    `above`: one that runs with the block, and not in a function that has it `global`.
    """
    inside = {node for member in members for node in descendants(member)}
    targets = (n for n in place.tree.scope(place.unit).assignments if n.name == name)
    others = [node for t in targets if (node := getattr(t, "node", None)) not in inside]
    if not above:
        return bool(others)
    return any(node is None or place.tree.function_of(node) is place.function for node in others)
