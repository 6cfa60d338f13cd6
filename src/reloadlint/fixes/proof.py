"""What a rewritten text must hold to before it is written."""

from __future__ import annotations

import builtins
import dis
import symtable
import warnings
from collections.abc import Collection, Iterator
from types import CodeType

from reloadlint.fixes.binding_order import early_names

_MODULE_NAMES = frozenset(
    {"__file__", "__name__", "__doc__", "__path__", "__spec__", "__package__", "__loader__"}
)
_OF_THE_COMPILER = frozenset({"__conditional_annotations__", "__classdict__"})
"""What Python 3.14 notes about annotations under names of its own."""


class Disproof(Exception):  # noqa: N818 - named as what it is
    """A fix doesn't do what it promises; the message says what is wrong, without an end."""

    @property
    def reason(self) -> str:
        """Why it isn't made, for who asked for it."""
        return f"the fix was dropped: {self}; please report it with this file"


class Replaced(Disproof):
    """Another call, which the message names, has the effect as soon as this one hasn't."""

    @property
    def reason(self) -> str:
        return f"without it {self} would have the effect in its place; do away with that one first"


class Eager(Disproof):
    """Every request would open the object, as the message says where."""

    @property
    def reason(self) -> str:
        return f"every request would open it, needed or not: {self} asks for it before each (RL302)"


def unproved_text(before: str, after: str, brought: Collection[str] = ()) -> str | None:
    """What is wrong with a rewritten text, or None: it compiles, and every name is bound in time.

    `brought` are the names that `import *` may bind.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(after, "<rewritten>", "exec", dont_inherit=True)
            unbound = unbound_names(after) - unbound_names(before) - set(brought)
            early = early_names(after) - early_names(before)
    except (SyntaxError, ValueError) as error:
        return f"would not compile: {error}"
    if unbound:
        return f"would use the unbound name `{min(unbound)}`"
    return f"would use `{min(early)}` above the line that binds it" if early else None


def unbound_names(text: str) -> set[str]:
    """The global names that a module uses and never binds."""
    top = symtable.symtable(text, "<text>", "exec")
    tables = list(_tables(top))
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    for table in tables[1:]:
        symbols = table.get_symbols()
        bound |= {s.get_name() for s in symbols if s.is_declared_global() and s.is_assigned()}
    used = {s.get_name() for t in tables for s in t.get_symbols() if _is_global_use(t, s)}
    used |= _loaded_globals(compile(text, "<text>", "exec", dont_inherit=True))
    return used - bound - set(dir(builtins)) - _MODULE_NAMES - _OF_THE_COMPILER


def _loaded_globals(code: CodeType) -> set[str]:
    """What the code looks for among the globals.

    From Python 3.12 on the tables don't tell of a comprehension in a class, which doesn't see the
    class's own names.
    """
    found = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return found.union(*map(_loaded_globals, inner))


def _is_global_use(table: symtable.SymbolTable, symbol: symtable.Symbol) -> bool:
    return symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global())


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
