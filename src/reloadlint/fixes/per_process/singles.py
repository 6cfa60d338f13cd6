"""Things that are made once per process: their accessors, their names, what closes them."""

from __future__ import annotations

import libcst as cst
import msgspec

from reloadlint.fixes.on_g.naming_g import Taken, there_already
from reloadlint.fixes.per_process.once import Parts
from reloadlint.fixes.reading.applications import qualified_name
from reloadlint.fixes.reading.none_returned import may_be_none
from reloadlint.fixes.reading.project import Project
from reloadlint.fixes.reading.things import Thing
from reloadlint.fixes.reading.tree import descendants
from reloadlint.fixes.writing.existing import Existing
from reloadlint.fixes.writing.names import free_name, stem_of

_ACCESSORS = ("get_{}", "get_shared_{}", "shared_{}", "the_{}")
_CACHES = ("_{}", "_shared_{}", "_the_{}")
_HELPERS = {"lock": "_{}_lock", "made": "_{}_made", "close": "_close_{}", "forget": "_forget_{}"}


class Once(msgspec.Struct):
    """A thing that is made once per process, and its accessor.

    `existing` is the function that returns it already; `release` is the call that closes it;
    `returns` is its class as the accessor's annotation names it.
    """

    thing: Thing
    accessor: str
    existing: Existing | None = None
    release: str | None = None
    returns: str | None = None

    @property
    def statements(self) -> list[cst.SimpleStatementLine]:
        """All statements that move, or go."""
        return [*self.thing.statements, *(self.existing.statements if self.existing else ())]

    @property
    def is_looked_up(self) -> bool:
        """Whether it is but an attribute or item of another: `orders = client.shop["orders"]`."""
        use = self.thing.source
        node: cst.CSTNode = self.thing.made.value
        while isinstance(node, (cst.Attribute, cst.Subscript)):
            if use is not None and node is use.node:
                break
            if isinstance(node, cst.Subscript) and not _is_plain_item(node):
                return False
            node = node.value
        return use is not None and node is use.node and not self.thing.lines


def _is_plain_item(node: cst.Subscript) -> bool:
    """`client["orders"]`, `clients[0]` or `client[name]`."""
    parts = [part.slice for part in node.slice]
    index = parts[0].value if len(parts) == 1 and isinstance(parts[0], cst.Index) else None
    return isinstance(index, (cst.SimpleString, cst.Integer, cst.Name))


def singles_of(project: Project, found: list[Thing], *, by_proxy: bool) -> list[Once]:
    """Each thing with its accessor; `Refusal` if no name is free for one."""
    singles: list[Once] = []
    given: set[str] = set()
    for thing in found:
        existing = None if by_proxy else there_already(project, thing)
        wishes = (pattern.format(stem_of(thing.made.name)) for pattern in _ACCESSORS)
        name = existing.name if existing else free_name(wishes, Taken(project, thing, given))
        given.add(name)
        singles.append(Once(thing, name, existing))
    return singles


def class_called(project: Project, thing: Thing) -> str | None:
    """How the module names a library's class, if the thing is made by calling it."""
    value = thing.made.value
    if not isinstance(value, cst.Call):
        return None
    entry = project.catalogue.lookup(qualified_name(thing.made.tree, value.func))
    name = entry.name.rpartition(".")[2] if entry is not None else ""
    is_class = name[:1].isupper() and entry is not None and entry.returns is None
    return thing.made.tree.source(value.func) if is_class else None


def parts_of(project: Project, single: Once, modules: dict[str, str], given: set[str]) -> Parts:
    """The names of an accessor and its helpers, which are added to `given`."""
    made, taken = single.thing.made, Taken(project, single.thing, given)
    stem = stem_of(made.name)
    own = made.name if made.name.startswith("_") else ""
    wishes = [pattern.format(stem) for pattern in _CACHES]
    cache = free_name(wishes, lambda name: name != own and taken(name))
    names = {role: pattern.format(cache.strip("_")) for role, pattern in _HELPERS.items()}
    if not may_be_none(project, made.tree, made.value):
        del names["made"]
    helpers = {role: free_name((name, f"{name}_"), taken) for role, name in names.items()}
    given.update((cache, *helpers.values()))
    return Parts(
        accessor=single.accessor,
        cache=cache,
        local=_local(single, {*modules.values(), cache}),
        release=single.release,
        returns=single.returns,
        what=made.name,
        modules=modules,
        existing=single.existing,
        doc=single.thing.doc,
        **helpers,
    )


def _local(single: Once, taken: set[str]) -> str:
    """A local name that nothing in the statements uses which move into the accessor."""
    thing = single.thing
    used = {
        node.value
        for line in (thing.made.assignment, *thing.lines)
        for node in descendants(line)
        if isinstance(node, cst.Name) and node.value != thing.made.name
    }
    stem = stem_of(thing.made.name)
    return free_name((stem, f"new_{stem}", f"the_{stem}"), (used | taken).__contains__)
