"""Running what belongs to a request in the abstract: with a `flask.g` that starts out empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.builtins import BUILTINS
from reloadlint.effects.observer import Observer
from reloadlint.effects.shields import shields_absence
from reloadlint.effects.values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Builtin,
    Class,
    ExternalMethod,
    Function,
    G,
    Instance,
    Literal,
    Method,
    Value,
    alternatives,
    either,
)
from reloadlint.facts import records as r

if TYPE_CHECKING:
    from reloadlint.effects.frames import Scope, Site
    from reloadlint.effects.solver import Solver
    from reloadlint.effects.state import Arguments
    from reloadlint.facts.records import Expr, Stmt


class Put(msgspec.Struct, frozen=True):
    """An attribute of `g` that was set: its name, the value, and through which calls."""

    key: str
    value: Value
    chain: tuple[Site, ...]
    depth: int


class Use(msgspec.Struct, frozen=True):
    """A method that was called on an object.

    `written` is the call in the observed function, `depth` says how many functions were active.
    """

    owner: Instance
    callee: ExternalMethod | Method
    site: Site
    written: Site
    certain: bool
    depth: int

    @property
    def method(self) -> str:
        """The method's name."""
        if isinstance(self.callee, Method):
            return self.callee.function.definition.name
        return self.callee.name.rpartition(".")[2]


class Missing(msgspec.Struct, frozen=True):
    """A use of an attribute of `g` that nobody has set."""

    key: str
    site: Site
    certain: bool


class RequestObserver(Observer):
    """Follows a function of a request.

    Args:
        solver: one that has loaded the program.
        on_g: what has been put on `g` before.
    """

    def __init__(self, solver: Solver, on_g: dict[str, Value] | None = None) -> None:
        super().__init__(solver)
        self.g = Instance(G[0])
        self.g.attributes.update(on_g or {})
        self.puts: list[Put] = []
        self.uses: list[Use] = []
        self.missing: list[Missing] = []
        self.functions: list[Function] = []
        self._shielded = 0

    # What is on g

    def evaluate(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression; `g` is an object like any other."""
        if isinstance(node, r.Compare) and node.ops in (("In",), ("NotIn",)):
            found = self._on_g(node, scope)
            if found is not None:
                return found
        value = super().evaluate(node, scope)
        return self.g if value in G else value

    def _on_g(self, node: r.Compare, scope: Scope) -> Value | None:
        """The answer to `"name" in g`."""
        key = super().evaluate(node.left, scope)
        if self.evaluate(node.comparators[0], scope) is not self.g or not isinstance(key, Literal):
            return None
        return TRUE if (key.value in self.g.attributes) is (node.ops == ("In",)) else FALSE

    def attribute(self, value: Value, name: str, site: Site | None = None) -> Value:
        """`value.name`; on `g`, only what is there."""
        if value is not self.g:
            return super().attribute(value, name, site)
        if name in self.g.attributes:
            return self.g.attributes[name]
        method = _METHODS.get(name)
        if method is not None:
            return Builtin(name, lambda _state, args: method(self, args))
        if not name.startswith("__"):
            self._note_missing(name, site)
        return UNKNOWN

    def _note_missing(self, key: str, site: Site | None) -> None:
        place = site or (self.stack[-1] if self.stack else None)
        if place is not None and not self._shielded:
            self.missing.append(Missing(key, place, not self.doubts))

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        """`value.name = new`; what comes on `g` is noted."""
        if value is self.g:
            self.puts.append(Put(name, new, tuple(self.stack), len(self.active)))
        super().set_attribute(value, name, new)

    def take(self, args: Arguments, *, remove: bool) -> Value:
        """`g.get(name, default)` and `g.pop(name, default)`."""
        key, default = args.get("name", 0), args.get("default", 1)
        if not isinstance(key, Literal):
            return either(*self.g.attributes.values(), default)
        found = self.g.attributes.get(str(key.value))
        if found is None and default is None and remove:
            self._note_missing(str(key.value), None)
        return found or default or NONE

    def put_default(self, args: Arguments) -> Value:
        """`g.setdefault(name, default)`."""
        key, default = args.get("name", 0), args.get("default", 1) or NONE
        if isinstance(key, Literal) and str(key.value) not in self.g.attributes:
            self.set_attribute(self.g, str(key.value), default)
        return self.g.attributes.get(str(getattr(key, "value", "")), default)

    @contextmanager
    def in_context(self, _manager: Value) -> Iterator[None]:
        """A block in a context of its own is taken for a part of the request."""
        yield

    # What is called

    def call(self, callee: Value, args: Arguments) -> Value:
        """Call something; `getattr` and `hasattr` know what is on `g`."""
        if args.positional[:1] == [self.g] and callee in (_HASATTR, _GETATTR):
            return self._asked(callee, args)
        if isinstance(callee, (ExternalMethod, Method)):
            self._note_use(callee)
        return super().call(callee, args)

    def _asked(self, callee: Value, args: Arguments) -> Value:
        key = args.positional[1] if len(args.positional) > 1 else UNKNOWN
        if not isinstance(key, Literal):
            return UNKNOWN if callee is _HASATTR else either(*self.g.attributes.values())
        found = self.g.attributes.get(str(key.value))
        if callee is _HASATTR:
            return FALSE if found is None else TRUE
        if found is None and len(args.positional) < 3:
            self._note_missing(str(key.value), None)
        return found or (args.positional[2] if len(args.positional) > 2 else UNKNOWN)

    def _note_use(self, callee: ExternalMethod | Method) -> None:
        owner = callee.receiver
        if isinstance(owner, Instance) and owner is not self.g and self.stack:
            written = self.stack[min(1, len(self.stack) - 1)]
            certain, depth = not self.doubts, len(self.active)
            self.uses.append(Use(owner, callee, self.stack[-1], written, certain, depth))

    def instantiate(self, cls: Class, args: Arguments) -> Value:
        """`cls(…)`; the object is known to be new."""
        made = super().instantiate(cls, args)
        self._seen.append(made)
        self.made.update(map(id, alternatives(made)))
        return made

    def make_function(self, definition: r.FunctionDef, scope: Scope) -> Function:
        """A function made while another runs is noted: a view, a hook."""
        function = super().make_function(definition, scope)
        self.functions.append(function)
        return function

    # What is caught

    def _step(self, statement: Stmt, scope: Scope) -> int:
        with self._shield(shields_absence(statement)):
            return super()._step(statement, scope)

    @contextmanager
    def _shield(self, shielded: bool) -> Iterator[None]:
        self._shielded += shielded
        try:
            yield
        finally:
            self._shielded -= shielded


_METHODS: dict[str, Callable[[RequestObserver, Arguments], Value]] = {
    "get": lambda observer, args: observer.take(args, remove=False),
    "pop": lambda observer, args: observer.take(args, remove=True),
    "setdefault": lambda observer, args: observer.put_default(args),
}
_HASATTR, _GETATTR = BUILTINS["hasattr"], BUILTINS["getattr"]
