"""From URIs to paths and back, on either kind of system."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_DRIVE = re.compile(r"/[A-Za-z]:(/|$)")


def path_of(uri: str) -> Path | None:
    """The file that a URI names, normalised; None for what is no file (`untitled:`, `git:`)."""
    name = file_name(uri, windows=os.name == "nt")
    return None if name is None else Path(os.path.normpath(name))


def file_name(uri: str, *, windows: bool) -> str | None:
    """The absolute file name in a `file:` URI, as that system writes it; None if it has none."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    name = unquote(parts.path)
    if not windows:
        is_foreign = _DRIVE.match(name) or parts.netloc not in ("", "localhost")
        return None if is_foreign or not name.startswith("/") or "\0" in name else name
    if _DRIVE.match(name):
        return (name[1].upper() + name[2:]).replace("/", "\\")
    share = f"//{parts.netloc}{name}" if parts.netloc else None
    return None if share is None else share.replace("/", "\\")


def uri_of(path: Path) -> str:
    """The URI of an absolute path."""
    return path.as_uri()
