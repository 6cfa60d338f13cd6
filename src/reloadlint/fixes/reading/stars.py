"""What `from … import *` brings into a module, as far as the project's texts show."""

from __future__ import annotations

import re
import symtable
from collections.abc import Iterator, Mapping

_STAR = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\*", re.MULTILINE)
_OF_FLASK = frozenset({"Flask", "current_app", "g"})


def brought_by_stars(text: str, texts: Mapping[str, str], *, imported: bool = True) -> set[str]:
    """The names that the stars of a module may bind; of libraries, only what Flask's brings.

    `imported`: also those that the modules have from elsewhere themselves.
    """
    found: set[str] = set()
    seen: set[str] = set()
    pending = list(_STAR.findall(text))
    while pending:
        module = pending.pop()
        if module in seen:
            continue
        seen.add(module)
        found |= _OF_FLASK if module == "flask" and imported else set()
        for source in _sources(module, texts):
            found |= _bound(source, imported=imported)
            pending += _STAR.findall(source)
    return found


def _sources(module: str, texts: Mapping[str, str]) -> Iterator[str]:
    """The texts of all modules that end in that name; which of them it is doesn't matter here."""
    last = module.rpartition(".")[2]
    for path, text in texts.items():
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        if parts[-1] == last or not last:
            yield text


def _bound(text: str, *, imported: bool) -> set[str]:
    try:
        top = symtable.symtable(text, "<text>", "exec")
    except (SyntaxError, ValueError):
        return set()
    symbols = top.get_symbols()
    found = {s.get_name() for s in symbols if s.is_assigned()}
    return found | {s.get_name() for s in symbols if s.is_imported() and imported}
