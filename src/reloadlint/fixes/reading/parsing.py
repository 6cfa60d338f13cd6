"""A text as libcst reads it, which must give it back byte for byte."""

from __future__ import annotations

import libcst as cst


class Unparsable(Exception):  # noqa: N818 - named as what it says
    """libcst can't read a text, or would not give it back byte for byte."""


def parsed(text: str) -> cst.Module:
    """The tree of a text; without the white space at its end, where libcst would lose some.

    Raises:
        Unparsable: libcst would change the text.
    """
    module = cst.parse_module(text)
    if module.code != text:
        bare = text.rstrip()
        end = text[len(bare) :]
        module = cst.parse_module(bare + ("\r\n" if end.startswith("\r\n") else end[:1]))
    code = module.code
    if not text.startswith(code) or text[len(code) :].strip():
        raise Unparsable("libcst would not give the text back as it was")
    return module
