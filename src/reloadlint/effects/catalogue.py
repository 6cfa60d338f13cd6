"""What calling a known callable leaves behind, as data: the shape of an entry, and the index.

The entries themselves are TOML files in `catalog/`, one per field, each a list of `[[callable]]`
tables whose keys are the attributes of `Entry`.

`effects` names what the object exists for. The native worker threads inside an embedded database
or a codec are not listed; those that do a library's input and output (gRPC, librdkafka) are.
"""

from __future__ import annotations

import functools
import sys
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from reloadlint.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

EffectName = Literal["thread", "socket", "listen", "process", "device", "dbfile"]
Role = Literal["connection", "pool", "client", "service", "server", "device"]
Cure = Literal["g", "pool", "lazy", "defer", "guard", "none"]

CURES: dict[str, Cure] = {
    "connection": "g",
    "pool": "pool",
    "client": "lazy",
    "device": "lazy",
    "service": "guard",
    "server": "guard",
}
"""The cure that fits a role, where an entry knows no better."""

BUILT = "entries.json"
"""What the build makes of the TOML files, which take as long to read as a small project."""
_UNKNOWN: Any = object()


class CatalogueError(UsageError):
    """An entry that cannot be used; the message names the file (or option) and the entry."""


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A test of one argument of the call. Exactly one of the five tests is set.

    `position` is the argument's 0-based place without `self`; None: by keyword only. `given` is an
    argument that is passed and isn't the literal None, `missing` its opposite. `equals`, `truthy`
    and `falsy` look at the value, and don't hold for an argument that is left out.
    """

    argument: str
    position: int | None = None
    equals: bool | int | float | str | msgspec.UnsetType = msgspec.UNSET
    missing: Literal[True] | None = None
    given: Literal[True] | None = None
    truthy: Literal[True] | None = None
    falsy: Literal[True] | None = None

    def __post_init__(self) -> None:
        flags = (self.missing, self.given, self.truthy, self.falsy)
        if sum(map(bool, flags)) + (self.equals is not msgspec.UNSET) != 1:
            raise ValueError("a condition needs one of equals, missing, given, truthy and falsy")

    def holds(self, passed: bool, value: Any = _UNKNOWN) -> bool | None:
        """Whether the test holds for an argument, or None if its unknown value decides.

        `passed` says whether the call names the argument at all; `value` is its literal value and
        is left out where that isn't known.
        """
        given = passed and value is not None
        if self.given or self.missing:
            return given is bool(self.given)
        if not passed:
            return False
        if value is _UNKNOWN:
            return None
        if self.truthy or self.falsy:
            return bool(value) is bool(self.truthy)
        return type(value) is type(self.equals) and bool(value == self.equals)


class Defer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keyword argument that makes a constructor lazy, and the value to pass for it."""

    argument: str
    value: bool | int | str


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was seen when the callable was really run: with which versions, and what it left.

    `tools/measure_catalog.py` writes it. `date` is the day of the measurement, `closed` what each
    way of releasing it left: the closers, `with`, and dropping the last reference.
    """

    library: str
    python: str
    seen: str
    date: str = ""
    closed: str = ""


class Entry(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One callable and what a call of it does.

    `name` is the qualified name as users import it, methods as `Class.method`; `aliases` are other
    names of the same thing (an alias of a class holds for the class's methods too). `when` is
    `eager` if this very call has the effects, `lazy` if it has none. The effects happen only if
    all of `requires` hold, and none of `unless`. `transient` effects are over when the call
    returns. `daemon` says whether the threads or processes let the interpreter exit; None: the
    object that is started decides. `exclusive`: a second process is refused. `collected`: dropping
    the last reference releases the effects.

    `closers` are methods of the result, or of the receiver where a method has no `returns`.
    `context_manager` says what leaving a `with` block does; use `closes_on_exit`. `returns` is the
    class of the result where the callable itself is none, and `self` for a method that gives the
    object that it was called on. `forced_by` are methods of a lazy object, or of what it hands out,
    that need it connected: they bring `forced_effects`; `__iter__` is going through what it hands
    out. The entry holds for library versions from `since` on, up to but without `until`. What
    wasn't measured says why under `unmeasured`, and under `source` where what it says comes from.
    """

    name: str
    library: str
    when: Literal["eager", "lazy"]
    effects: tuple[EffectName, ...]
    role: Role
    cure: Cure
    aliases: tuple[str, ...] = ()
    transient: bool = False
    daemon: bool | None = None
    exclusive: bool = False
    unless: tuple[Condition, ...] = ()
    requires: tuple[Condition, ...] = ()
    closers: tuple[str, ...] = ()
    context_manager: Literal["closes", "keeps"] | None = None
    collected: bool = False
    defer: Defer | None = None
    returns: str | None = None
    forced_by: tuple[str, ...] = ()
    forced_effects: tuple[EffectName, ...] = ()
    since: str | None = None
    until: str | None = None
    note: str | None = None
    measured: Measured | None = None
    unmeasured: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        for problem in _contradictions(self):
            raise ValueError(problem)

    @property
    def closes_on_exit(self) -> bool:
        """Whether leaving `with` releases the effects; by default, if there is a closer at all."""
        if self.context_manager is None:
            return bool(self.closers)
        return self.context_manager == "closes"


class Catalogue:
    """The entries, found under every name by which users reach them.

    Where two entries claim a name, the later one has it.
    """

    def __init__(self, entries: Iterable[Entry], own: Iterable[str] = ()) -> None:
        self.own = frozenset(own)
        """The names of the user's entries; they count for what the project defines, too."""
        self._entries = {entry.name: entry for entry in entries}
        self._index = _index(self._entries)
        self._owners = frozenset(name.rpartition(".")[0] for name in self._index)
        self.closers = frozenset(
            closer for entry in self._entries.values() for closer in entry.closers
        )
        """Every method name that closes something in any entry."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def lookup(self, qualified_name: str) -> Entry | None:
        """The entry for a qualified name or an alias of it, or None if it isn't known."""
        return self._index.get(qualified_name)

    def knows(self, qualified_name: str) -> bool:
        """Whether a name has an entry, or one of its methods has."""
        return qualified_name in self._index or qualified_name in self._owners

    def merge(self, entries: Iterable[Entry], *, own: bool = True) -> Catalogue:
        """A new catalogue in which `entries` (the user's own) have precedence over this one's."""
        added = tuple(entries)
        names = {entry.name for entry in added}
        kept = (entry for entry in self if entry.name not in names)
        return Catalogue([*kept, *added], (names if own else frozenset()) | self.own)


def decode(tables: Iterable[Mapping[str, Any]], origin: str) -> tuple[Entry, ...]:
    """Turn `[[callable]]` tables into entries.

    `origin` is the file or option that they come from, for the message of a `CatalogueError`.
    """
    return tuple(_entry(table, place, origin) for place, table in enumerate(tables, start=1))


@functools.cache
def load() -> Catalogue:
    """The catalogue that comes with the package, read once: of a wheel as JSON."""
    files = {file.name: file for file in _folder().iterdir()}
    if BUILT in files:
        return Catalogue(msgspec.json.decode(files[BUILT].read_bytes(), type=tuple[Entry, ...]))
    names = sorted(name for name in files if name.endswith(".toml"))
    return Catalogue(e for name in names for e in parse(files[name].read_text("utf-8"), name))


def parse(text: str, origin: str) -> tuple[Entry, ...]:
    """The entries of one catalogue file; `origin` is its name. Raises `CatalogueError`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{origin}: {error}") from error
    unknown = document.keys() - {"callable"}
    if unknown:
        raise CatalogueError(f"{origin}: unknown key `{min(unknown)}`; entries are [[callable]]")
    return decode(document.get("callable", []), origin)


def _folder() -> Any:
    return resources.files(__package__).joinpath("catalog")


def _entry(table: Mapping[str, Any], place: int, origin: str) -> Entry:
    try:
        return msgspec.convert(table, Entry)
    except msgspec.ValidationError as error:
        name = table.get("name") if isinstance(table, dict) else None
        raise CatalogueError(f"{origin}: entry {name or f'number {place}'}: {error}") from error


def _contradictions(entry: Entry) -> Iterator[str]:
    """What can't be true of one callable, in words."""
    if (entry.when == "lazy") is bool(entry.effects):
        yield "a lazy entry has no effects, and an eager one has at least one"
    if (entry.cure == "defer") is (entry.defer is None):
        yield "cure `defer` and the argument in `defer` belong together"
    if bool(entry.forced_by) is not bool(entry.forced_effects):
        yield "`forced_by` and `forced_effects` belong together"
    if entry.when == "lazy" and entry.cure != "none":
        yield "a lazy entry needs no cure: use `none`"


def _index(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    index: dict[str, Entry] = {}
    for entry in entries.values():
        index.update(dict.fromkeys(_names(entry, entries), entry))
    return index


def _names(entry: Entry, entries: Mapping[str, Entry]) -> set[str]:
    """All names of an entry; a method is found under each alias of its class as well."""
    own = {entry.name, *entry.aliases}
    owner = entry.name.rpartition(".")[0]
    if owner not in entries:
        return own
    methods = [name[len(owner) :] for name in own if name.rpartition(".")[0] == owner]
    return own | {alias + method for alias in entries[owner].aliases for method in methods}
