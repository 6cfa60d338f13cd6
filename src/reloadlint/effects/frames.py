"""Where the solver stands: scopes of names, and the chain of calls that led there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from reloadlint.effects.values import UNKNOWN, Value

if TYPE_CHECKING:
    from reloadlint.effects.state import Arguments
    from reloadlint.effects.values import Class, Function, ModuleValue
    from reloadlint.facts.records import Span
    from reloadlint.project.modules import Module


class Flow:
    """How a block may be left, as bits of a number. `0`: it raises and leads nowhere."""

    FALLS = 1
    LEAVES = 2
    JUMPS = 4
    GUARDED = 8
    """Together with another: a test of the reloader's process decided on leaving."""


class Site(msgspec.Struct, frozen=True):
    """A place in the source from which something runs.

    `kind` is `call`, `decorator`, `class` or `implicit` (entering a `with`, reading a property);
    `text` is what stands there, shortened.
    """

    module: Module
    span: Span
    text: str
    kind: str = "call"


class Scope:
    """The names of a module, class body or function call, and where else to look.

    `jumped` holds what the names were at each `break` and `continue` of the innermost loop;
    `arguments` are those that a function was called with.
    """

    __slots__ = (
        "arguments",
        "cls",
        "function",
        "global_names",
        "jumped",
        "kind",
        "module",
        "names",
        "nonlocal_names",
        "on_yield",
        "parent",
        "returns",
    )

    def __init__(self, kind: str, module: ModuleValue, parent: Scope | None = None) -> None:
        self.kind = kind
        self.module = module
        self.parent = parent
        self.names: dict[str, Value] = module.names if kind == "module" else {}
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()
        self.returns: list[Value] = []
        self.jumped: list[dict[str, Value]] = []
        self.function: Function | None = None
        self.cls: Class | None = None
        self.arguments: Arguments | None = None
        self.on_yield: Callable[[Value], Value] | None = None

    @property
    def receiver(self) -> Value:
        """What a method was called on: its first argument."""
        passed = self.arguments.positional if self.arguments else []
        return passed[0] if passed else UNKNOWN

    def find(self, name: str) -> Value | None:
        """The value of a name as code in this scope sees it; None if it isn't bound."""
        if name in self.global_names:
            return self.module.names.get(name)
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope is self or scope.kind != "class"):
                return scope.names[name]
            scope = scope.parent
        return self.module.names.get(name)

    def bind(self, name: str, value: Value) -> None:
        """Bind a name as an assignment in this scope does."""
        self._owner(name)[name] = value

    def is_own(self, name: str) -> bool:
        """Whether an assignment binds the name in this very scope."""
        return name not in self.global_names and name not in self.nonlocal_names

    def unbind(self, name: str) -> None:
        """What `del name` does."""
        self._owner(name).pop(name, None)

    def _owner(self, name: str) -> dict[str, Value]:
        if name in self.global_names:
            return self.module.names
        if name in self.nonlocal_names:
            scope = self.parent
            while scope is not None:
                if name in scope.names and scope.kind == "function":
                    return scope.names
                scope = scope.parent
        return self.names
