"""Unified diffs of bytes, as `git apply` takes them."""

from __future__ import annotations

import difflib
import re

_NO_END = b"\\ No newline at end of file\n"


def unified_diff(path: str, before: bytes, after: bytes) -> bytes:
    """The changes of one file; `path` is as the patch names it, with `/`."""
    name = path.encode("utf-8", "surrogateescape")
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(before),
        _lines(after),
        b"a/" + name,
        b"b/" + name,
        lineterm=b"\n",
    )
    return b"".join(line if line.endswith(b"\n") else line + b"\n" + _NO_END for line in lines)


def _lines(data: bytes) -> list[bytes]:
    """Lines as git counts them: only a line feed ends one."""
    return re.findall(rb"[^\n]*\n|[^\n]+", data)
