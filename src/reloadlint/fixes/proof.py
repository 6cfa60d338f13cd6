"""What a rewritten text must hold to before it is written."""

from __future__ import annotations

import builtins
import symtable
import warnings
from collections.abc import Iterator

_MODULE_NAMES = frozenset(
    {"__file__", "__name__", "__doc__", "__path__", "__spec__", "__package__", "__loader__"}
)


class Disproof(Exception):  # noqa: N818 - named as what it is
    """A fix doesn't do what it promises; the message says what is wrong, without an end."""


def unproved_text(before: str, after: str) -> str | None:
    """What is wrong with a rewritten text, or None: it compiles, and every name is bound."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(after, "<rewritten>", "exec", dont_inherit=True)
            unbound = unbound_names(after) - unbound_names(before)
    except (SyntaxError, ValueError) as error:
        return f"would not compile: {error}"
    return f"would use the unbound name `{min(unbound)}`" if unbound else None


def unbound_names(text: str) -> set[str]:
    """The global names that a module uses and never binds."""
    top = symtable.symtable(text, "<text>", "exec")
    tables = list(_tables(top))
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    for table in tables[1:]:
        symbols = table.get_symbols()
        bound |= {s.get_name() for s in symbols if s.is_declared_global() and s.is_assigned()}
    if "import *" in text:
        return set()  # what a star brings, only running it would tell
    used = {s.get_name() for t in tables for s in t.get_symbols() if _is_global_use(t, s)}
    return used - bound - set(dir(builtins)) - _MODULE_NAMES


def _is_global_use(table: symtable.SymbolTable, symbol: symtable.Symbol) -> bool:
    return symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global())


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)
