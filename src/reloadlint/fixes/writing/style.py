"""How a file is written, so that what is added to it looks like the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import libcst as cst
import msgspec

from reloadlint.fixes.reading.tree import Tree, dotted

_MOST_BLANK = 2
_QUOTES = "'\""
_BEFORE_310 = frozenset({"Dict", "List", "Optional", "Set", "Tuple", "Type", "Union"})
_MAY_BE_NONE = re.compile(r"\b(Optional\[|None\b)")
_POSTPONED = "from __future__ import annotations"


class Style(msgspec.Struct, frozen=True):
    """A file's habits: line break, indentation, quotes, blank lines, annotations, docstrings.

    `postponed`: annotations aren't evaluated. `exception`: how one says that there may be one.
    """

    newline: str
    indent: str
    quote: str
    blank: int
    annotated: bool
    postponed: bool
    exception: str
    documented: bool
    doc_quotes: str

    def doc(self, text: str) -> list[str]:
        """The line of a function's docstring; none where the file has no docstrings."""
        return [f"{self.indent}{self.doc_quotes}{text}{self.doc_quotes}"] if self.documented else []

    def optional(self, kind: str) -> str:
        """The annotation of what is of a kind or None; in quotes, as not every kind has a `|`."""
        plain = kind.strip(_QUOTES)
        text = plain if _MAY_BE_NONE.search(plain) else f"{plain} | None"
        return text if self.postponed else f"{self.quote}{text}{self.quote}"

    def head(
        self, name: str, returns: str | None, doc: str, own_doc: Sequence[str] = ()
    ) -> list[str]:
        """The first lines of a function without parameters; `own_doc` is there in any case."""
        arrow = f" -> {returns}" if self.annotated and returns else ""
        return [f"def {name}(){arrow}:", *(own_doc or self.doc(doc))]


@lru_cache(maxsize=8)  # asked by each fix of a file, several times
def style_of(tree: Tree) -> Style:
    """The habits of a module; where it shows none, those of PEP 8."""
    functions = tree.every(cst.FunctionDef)
    docs = [_docstring(function) for function in functions]
    written = [doc for doc in docs if doc]
    return Style(
        newline=tree.module.default_newline,
        indent=tree.module.default_indent,
        quote=_quote(tree),
        blank=_blank_lines(tree),
        annotated=_most(functions, lambda f: f.returns is not None),
        postponed=_POSTPONED in tree.text,
        exception=_exception(tree),
        documented=bool(written) and 2 * len(written) >= len(docs),
        doc_quotes="'''" if written and all("'''" in doc[:5] for doc in written) else '"""',
    )


def _most(functions: list[cst.FunctionDef], test: object) -> bool:
    assert callable(test)
    return bool(functions) and 2 * sum(map(test, functions)) >= len(functions)


def _exception(tree: Tree) -> str:
    """As a file writes it that is to run on Python 3.9, where it shows that by what it imports."""
    typing = (s.names for s in tree.every(cst.ImportFrom) if dotted(s.module) == "typing")
    aliases = (a for names in typing if not isinstance(names, cst.ImportStar) for a in names)
    old = {alias.evaluated_name for alias in aliases if alias.asname is None} & _BEFORE_310
    if not old or _POSTPONED in tree.text:
        return "BaseException | None"
    quote = _quote(tree)
    return "Optional[BaseException]" if "Optional" in old else f"{quote}BaseException | None{quote}"


def _docstring(function: cst.FunctionDef) -> str:
    body = function.body.body
    first = body[0] if body else None
    if isinstance(first, cst.SimpleStatementLine):
        first = first.body[0]
    if isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString):
        return first.value.value
    return ""


def _quote(tree: Tree) -> str:
    """The quotes of short texts: single ones only where most are."""
    strings = [s.value for s in tree.every(cst.SimpleString) if len(s.quote) == 1]
    single = sum(text.lstrip("rRbBuU").startswith("'") for text in strings)
    return "'" if 2 * single > len(strings) else '"'


def _blank_lines(tree: Tree) -> int:
    """The blank lines that the module has before its functions and classes."""
    counts = [
        max(len(lines) for lines in _leading(node).split("#"))
        for node in tree.module.body[1:]
        if isinstance(node, (cst.FunctionDef, cst.ClassDef))
    ]
    usual = max(counts, key=counts.count) if counts else _MOST_BLANK
    return max(1, min(_MOST_BLANK, usual))


def _leading(node: cst.FunctionDef | cst.ClassDef) -> str:
    """The lines above a function: `#` for a comment, else a dot for a blank one."""
    return "".join("#" if line.comment else "." for line in node.leading_lines)
