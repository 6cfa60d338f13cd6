"""What a name may stand for while a module is being loaded.

The solver knows a value exactly, or as one of a few alternatives, or not at all (`UNKNOWN`).
Classes and instances are kept by identity, as Python keeps them: an attribute that is set in one
module is seen from another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from reloadlint.facts.walk import mentioned

if TYPE_CHECKING:
    from reloadlint.effects.catalogue import Entry
    from reloadlint.effects.frames import Scope, Site
    from reloadlint.facts.records import ClassDef, Expr, FunctionDef
    from reloadlint.project.modules import Module

MOST_ALTERNATIVES = 8
MOST_ITEMS = 1_000
"""Items of a collection that are told apart."""


class Value:
    """Anything that a name may stand for."""

    __slots__ = ()


class _Unknown(Value):
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


class Literal(Value):
    """A value that the source writes out: None, a boolean, a number or a text."""

    __slots__ = ("value",)

    def __init__(self, value: bool | int | float | str | None) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Literal):
            return False
        return type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))

    def __repr__(self) -> str:
        return f"Literal({self.value!r})"


NONE = Literal(None)
TRUE = Literal(True)
FALSE = Literal(False)


class External(Value):
    """Something outside the project, known by its qualified name: `threading.Thread`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"External({self.name})"


class ReloaderTest(Value):
    """A truth value that tells the two processes of the reloader apart."""

    __slots__ = ()


RELOADER_TEST = ReloaderTest()


class EnvironmentValue(Value):
    """The value of an environment variable, or of an option that only the run decides."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class ModuleValue(Value):
    """A module of the project, or (with `module` None) a folder that is a namespace package."""

    __slots__ = ("folder", "module", "names", "script_tests", "stars", "state")

    def __init__(self, module: Module | None, folder: str = "") -> None:
        self.module = module
        self.folder = folder
        self.names: dict[str, Value] = {}
        self.stars: list[str] = []
        """Libraries of which it takes all names, in order."""
        self.script_tests: dict[str, Expr] = {}
        """By name, what asks whether it is the script: `MAIN = __name__ == "__main__"`."""
        self.state = "new"


class Function(Value):
    """A function of the project, with the scope in which it was made."""

    __slots__ = (
        "_mentions",
        "attributes",
        "defaults",
        "definition",
        "module",
        "owner",
        "results",
        "scope",
        "wrapper",
    )

    def __init__(self, definition: FunctionDef, module: Module, scope: Scope) -> None:
        self.definition = definition
        self.module = module
        self.scope = scope
        self.defaults: dict[str, Value] = {}
        self.owner: Class | None = None
        self.attributes: dict[str, Value] = {}
        self.wrapper = ""
        """How the class hands it out: `static`, `class`, `property`, `context`, or as it is."""
        self.results: dict[tuple[Value, ...], Value] | None = None
        """What `lru_cache` keeps, by the arguments' values; None without it."""
        self._mentions: frozenset[str] | None = None

    @property
    def mentions(self) -> frozenset[str]:
        """The names in its body, those of inner functions included."""
        if self._mentions is None:
            self._mentions = _mentions_of(self.definition)
        return self._mentions


_MENTIONS: dict[int, tuple[FunctionDef, frozenset[str]]] = {}
_MOST_MENTIONS = 4_096


def _mentions_of(definition: FunctionDef) -> frozenset[str]:
    """The names in a function's body: one `def` makes many functions, as decorators do."""
    known = _MENTIONS.get(id(definition))
    if known is None or known[0] is not definition:
        if len(_MENTIONS) >= _MOST_MENTIONS:
            _MENTIONS.clear()
        known = _MENTIONS[id(definition)] = (definition, frozenset(mentioned(definition.body)))
    return known[1]


class Class(Value):
    """A class of the project. Bases outside the project are `External`."""

    __slots__ = ("bases", "definition", "metaclass", "module", "mro", "names")

    def __init__(self, definition: ClassDef, module: Module, bases: list[Value]) -> None:
        self.definition = definition
        self.module = module
        self.bases = bases
        self.names: dict[str, Value] = {}
        self.metaclass: Value | None = None
        self.mro: list[Value] = [self, *linearised(bases)]

    @property
    def name(self) -> str:
        """The qualified name: `app.db.Database`."""
        return f"{self.module.name}.{self.definition.name}"

    def lookup(self, name: str) -> Value | None:
        """The class attribute of that name in the project's own classes, in resolution order."""
        for base in self.mro:
            if isinstance(base, Class) and name in base.names:
                return base.names[name]
        return None

    def external_bases(self) -> Iterator[External]:
        """The bases outside the project, in resolution order."""
        return (base for base in self.mro if isinstance(base, External))

    @property
    def fully_known(self) -> bool:
        """Whether every base is either of the project or at least known by name."""
        return UNKNOWN not in self.mro


class Instance(Value):
    """An object: of a class of the project, or what a call outside the project returned.

    `attributes` are those set on it; `keeps` are the objects that it refers to in ways that the
    source doesn't name (what it was made from); `entry` is its class's catalogue entry; `origin`
    is the library's object that handed it out (a collection's client); `opened` once it has had
    an effect; `forced` is the first place that needs it to be open though it needn't be yet.
    """

    __slots__ = ("attributes", "cls", "entry", "forced", "keeps", "opened", "origin")

    def __init__(self, cls: Class | External, entry: Entry | None = None) -> None:
        self.cls = cls
        self.attributes: dict[str, Value] = {}
        self.keeps: list[Value] = []
        self.entry = entry
        self.origin: Instance | None = None
        self.opened = False
        self.forced: Site | None = None

    @property
    def class_name(self) -> str:
        """The qualified name of its class."""
        return self.cls.name


G = (External("flask.g"), External("flask.globals.g"), External("quart.g"))
"""Under which names a program has `g`."""


class ContextGlobals(Instance):
    """`flask.g` of one application context: an object that has what is put on it, and no more."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(External("flask.g"))


class Method(Value):
    """A function of the project bound to the object (or class) that it is called on."""

    __slots__ = ("function", "receiver")

    def __init__(self, function: Function, receiver: Value) -> None:
        self.function = function
        self.receiver = receiver


class ExternalMethod(Value):
    """A method that a library's class defines, bound to an object: `thread.start`."""

    __slots__ = ("name", "receiver")

    def __init__(self, name: str, receiver: Instance) -> None:
        self.name = name
        self.receiver = receiver


class Builtin(Value):
    """Something of Python's own or the standard library that the solver does itself."""

    __slots__ = ("call", "name", "receiver")

    def __init__(self, name: str, call: Callable[..., Value], receiver: Value = UNKNOWN) -> None:
        self.name = name
        self.call = call
        self.receiver = receiver


class Sequence(Value):
    """A list, tuple, set or other run of items; `exact` if it holds these and no others."""

    __slots__ = ("exact", "items", "kind")

    def __init__(self, kind: str, items: Iterable[Value], *, exact: bool = True) -> None:
        self.kind = kind
        self.items: list[Value] = []
        self.exact = exact
        self.add(items)

    def add(self, items: Iterable[Value]) -> None:
        """Put items at the end; of very many the first ones, and then it is no longer exact."""
        self.items += islice(items, MOST_ITEMS + 1)
        if len(self.items) > MOST_ITEMS:
            del self.items[MOST_ITEMS:]
            self.exact = False


class Mapping(Value):
    """A dict; `items` by literal key, `others` under keys that are not known."""

    __slots__ = ("exact", "items", "others")

    def __init__(self) -> None:
        self.items: dict[Value, Value] = {}
        self.others: list[Value] = []
        self.exact = True


class Partial(Value):
    """`functools.partial(function, …)`, or a callable with arguments to come before others."""

    __slots__ = ("args", "function", "keywords")

    def __init__(self, function: Value, args: list[Value], keywords: dict[str, Value]) -> None:
        self.function = function
        self.args = args
        self.keywords = keywords


class Suspended(Value):
    """A generator or coroutine that has not run yet: `run` runs its body."""

    __slots__ = ("kind", "run")

    def __init__(self, kind: str, run: Callable[[], Value]) -> None:
        self.kind = kind
        self.run = run


class LazyImport(Value):
    """What `lazy import` has bound a name to: `load` loads the module, and gives what is meant."""

    __slots__ = ("load",)

    def __init__(self, load: Callable[[], Value]) -> None:
        self.load = load


class Context(Suspended):
    """A call of a `@contextmanager` function: `run_with` follows it around a `with` block.

    The block is given what the function yields.
    """

    __slots__ = ("run_with",)

    def __init__(self, run_with: Callable[[Callable[[Value], Value]], Value]) -> None:
        super().__init__("context", lambda: run_with(lambda _value: UNKNOWN))
        self.run_with = run_with


class Super(Value):
    """`super()`: the attributes of `receiver` as they are after `cls` in resolution order."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: Class, receiver: Value) -> None:
        self.cls = cls
        self.receiver = receiver


class Alternatives(Value):
    """One of several values; which one is not known."""

    __slots__ = ("values",)

    def __init__(self, values: list[Value]) -> None:
        self.values = values


def alternatives(value: Value) -> list[Value]:
    """The values that this one may be."""
    return value.values if isinstance(value, Alternatives) else [value]


def either(*values: Value | None) -> Value:
    """One of these values; those that are None are left out, equal ones taken once."""
    if len(values) == 1 and values[0] is not None:
        return values[0]
    distinct: list[Value] = []
    for value in values:
        for option in alternatives(value) if value is not None else ():
            if option not in distinct:
                distinct.append(option)
            if len(distinct) == MOST_ALTERNATIVES:
                return Alternatives(distinct)
    if not distinct:
        return UNKNOWN
    return distinct[0] if len(distinct) == 1 else Alternatives(distinct)


def linearised(bases: list[Value]) -> list[Value]:
    """The bases in method-resolution order (C3); by depth where no such order exists."""
    orders = [[*(base.mro if isinstance(base, Class) else [base])] for base in bases]
    merged: list[Value] = []
    pending = [order for order in [*orders, list(bases)] if order]
    while pending:
        head = next((o[0] for o in pending if not any(_later(o[0], p) for p in pending)), None)
        head = pending[0][0] if head is None else head
        merged.append(head)
        pending = [kept for order in pending if (kept := [v for v in order if v != head])]
    return merged


def _later(value: Value, order: list[Value]) -> bool:
    return any(value == other for other in order[1:])
