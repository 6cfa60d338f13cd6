"""A text as libcst reads it, which must give it back byte for byte."""

from __future__ import annotations

import re

import libcst as cst

_MAY_IMPORT_LAZILY = re.compile(r"^[^#\n]*\blazy\s+(import|from)\b", re.MULTILINE)


class Unparsable(Exception):  # noqa: N818 - named as what it says
    """libcst can't read a text, or would not give it back byte for byte."""


def parsed(text: str) -> cst.Module:
    """The tree of a text; without the white space at its end, where libcst would lose some.

    Raises:
        Unparsable: libcst would change the text, or not see all that its names stand for.
    """
    module = cst.parse_module(text)
    if module.code != text:
        bare = text.rstrip()
        end = text[len(bare) :]
        module = cst.parse_module(bare + ("\r\n" if end.startswith("\r\n") else end[:1]))
    code = module.code
    if not text.startswith(code) or text[len(code) :].strip():
        raise Unparsable("libcst would not give the text back as it was")
    if _MAY_IMPORT_LAZILY.search(text) and _imports_lazily(module):
        raise Unparsable("what it imports lazily isn't connected with its uses by libcst yet")
    return module


def _imports_lazily(module: cst.Module) -> bool:
    """Whether a text for Python 3.15 has `lazy import`: its scopes leave those names out."""
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        if type(node).__name__ in ("LazyImport", "LazyImportFrom"):
            return True
        pending += node.children
    return False
