"""How a file is written, so that what is added to it looks like the rest."""

from __future__ import annotations

import re
from functools import lru_cache

import libcst as cst
import msgspec

from reloadlint.fixes.reading.tree import Tree

_MOST_BLANK = 2


class Style(msgspec.Struct, frozen=True):
    """A file's habits: line break, indentation, quotes, blank lines, annotations, docstrings."""

    newline: str
    indent: str
    quote: str
    blank: int
    annotated: bool
    documented: bool
    doc_quotes: str

    def doc(self, text: str) -> list[str]:
        """The line of a function's docstring; none where the file has no docstrings."""
        return [f"{self.indent}{self.doc_quotes}{text}{self.doc_quotes}"] if self.documented else []

    def head(self, name: str, returns: str | None, doc: str) -> list[str]:
        """The first lines of a function without parameters."""
        arrow = f" -> {returns}" if self.annotated and returns else ""
        return [f"def {name}(){arrow}:", *self.doc(doc)]


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
        documented=bool(written) and 2 * len(written) >= len(docs),
        doc_quotes="'''" if written and all("'''" in doc[:5] for doc in written) else '"""',
    )


def _most(functions: list[cst.FunctionDef], test: object) -> bool:
    assert callable(test)
    return bool(functions) and 2 * sum(map(test, functions)) >= len(functions)


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
    counts = []
    for node in tree.module.body[1:]:
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            before = re.search(r"^(?:[ \t]*(?:\r\n|\n|\r))*", _leading(node))
            counts.append(len(re.findall(r"\r\n|\n|\r", before[0])) if before else 0)
    usual = max(counts, key=counts.count) if counts else _MOST_BLANK
    return max(1, min(_MOST_BLANK, usual))


def _leading(node: cst.FunctionDef | cst.ClassDef) -> str:
    return "".join(f"{line.comment.value if line.comment else ''}\n" for line in node.leading_lines)
